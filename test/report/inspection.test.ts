import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { marked, type Token } from 'marked';
import type { Sha256 } from '../../src/digest.ts';
import { Failure } from '../../src/failure.ts';
import type { Inspection } from '../../src/inspect.ts';
import { renderInspectionJson, renderInspectionText } from '../../src/report/inspection.ts';
import { renderInspection } from '../../src/report/inspection-formats.ts';
import { hostileStrings } from '../support/runs.ts';
import { anyCharacter } from '../support/text.ts';

/** An inspection whose every text is the given one. */
function saying(text: string): Inspection {
  const digest = text as Sha256;
  return {
    file: text,
    failure: new Failure('malformed', text, { expected: text, got: text }),
    package: {
      size: 1,
      sha256: 'a',
      checksum: 'Q1',
      sections: [
        {
          name: 'data',
          start: 0,
          end: 1,
          gzip: { flags: 0, mtime: 0, extraFlags: 0, os: 255, length: 10 },
          sha256: 'a',
          tarSha256: 'a',
          tarBytes: 512,
          zeroBlocks: 2,
          entries: [
            {
              path: text,
              type: '0',
              mode: '0644',
              owner: '0:0',
              ownerNames: `${text}:${text}`,
              size: 0,
              mtime: 0,
              link: text,
              device: undefined,
              sha256: undefined,
              checksum: text,
              xattrs: [{ name: text, value: 'ff' }],
            },
          ],
        },
      ],
      signatures: [{ algorithm: 'RSA256', keyName: text, bytes: 1 }],
      pkginfo: [
        { kind: 'field', key: text, value: text },
        { kind: 'other', text },
      ],
    },
    chain: [{ link: 'datahash', state: 'broken', detail: text, expected: text, got: text }],
    claim: {
      origin: text,
      recipeSha256: digest,
      environment: [text],
      steps: 1,
      subpackages: [text],
      melange: text,
      sbomGenerator: 'melange',
      directorySize: 'ext4',
      clock: 1,
      owner: '0:0',
      namespace: text,
      recipeFile: { path: text, commit: text, repository: text },
    },
    sbom: undefined,
    findings: [{ kind: 'contradiction', detail: text }],
  };
}

const steering = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

test('nothing that a package says reaches the reader as a control character', () => {
  const text = fc.string({
    unit: fc.oneof(
      fc.constantFrom(
        '\x1b[2J',
        '\u009b',
        '\r',
        '\n',
        '\u202e',
        '\u2028',
        '\ud800',
        '\udcff',
        '\x7f',
        '\u061c',
      ),
      anyCharacter,
    ),
    maxLength: 12,
  });
  const digestless = (each: Inspection): Inspection => ({
    ...each,
    claim: { ...each.claim!, recipeSha256: 'a' },
  });
  fc.assert(
    fc.property(text, (said) => {
      const inspection = digestless(saying(said));
      const shown = renderInspectionText([inspection], undefined, true);
      assert.doesNotMatch(shown.replaceAll('\n', ''), steering);
      assert.equal(
        shown.split('\n').length,
        renderInspectionText([digestless(saying('x'))], undefined, true).split('\n').length,
      );
      for (const format of ['markdown', 'html'] as const) {
        const page = renderInspection([inspection], format, true);
        assert.doesNotMatch(page.replaceAll('\n', ''), steering);
        const same = renderInspection([digestless(saying('x'))], format, true);
        assert.equal(page.split('\n').length, same.split('\n').length);
      }
      assert.doesNotMatch(renderInspectionJson([inspection]).replaceAll('\n', ''), steering);
    }),
  );
});

test('JSON says what was published, character for character, the same bytes each time', () => {
  const text = '\x1b[31m\u009b\u202e é \u{1f600}\udcff';
  const json = renderInspectionJson([saying(text)]);
  const read = JSON.parse(json) as { packages: [{ file: string; failure: { got: string } }] };
  assert.deepEqual([read.packages[0].file, read.packages[0].failure.got], [text, text]);
  assert.equal(renderInspectionJson([saying(text)]), json);
  assert.ok(json.endsWith('}\n'));
});

test('entries are counted, and listed where they are asked for', () => {
  const counted = renderInspectionText([saying('name')]);
  const listed = renderInspectionText([saying('name')], undefined, true);
  assert.match(counted, /1 entry/);
  assert.ok(listed.split('\n').length === counted.split('\n').length + 1);
  assert.match(listed, /0 0644 0:0 \(name:name\) +0 name -> name name=ff/);
});

const titles = [
  'Failure',
  'Checks',
  'Findings',
  'Package',
  'Built from',
  '.PKGINFO',
  'Sections',
  'Entries: data',
];

test('Markdown has a table for each thing that is said, as a second reader of it sees, and nothing of a package is markup', () => {
  for (const text of ['x', ...Object.values(hostileStrings)]) {
    const tokens: Token[] = [];
    const page = renderInspection([saying(text)], 'markdown', true);
    marked.walkTokens(marked.lexer(page, { gfm: true }), (token) => void tokens.push(token));
    const headings = tokens
      .filter(({ type }) => type === 'heading')
      .map((token) => 'text' in token && token.text);
    assert.deepEqual(headings.slice(1), titles);
    const tables = tokens.filter(({ type }) => type === 'table') as unknown as {
      readonly header: readonly unknown[];
      readonly rows: readonly (readonly { readonly text: string }[])[];
    }[];
    assert.equal(tables.length, titles.length);
    for (const { header, rows } of tables) for (const row of rows) assert.equal(row.length, header.length);
    for (const { type, raw } of tokens)
      assert.ok(
        !['link', 'image', 'def', 'html', 'blockquote'].includes(type) || raw.includes('how to read it'),
        raw,
      );
  }
});

test('HTML has the same tables, with the state of each check marked and nothing of a package as markup', () => {
  for (const text of ['x', ...Object.values(hostileStrings)]) {
    const page = renderInspection([saying(text)], 'html', true);
    assert.deepEqual(
      [...page.matchAll(/<h3>(.*?)<\/h3>/g)].map(([, title]) => title),
      titles,
    );
    assert.equal(page.match(/<table class="facts">/g)?.length, titles.length);
    assert.match(page, /<span class="bad">broken<\/span>/);
    assert.equal(page.match(/<script/g)?.length, 1);
    assert.doesNotMatch(page, /<img|<!--|<!\[CDATA|onfocus="|<textarea/);
  }
});

test('entries are in tables only where they are asked for', () => {
  for (const format of ['markdown', 'html'] as const)
    assert.doesNotMatch(renderInspection([saying('x')], format, false), /Entries:/);
});
