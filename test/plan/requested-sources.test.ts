import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseRecipe } from '../../src/claim/recipe/parse.ts';
import { sha256 } from '../../src/digest.ts';
import { placedSteps, plannedSteps } from '../../src/plan/planned-steps.ts';
import { type GitRequest, plannedSources, requestedSources } from '../../src/plan/requested-sources.ts';
import { formatAt } from '../emit/sbom/input.ts';
import { failure } from '../support/failures.ts';

const commit = 'a'.repeat(40);
const [short, long] = ['b'.repeat(64), 'c'.repeat(128)];

function recipeOf(yaml: string) {
  return parseRecipe(Buffer.from(`package: {name: foo, version: "1", epoch: 0}\n${yaml}`)).recipe;
}

function sourcesOf(yaml: string, version = 'v0.59.1') {
  return plannedSources(recipeOf(yaml), formatAt(version));
}

test('every source of a step that runs is listed with its digest, including nested ones and those of subpackages', () => {
  const sources = sourcesOf(`pipeline:
  - uses: fetch
    with: {uri: 'https://example.org/a.tar.gz', expected-sha256: ${short}}
  - name: group
    pipeline:
      - uses: git-checkout
        with: {repository: 'https://example.org/r', tag: v1, branch: main, expected-commit: ${commit}}
      - uses: fetch
        if: '"a" == "b"'
        with: {uri: unpinned}
  - if: '"a" == "b"'
    pipeline:
      - pipeline:
          - uses: fetch
            with: {uri: unpinned in a step that does not run}
  - runs: fetch
subpackages:
  - name: foo-doc
    pipeline:
      - uses: fetch
        with: {uri: u, expected-sha512: ${long.toUpperCase()}}
`);
  assert.deepEqual(sources, [
    { kind: 'fetch', uri: 'https://example.org/a.tar.gz', algorithm: 'sha256', digest: short },
    { kind: 'git', repository: 'https://example.org/r', commit, reference: 'v1' },
    { kind: 'fetch', uri: 'u', algorithm: 'sha512', digest: long },
  ]);
});

test('of two digests the one that melange looks at first counts', () => {
  const both = `pipeline: [{uses: fetch, with: {uri: u, expected-sha512: ${long}, expected-sha256: ${short}}}]\n`;
  assert.deepEqual(
    sourcesOf(both).map((each) => each.kind === 'fetch' && each.algorithm),
    ['sha256'],
  );
});

test('a source that no digest pins is not a source', () => {
  const steps = [
    'uses: fetch, with: {uri: u}',
    `uses: fetch, with: {uri: u, expected-sha256: ${short.slice(1)}}`,
    `uses: fetch, with: {uri: u, expected-sha256: ${'g'.repeat(64)}}`,
    `uses: fetch, with: {uri: u, expected-sha256: ${long}}`,
    `uses: fetch, with: {uri: u, expected-none: x}`,
    'uses: git-checkout, with: {repository: r, tag: v1}',
    `uses: git-checkout, with: {repository: r, expected-commit: ${commit.slice(1)}}`,
    'uses: git-checkout, with: {repository: r, expected-commit: main}',
  ];
  for (const step of steps) {
    assert.throws(() => sourcesOf(`pipeline: [{${step}}]\n`), failure('source-unpinned'), step);
  }
});

test('whether a step runs is decided by the grammar of the version', () => {
  const step = (condition: string) =>
    `pipeline:\n  - uses: fetch\n    if: ${JSON.stringify(condition)}\n    with: {uri: u, expected-sha256: ${short}}\n`;
  const condition = "'a' == 'a' || 'a' == 'b' || 'a' == 'b'";
  assert.equal(sourcesOf(step(condition), 'v0.59.1').length, 1);
  assert.equal(sourcesOf(step(condition), 'v0.40.4').length, 0);
});

test('steps are placed and named in the order in which they run', () => {
  const recipe = recipeOf(`pipeline:
  - {name: first, uses: x, runs: one}
  - uses: y
    pipeline: [{runs: two}, {name: deep, pipeline: [{runs: three}]}]
subpackages:
  - name: foo-doc
    pipeline: [{runs: four}]
`);
  assert.deepEqual(
    placedSteps(recipe).map(({ package: name, position }) => `${name} ${position}`),
    ['foo 1', 'foo 2', 'foo 2.1', 'foo 2.2', 'foo 2.2.1', 'foo-doc 1'],
  );
  const planned = plannedSteps(recipe, formatAt('v0.59.1'));
  assert.deepEqual(
    planned.map(({ label }) => label),
    ['first', 'y', '', 'deep', '', ''],
  );
  assert.deepEqual(
    planned.map((each) => each.sha256),
    ['one', '', 'two', '', 'three', 'four'].map((text) => sha256(Buffer.from(text))),
  );
});

test('a step that does not run is not part of a plan, nor is one of a skipped subpackage', () => {
  const recipe = recipeOf(`pipeline:
  - {name: first, if: "'a' == 'b'", pipeline: [{runs: one}]}
  - {name: second, pipeline: [{name: never, if: "'a' == 'b'"}, {name: third}]}
subpackages:
  - {name: foo-doc, if: "'a' != 'a'", pipeline: [{name: never}]}
  - {name: foo-dev, if: "'a' == 'a'", pipeline: [{name: fourth}]}
`);
  assert.deepEqual(
    plannedSteps(recipe, formatAt('v0.59.1')).map((each) => `${each.package} ${each.position} ${each.label}`),
    ['foo 2 second', 'foo 2.2 third', 'foo-dev 1 fourth'],
  );
});

test('what a git-checkout step will find is planned as the step itself decides', () => {
  const pick = 'd'.repeat(40);
  const pinned = { 'expected-commit': commit };
  const cases: [inputs: Record<string, string>, depth: number | undefined, takesTip: boolean][] = [
    [{ ...pinned, tag: 'v1' }, 1, false],
    [{ ...pinned, tag: 'v1', depth: '-1' }, undefined, false],
    [{ ...pinned, branch: 'main' }, undefined, true],
    [{ ...pinned, branch: 'main', depth: '-1' }, undefined, false],
    [{ ...pinned, branch: 'main', depth: '5' }, 5, true],
    [{ ...pinned, branch: 'main', 'cherry-picks': `${pick}: from above` }, undefined, false],
    [{ ...pinned, branch: 'main', 'cherry-picks': `stable/${pick}: from beside` }, undefined, true],
    [{ ...pinned }, 1, true],
    [{ ...pinned, depth: '-1' }, undefined, false],
  ];
  for (const [inputs, depth, takesTip] of cases) {
    const step = `pipeline: [{uses: git-checkout, with: ${JSON.stringify({ repository: 'r', ...inputs })}}]\n`;
    const { requests } = requestedSources(recipeOf(step), formatAt('v0.59.1'), false);
    const [{ git }] = requests as unknown as [{ git: GitRequest }];
    assert.deepEqual([git.depth, git.takesTip], [depth, takesTip], JSON.stringify(inputs));
  }
});

test('cherry-picks are read as the step reads them, and pin nothing unless they name whole commits', () => {
  const list = `\n# a comment\nrelease/1.0/${commit}: two fixes # of many\n${commit}: one\n`;
  const step = (picks: string) =>
    `pipeline: [{uses: git-checkout, with: {repository: r, tag: v1, expected-commit: ${commit}, cherry-picks: ${JSON.stringify(picks)}}}]\n`;
  const { requests } = requestedSources(recipeOf(step(list)), formatAt('v0.59.1'), false);
  assert.deepEqual((requests as unknown as [{ git: GitRequest }])[0].git.cherryPicks, [
    { branch: 'release/1.0', commit },
    { branch: '', commit },
  ]);
  for (const picks of [`stable/${commit.slice(1)}: short`, 'stable: a branch', '--upload-pack=x: an option'])
    assert.throws(() => sourcesOf(step(picks)), failure('source-unpinned'), picks);
});
