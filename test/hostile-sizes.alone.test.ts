/** A few kilobytes of a package that once took minutes, all memory, or megabytes of report. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compareContent } from '../src/compare/comparators/comparators.ts';
import { comparePackages } from '../src/compare/compare.ts';
import { defaultCompareLimits } from '../src/compare/compare-limits.ts';
import type { Difference } from '../src/compare/difference.ts';
import { causesOf } from '../src/explain/causes/detectors.ts';
import { nothingBuiltAgain } from '../src/explain/causes/evidence.ts';
import { valueBounds } from '../src/report/bounds.ts';
import { type ApkParts, apkOf, fileOf, sourceOf } from './support/apk-builder.ts';
import { claimLines, claimParts, recipeText, sbomPart } from './support/claims.ts';
import { elfOf, noteOf } from './support/elf-builder.ts';
import { readFrontOf } from './support/front.ts';

const repeated = (count: number, make: (index: number) => string) =>
  Array.from({ length: count }, (_, at) => make(at));
const front = (parts: ApkParts) => readFrontOf(apkOf(claimParts(parts)));
const longestText = 300_000;

describe('.PKGINFO', () => {
  for (const [what, line] of [
    ['fields that nobody knows', (at: number) => `key${at} = value`],
    ['lines that are no fields', (at: number) => `odd ${at}`],
    ['one field', () => 'depend = x'],
    ['one field that may be there once', () => 'size = 1'],
  ] as const) {
    it(`of 50,000 lines is read and shown within bounds: ${what}`, async () => {
      const { examined, text, json } = await front({ pkginfo: [...claimLines, ...repeated(50_000, line)] });
      assert.equal(examined.failure, undefined);
      assert.ok(examined.claim!.findings.length < 50);
      assert.ok(text.length < longestText, String(text.length));
      const [read] = (JSON.parse(json) as { packages: { package: { pkginfo: []; pkginfoCount: number } }[] })
        .packages;
      assert.equal(read!.package.pkginfo.length, valueBounds.list);
      assert.equal(read!.package.pkginfoCount, examined.apk!.control.pkginfo.lines.length);
    });
  }

  it('says how many findings of a kind there are', async () => {
    const { examined } = await front({ pkginfo: [...claimLines, ...repeated(1000, (at) => `odd ${at}`)] });
    const details = examined.claim!.findings.filter(({ kind }) => kind === 'pkginfo-shape');
    assert.deepEqual(details.length, 21);
    assert.equal(details.at(-1)!.detail, 'and 980 more');
  });

  it('of one line of ten megabytes is shown within bounds', async () => {
    const { text } = await front({ pkginfo: [...claimLines, `pkgdesc = ${'x'.repeat(10_000_000)}`] });
    assert.ok(text.length < longestText);
  });
});

describe('paths', () => {
  it('of thousands of folders each are refused', async () => {
    const deep = repeated(3000, (at) => `${'d/'.repeat(2000)}f${at}`);
    const { examined } = await front({ data: deep.map((path) => ({ name: 'f', pax: [['path', path]] })) });
    assert.equal(examined.failure?.code, 'limit-exceeded');
  });

  it('of two hundred folders each are read', async () => {
    const deep = repeated(1500, (at) => `${`${at}/`.repeat(200)}f`);
    const data = deep.map((path) => ({ name: 'f', pax: [['path', path]] as const }));
    assert.equal((await front({ data: [...data, sbomPart()] })).examined.failure, undefined);
  });
});

describe('texts in which regular expressions once backtracked', () => {
  it('a duration', async () => {
    const duration = `${'1'.repeat(40_000)}!`;
    const recipe = recipeText.replace('  commit:', `  timeout: "${duration}"\n  commit:`);
    const { examined } = await front({ control: [{ name: '.melange.yaml', content: recipe }] });
    assert.ok(examined.claim !== undefined || examined.failure?.code === 'recipe-unreadable');
  });

  for (const [what, line] of [
    ['a line that tests for a file', `[ -f input ] ${' > '.repeat(30_000)} x`],
    ['a line of one command', 'tee '.repeat(30_000)],
    ['a line that copies', 'cp install mv '.repeat(10_000)],
    ['a line that finds', 'find | sor '.repeat(10_000)],
    ['a line of archivers', 'tar --sor '.repeat(10_000)],
    ['a line of assignments', `make ${'A=b '.repeat(30_000)}`],
    ['a line of makes', 'make '.repeat(30_000)],
  ] as const) {
    it(`steps: ${what}`, () => {
      const difference: Difference = {
        section: 'data',
        kind: 'content',
        path: 'usr/file',
        published: 'a',
        rebuilt: 'b',
      };
      const [published, rebuilt] = [Buffer.from('x\ny'), Buffer.from('y\nx')];
      const context = {
        plan: { recipeFiles: [] } as never,
        facts: undefined,
        substituted: undefined,
        stability: nothingBuiltAgain,
      };
      const steps = [`[ -e file ] && cat file > usr/file\n${line}`];
      const found = causesOf(
        difference,
        { published, rebuilt },
        { differences: [difference] },
        {
          ...context,
          steps,
          environment: new Map(),
        },
      );
      assert.ok(found.length > 0);
    });
  }
});

describe('contents', () => {
  const note = (bytes: Uint8Array) => elfOf([{ name: '.note.x', type: 7, bytes }]);

  it('with 50,000 notes of one name are compared', async () => {
    const notes = (side: string) =>
      note(Buffer.concat(Array.from({ length: 50_000 }, () => noteOf('X', 1, Buffer.from(side)))));
    assert.ok((await compareContent('a.so', notes('a'), notes('b'), defaultCompareLimits)).length > 0);
  });

  it('with a name of a million zeros are compared', async () => {
    const notes = (side: string) => note(noteOf(`${'\0'.repeat(1_000_000)}${side}`, 1, Buffer.alloc(4)));
    assert.ok((await compareContent('a.so', notes('a'), notes('b'), defaultCompareLimits)).length > 0);
  });

  it('of 4,000 files that are alike and moved are paired', async () => {
    const side = (name: string) =>
      apkOf(claimParts({ data: repeated(4000, (at) => `${name}${at}`).map((path) => fileOf(path, 'x')) }));
    const comparison = await comparePackages(sourceOf(side('a')), sourceOf(side('b')));
    assert.equal(comparison.files.equal, false);
  });
});
