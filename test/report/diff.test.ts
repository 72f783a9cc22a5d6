import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { marked, type Token } from 'marked';
import type { DiffResult } from '../../src/diff.ts';
import { diffFormats } from '../../src/report/diff-formats.ts';
import { type ReportFormat, reportFormatNames } from '../../src/report/format-names.ts';
import { manyFiles, names, packages, same, trees, worst } from '../support/diff-results.ts';
import { isOwnLink } from '../support/own-links.ts';
import { difference, everyDifference } from '../support/results.ts';

describe('two sides that were compared by themselves', () => {
  const titles: readonly (readonly [string, () => DiffResult, RegExp])[] = [
    ['packages that are the same', same, /identical/],
    ['packages that differ', packages, /different/],
    ['folders that are the same', () => trees([]), /identical/],
    ['folders that differ', () => trees([difference('mode', 'bin/tool', { section: 'files' })]), /different/],
  ];
  for (const format of ['text', 'markdown', 'html'] satisfies ReportFormat[]) {
    for (const [what, make, title] of titles) {
      it(`begin, as ${format}, with the result: ${what}`, () => {
        const text = diffFormats[format](make());
        const first = format === 'html' ? /<h1>.*<\/h1>/.exec(text)?.[0] : text.split('\n', 1)[0];
        assert.match(first ?? '', title);
        assert.ok(text.endsWith('\n'));
        assert.equal(diffFormats[format](make()), text);
      });
    }
  }

  it('name every difference in every format', () => {
    const differences = everyDifference();
    for (const format of reportFormatNames) {
      const text = diffFormats[format](packages(differences));
      for (const { path } of differences) assert.ok(text.includes(path), `${format} ${path}`);
    }
  });

  it('keep the names that the user gave where the page is read elsewhere', () => {
    for (const format of ['markdown', 'html'] satisfies ReportFormat[]) {
      for (const name of Object.values(names)) assert.ok(diffFormats[format](packages()).includes(name));
    }
  });

  it('are one line of what JSON has, as JSON lines', () => {
    for (const make of [same, packages, () => trees([])]) {
      const line = diffFormats.jsonl(make());
      assert.equal(line.indexOf('\n'), line.length - 1);
      assert.deepEqual(JSON.parse(line), JSON.parse(diffFormats.json(make())));
    }
  });

  it('bring no markup of theirs into a page', () => {
    const text = diffFormats.html(worst());
    assert.equal(text.match(/<script/g)?.length, 1);
    assert.doesNotMatch(text, /<img|<!--|<!\[CDATA|onfocus="|<textarea/);
  });

  it('bring no markup of theirs into Markdown', () => {
    const tokens: Token[] = [];
    marked.walkTokens(
      marked.lexer(diffFormats.markdown(worst()), { gfm: true }),
      (token) => void tokens.push(token),
    );
    for (const { type, raw } of tokens.filter((token) => !isOwnLink(token)))
      assert.ok(!['link', 'image', 'def', 'hr', 'blockquote', 'html'].includes(type), raw);
  });

  it('fit into a comment as Markdown and say what was cut', () => {
    const text = diffFormats.markdown(manyFiles());
    assert.ok(text.length <= 60_000, String(text.length));
    assert.match(text, /\*\*5000 differences\*\*/);
    assert.match(text, /… and \d+ more/);
  });
});
