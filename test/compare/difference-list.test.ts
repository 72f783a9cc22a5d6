import assert from 'node:assert/strict';
import { test } from 'node:test';
import { comparePackages } from '../../src/compare/compare.ts';
import { type CompareLimits, defaultCompareLimits } from '../../src/compare/compare-limits.ts';
import { allDifferences, type Equivalence, isUnequal } from '../../src/compare/comparison.ts';
import { countDifferences, isComplete } from '../../src/compare/difference-list.ts';
import { compareTrees, type TreeEntry } from '../../src/compare/trees.ts';
import { nobodysBuild } from '../../src/explain/causes/evidence.ts';
import { nameCauses } from '../../src/explain/causes/name.ts';
import { placesBetween } from '../../src/explain/triangulation.ts';
import { diffFormats } from '../../src/report/diff-formats.ts';
import { reportFormatNames } from '../../src/report/format-names.ts';
import { type ApkParts, apkOf, fileOf, type Part, sourceOf, usualPkgInfo } from '../support/apk-builder.ts';
import { claimParts, sbomPart } from '../support/claims.ts';
import { codeOf } from '../support/failures.ts';
import { digest } from '../support/results.ts';

const bounded = (differences: number): CompareLimits => ({ ...defaultCompareLimits, differences });

const files = (count: number, mode: number): Part[] =>
  Array.from({ length: count }, (_, at) => fileOf(`usr/f${at}`, 'same', { mode }));

async function unequal(published: ApkParts, rebuilt: ApkParts, most: number) {
  const sources = { published: sourceOf(apkOf(published)), rebuilt: sourceOf(apkOf(rebuilt)) };
  const comparison = await comparePackages(sources.published, sources.rebuilt, {
    compareLimits: bounded(most),
  });
  assert.ok(isUnequal(comparison));
  return { comparison, sources };
}

test('differences beyond the limit are counted, and the first ones are as without a limit', async () => {
  const fields = (value: string) => [
    ...usualPkgInfo,
    ...['a', 'b', 'c', 'd'].map((key) => `${key} = ${value}`),
  ];
  const cases: [what: string, published: ApkParts, rebuilt: ApkParts][] = [
    ['modes', { data: files(6, 0o644) }, { data: files(6, 0o600) }],
    ['entries of one side', { data: files(6, 0o644) }, { data: [] }],
    ['fields', { pkginfo: fields('1') }, { pkginfo: fields('2') }],
  ];
  for (const [what, published, rebuilt] of cases) {
    const whole = (await unequal(published, rebuilt, 1000)).comparison.sections;
    const cut = (await unequal(published, rebuilt, 3)).comparison.sections;
    assert.ok(isComplete(whole) && !isComplete(cut), what);
    assert.equal(countDifferences(cut), allDifferences(whole).length, what);
    const first = whole.flatMap(({ differences }) => differences.slice(0, 3));
    assert.deepEqual(allDifferences(cut), first, what);
  }
});

test('an equivalence that concerns every difference is stated only where every difference is listed', async () => {
  const other = sbomPart(String(sbomPart().content).replace('MIT', 'XYZ'));
  const hidden = claimParts({ data: [other, fileOf('usr/z', 'x', { mode: 0o600 })] });
  const usual = claimParts({ data: [sbomPart(), fileOf('usr/z', 'x')] });
  const cases: [most: number, published: ApkParts, rebuilt: ApkParts, likeness: Equivalence][] = [
    [1, usual, hidden, 'metadata-only'],
    [1, usual, claimParts({ data: [other, fileOf('usr/z', 'y')] }), 'content'],
    [0, usual, { ...usual, pkginfo: [...usual.pkginfo!, 'x = y'] }, 'metadata-only'],
    [1000, usual, claimParts({ data: [other, fileOf('usr/z', 'x')] }), 'sbom-only'],
  ];
  for (const [most, published, rebuilt, likeness] of cases) {
    assert.equal((await unequal(published, rebuilt, most)).comparison.equivalence, likeness, `${most}`);
  }
});

test('no cause says that all of something differ alike where not all of it is listed', async () => {
  const [published, rebuilt] = [{ data: files(5, 0o644) }, { data: files(5, 0o666) }];
  const kinds = async (most: number) => {
    const { comparison, sources } = await unequal(published, rebuilt, most);
    const named = await nameCauses(comparison, sources, nobodysBuild);
    const modes = allDifferences(named.sections).filter(({ kind }) => kind === 'mode');
    return new Set(modes.flatMap(({ causes = [] }) => causes.map(({ kind }) => kind)));
  };
  assert.ok((await kinds(1000)).has('umask'));
  assert.ok(!(await kinds(3)).has('umask'));
});

test('folders have the same limits, and what exceeds them keeps folders different', async () => {
  const tree = (mode: number): TreeEntry[] =>
    Array.from({ length: 6 }, (_, at) => ({
      path: `f${at}`,
      type: '0',
      mode,
      linkname: '',
      size: 0,
      sha256: digest(''),
      source: undefined,
    }));
  const comparison = await compareTrees(tree(0o644), tree(0o600), bounded(2));
  assert.deepEqual([comparison.differences.length, comparison.unlisted], [2, 4]);
  const none = await compareTrees(tree(0o644), tree(0o600), bounded(0));
  assert.deepEqual([none.likeness, none.unlisted], ['different', 6]);
});

test('every format says how many there are, not how many are listed', async () => {
  const { comparison } = await unequal({ data: files(40, 0o644) }, { data: files(40, 0o600) }, 30);
  const total = countDifferences(comparison.sections);
  assert.ok(total >= 40);
  const cut = total - allDifferences(comparison.sections).length;
  assert.ok(cut > 0);
  for (const format of reportFormatNames) {
    const text = diffFormats[format]({ published: 'a', rebuilt: 'b', kind: 'packages', comparison });
    if (format === 'json' || format === 'jsonl') assert.equal(JSON.parse(text).differencesCount, total);
    else assert.ok(text.includes(`${cut} more`), format);
  }
});

test('builds that differ in more places than are kept are not compared with each other', async () => {
  const count = defaultCompareLimits.differences + 1;
  const fields = (value: string) => Array.from({ length: count }, (_, at) => `x${at} = ${value}`);
  const [a, b] = ['a', 'b'].map((value) => sourceOf(apkOf({ pkginfo: [...usualPkgInfo, ...fields(value)] })));
  assert.equal(await codeOf(() => placesBetween(a!, b!)), 'limit-exceeded');
});
