import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Difference } from '../../src/compare/difference.ts';
import { foldersOf, groupDifferences } from '../../src/report/difference-groups.ts';
import { assertLinear } from '../support/linear.ts';
import { bytesPart, cause, difference, digest, part, textPart } from '../support/results.ts';
import { manyDifferences, unlikeDifferences } from '../support/runs.ts';

const content = (path: string, details: Partial<Difference> = {}) =>
  difference('content', path, { published: digest(`p${path}`), rebuilt: digest(`r${path}`), ...details });
const dated = (path: string, place = 'line 2', confidence: 'certain' | 'likely' = 'likely') =>
  content(path, { causes: [cause('timestamp', { place, confidence })] });
const unknown = (path: string, published: string, rebuilt: string) =>
  content(path, { causes: [cause('unknown', { place: 'line 1', published, rebuilt })] });
const counts = (differences: readonly Difference[]) =>
  groupDifferences(differences).groups.map(({ members }) => members.length);

describe('differences of one shape', () => {
  it('are those of one kind with the same causes, wherever they lie', () => {
    const { groups } = groupDifferences([dated('usr/a'), dated('usr/lib/b'), dated('etc/c')]);
    assert.deepEqual(
      groups.map(({ members, place }) => [members.map(({ path }) => path), place]),
      [[['usr/a', 'usr/lib/b', 'etc/c'], 'line 2']],
    );
  });

  it('of one cause begin with what changed: a new name of a file that differs inside comes behind', () => {
    const moved = (path: string) =>
      difference('moved', path, { published: path, rebuilt: `${path}2`, causes: [cause('unknown')] });
    const { groups } = groupDifferences([
      moved('a'),
      moved('b'),
      unknown('a', 'x', 'y'),
      unknown('b', 'one', 'two'),
    ]);
    assert.deepEqual(
      groups.map(({ members: [{ kind, path }, ...others] }) => [kind, path, others.length]),
      [
        ['content', 'a', 0],
        ['content', 'b', 0],
        ['moved', 'a', 1],
      ],
    );
  });

  it('have no place in common where they differ at several', () => {
    const { groups } = groupDifferences([dated('a', 'line 2'), dated('b', 'line 3')]);
    assert.deepEqual(
      groups.map(({ members, place }) => [members.length, place]),
      [[2, undefined]],
    );
  });

  const apart: Readonly<Record<string, readonly Difference[]>> = {
    'of different kinds': [difference('mode', 'a'), difference('mtime', 'a')],
    'of different sections': [difference('mode', 'a'), difference('mode', 'a', { section: 'control' })],
    'of different causes': [dated('a'), content('b', { causes: [cause('randomness')] })],
    'of which one is less sure': [dated('a', 'line 2', 'certain'), dated('b')],
    'of which one has more that is unknown': [
      dated('a'),
      content('b', { causes: [cause('timestamp'), cause('unknown', { published: 'x' })] }),
    ],
    'with modes of their own': [
      difference('mode', 'a', { published: '0755', rebuilt: '0644' }),
      difference('mode', 'b', { published: '0755', rebuilt: '4755' }),
    ],
    'of different fields': [difference('field', 'x', { name: 'a' }), difference('field', 'x', { name: 'b' })],
    'that nothing explains and that say different things': [
      unknown('a', 'safe', 'evil'),
      unknown('b', 'on', 'off'),
    ],
    'that nothing explains in different parts of a format': ['.text', '.data'].map((place) =>
      content(place, { parts: [part('bytes', place, { format: 'elf' })], causes: [cause('unknown')] }),
    ),
    'that nothing explains at different offsets': [0, 64].map((publishedOffset) => {
      const [window] = bytesPart('x').windows!;
      const windows = [{ ...window!, publishedOffset }];
      return content(`${publishedOffset}`, {
        parts: [part('bytes', '', { windows })],
        causes: [cause('unknown')],
      });
    }),
    'of which one says more further on': ['safe', 'evil'].map((last) => {
      const line = (text: string) => ({ side: 'rebuilt' as const, pieces: [{ text, changed: true }] });
      const [hunk] = textPart('x').lines!;
      const lines = [...Array.from({ length: 9 }, () => 'same words '.repeat(20)), last].map((text) => ({
        ...hunk!,
        lines: [line(text)],
      }));
      return content(last, { parts: [part('text', '', { lines })], causes: [cause('unknown')] });
    }),
  };
  for (const [what, differences] of Object.entries(apart))
    it(`are not ${what}`, () => assert.deepEqual(counts(differences), [1, 1]));

  it('are alike where only a number differs in what nothing explains', () => {
    assert.deepEqual(counts([unknown('a', 'id 1f', 'id 20'), unknown('b', 'id 7', 'id 8')]), [2]);
  });

  it('come by cause, the most frequent first and unknown ones last, then the largest group, then by path', () => {
    const differences = [
      ...['c', 'd', 'e', 'f'].map((path) => unknown(path, path, `${path}x`)),
      content('r', { causes: [cause('randomness')] }),
      dated('z', '', 'certain'),
      dated('a'),
      dated('b'),
    ];
    assert.deepEqual(
      groupDifferences(differences).groups.map(({ members }) => members.map(({ path }) => path).join('')),
      ['ab', 'z', 'r', 'c', 'd', 'e', 'f'],
    );
  });

  it('count what follows from others nowhere', () => {
    const follows = { ...difference('field', '.PKGINFO'), followsFrom: { kind: 'data-section' } as const };
    const { groups, roots, causes, consequences } = groupDifferences([dated('a'), follows]);
    assert.equal(groups.length, 1);
    assert.deepEqual([...roots], [['data', 1]]);
    assert.deepEqual([...causes], [['timestamp', 1]]);
    assert.deepEqual(consequences, [follows]);
  });

  it('are found in time that grows like their number', () => {
    for (const make of [manyDifferences, unlikeDifferences]) {
      const lists = [1250, 10_000].map((count) => {
        const { verdict } = make(count).packages[0]!;
        assert.ok(verdict.kind === 'not-reproduced');
        return verdict.comparison.sections.flatMap(({ differences }) => differences);
      });
      assertLinear(1250, (count) => counts(lists[count === 1250 ? 0 : 1]!).length);
    }
  });
});

describe('folders of differences', () => {
  const tables: readonly (readonly [readonly string[], number, readonly (readonly [string, number])[]])[] = [
    [['a'], 3, [['', 1]]],
    [
      ['a/b/c', 'a/b/d', 'a/e'],
      3,
      [
        ['a/b', 2],
        ['a', 1],
      ],
    ],
    [['a/1/x', 'a/2/x', 'a/3/x', 'a/4/x'], 3, [['a', 4]]],
    [['b/x', 'a/x', 'c/x', 'd/x'], 3, [['', 4]]],
    [['a/b/c/d', 'a/b/c/e'], 3, [['a/b/c', 2]]],
  ];
  it('are named as deep as there is room, the fullest first', () => {
    for (const [paths, most, expected] of tables)
      assert.deepEqual(
        foldersOf(paths, most).map(({ path, count }) => [path, count]),
        expected,
      );
  });
});
