import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { formatTitles } from '../src/compare/part.ts';
import { failureClasses } from '../src/failure.ts';
import { newestRelease } from '../src/melange/releases.ts';
import { formatVersion } from '../src/melange/version.ts';
import { reportEndings } from '../src/report/format-names.ts';
import { nextSteps, verdictTitles } from '../src/report/words.ts';
import { root } from './support/lab.ts';

/** Pages of opencontainers/image-spec, which comments cite by its name. */
const ofOpenContainers: ReadonlySet<string> = new Set([
  ...['config.md', 'descriptor.md', 'image-index.md', 'image-layout.md', 'layer.md', 'manifest.md'],
]);

function sourceFiles(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => name.endsWith('.ts')).map((name) => join(folder, name));
}

/** Anchors of the headings of a page, as they are made where it is shown. */
function headingsOf(page: string): Set<string> {
  const headings = [...page.matchAll(/^#{1,6} (.*)$/gm)].map(([, heading]) => heading!);
  return new Set(
    headings.map((each) =>
      each
        .toLowerCase()
        .replace(/[^\w -]/g, '')
        .replaceAll(' ', '-'),
    ),
  );
}

describe('the documentation', () => {
  const verdicts = readFileSync(join(root, 'docs/verdicts.md'), 'utf8');
  const headings = [...verdicts.matchAll(/^#{2,3} (\S+)$/gm)].map((match) => match[1]);

  it('has a section for every verdict and every reason, and no others', () => {
    assert.deepEqual(new Set(headings), new Set([...Object.keys(verdictTitles), ...Object.keys(nextSteps)]));
    assert.equal(headings.length, new Set(headings).size);
  });

  it('says of every format what is shown of it', () => {
    const page = readFileSync(join(root, 'docs/formats.md'), 'utf8');
    const listed = [...page.matchAll(/^\| `([\w-]+)` \|/gm)].map(([, format]) => format!);
    assert.deepEqual(listed, [
      ...Object.keys(formatTitles)
        .filter((format) => format !== 'binary')
        .sort(),
      'binary',
    ]);
  });

  it('knows a next step for every failure that is a verdict', () => {
    const codes = Object.entries(failureClasses).filter(
      ([, kind]) => kind !== 'usage' && kind !== 'internal',
    );
    for (const [code] of codes) assert.ok(code in nextSteps, code);
  });

  it('shows in the README what the program prints, as the transcripts hold it', () => {
    const readme = readFileSync(join(root, 'README.md'), 'utf8');
    const [, command, printed] = /^\$ (wolfi-repro verify [^\n]+)\n\n(reproduced .*?)```/ms.exec(readme)!;
    const transcript = readFileSync(join(root, 'test/cli/transcripts/verify.md'), 'utf8');
    assert.ok(transcript.includes(`$ ${command}\n${printed}--- exit code 0`));
  });

  it('names every command in the README, and has the help of each among the transcripts', () => {
    const trees = [
      'package-commands.ts',
      'gate-commands.ts',
      'attestation-commands.ts',
      'status-commands.ts',
      'sweep-commands.ts',
      'upkeep-commands.ts',
      'worker-commands.ts',
    ];
    const commands = trees.flatMap((file) => {
      const tree = readFileSync(join(root, 'src/cli', file), 'utf8');
      return [...tree.matchAll(/program\s*\.command\('([\w-]+)'\)/g)].map(([, name]) => name!);
    });
    const readme = readFileSync(join(root, 'README.md'), 'utf8');
    const table = /^\| command \|.*\n\| ---.*\n((?:\|.*\n)+)/m.exec(readme)![1]!;
    assert.deepEqual([...table.matchAll(/^\| `([\w-]+)/gm)].map(([, name]) => name).sort(), commands.sort());
    const transcript = readFileSync(join(root, 'test/cli/transcripts/help.md'), 'utf8');
    for (const name of commands) assert.ok(transcript.includes(`$ wolfi-repro ${name} --help\n`), name);
  });

  it('has a row for every format of reports, with its ending', () => {
    const reports = readFileSync(join(root, 'docs/reports.md'), 'utf8');
    const written = [...reports.matchAll(/^\| `(\w+)` \| `(\.\w+)` \|/gm)].map(([, name, ending]) => [
      name,
      ending,
    ]);
    assert.deepEqual(written, Object.entries(reportEndings));
  });

  it('has no schema that no output is held against, by its name or as a part of a different one', () => {
    const schemas = readdirSync(join(root, 'docs/schema')).map((file) => file.replace('.json', ''));
    const judges = [
      'test/cli/json.test.ts',
      'test/report/json-report.alone.test.ts',
      'test/report/saved/saved-diff.test.ts',
      'test/emit/sbom/production/kept-scan.alone.test.ts',
      'test/config/config.test.ts',
      'test/policy/parse-policy.test.ts',
      'test/attest.alone.test.ts',
      'test/verify-attestation.test.ts',
      'test/gate-index.alone.test.ts',
      'test/cli/status.test.ts',
    ].map((file) => readFileSync(join(root, file), 'utf8'));
    const judged = schemas.filter((name) =>
      judges.some((text) => new RegExp(`(requireFit|schemaValidator)\\('${name}'`).test(text)),
    );
    const parts = judged.map((name) => readFileSync(join(root, `docs/schema/${name}.json`), 'utf8'));
    const unjudged = schemas.filter(
      (name) =>
        !judged.includes(name) && !parts.some((text) => text.includes(`"urn:wolfi-repro:schema:${name}"`)),
    );
    assert.deepEqual(unjudged, []);
  });

  it('says up to which release melange was read', () => {
    const page = readFileSync(join(root, 'docs/melange/README.md'), 'utf8');
    assert.ok(page.includes(`to ${formatVersion(newestRelease)})`));
  });

  it('has every page and section that a comment in the source cites', () => {
    for (const file of sourceFiles(join(root, 'src'))) {
      const text = readFileSync(file, 'utf8').replace(/\n *\* ?/g, ' ');
      for (const [, page, section] of text.matchAll(/(?<![\w.*/{}<>-])([\w/.-]*\w\.md)(?:#([\w-]+))?/g)) {
        if (ofOpenContainers.has(page!)) continue;
        assert.ok(existsSync(join(root, page!)), `${file} cites ${page}`);
        if (section === undefined) continue;
        const sections = headingsOf(readFileSync(join(root, page!), 'utf8'));
        assert.ok(sections.has(section), `${file} cites ${page}#${section}`);
      }
    }
  });

  it('has none of the turns of phrase that the house rules of English name', () => {
    const refused =
      /\banew\b|\bso many\b|not to be had|\bbeyond the bound\b|\banother one\b|(?<![Tt]here )\bis no (?!longer|more|less|milder)/;
    const pages = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.md'))
      .map((name) => join(root, 'docs', name));
    const texts = [...sourceFiles(join(root, 'src')), ...pages, join(root, 'README.md')];
    const found = texts.flatMap((text) => {
      const turn = refused.exec(readFileSync(text, 'utf8').replace(/\n[ *]*/g, ' '));
      return turn === null ? [] : [`${text}: ${turn[0]}`];
    });
    assert.deepEqual(found, []);
  });

  const pages = [
    'README.md',
    'CONTRIBUTING.md',
    'SECURITY.md',
    ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.md'))
      .map((name) => `docs/${name}`),
  ];

  it('says nothing twice in a row', () => {
    // Not what is code: a line that is indented, or a word in backquotes.
    const repeated = /(?<![\w-])([a-z][\w,-]+(?: [\w,-]+){0,5}) \1(?![\w-])/i;
    const found = pages.flatMap((page) => {
      const prose = readFileSync(join(root, page), 'utf8')
        .replace(/^```[\s\S]*?^```/gm, '')
        .replace(/^ {4}.*$/gm, '')
        .replace(/`[^`\n]*`/g, '`');
      return prose.split('\n').flatMap((line) => {
        const twice = repeated.exec(line);
        return twice === null ? [] : [`${page}: ${twice[0]}`];
      });
    });
    assert.deepEqual(found, []);
  });

  it('links only to files that exist', () => {
    for (const page of pages) {
      const links = [...readFileSync(join(root, page), 'utf8').matchAll(/\]\((?!https?:)([^)#]+)/g)].map(
        (match) => match[1]!,
      );
      for (const link of links)
        assert.ok(existsSync(join(root, page, '..', link)), `${page} links to ${link}`);
    }
  });
});
