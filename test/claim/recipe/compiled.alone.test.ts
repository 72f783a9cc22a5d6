import assert from 'node:assert/strict';
import { test } from 'node:test';
import { controlFile } from '../../../src/apk/apk.ts';
import { readClaim } from '../../../src/claim/claim.ts';
import { requireCompiled } from '../../../src/claim/recipe/compiled.ts';
import { parseRecipe } from '../../../src/claim/recipe/parse.ts';
import { withoutSkipped } from '../../../src/claim/recipe/running.ts';
import { writeRecipe } from '../../../src/claim/recipe/write.ts';
import { formatOfTraits } from '../../../src/claim/traits/traits.ts';
import { runSteps } from '../../../src/execute/run-steps.ts';
import { defaultBuildLimits } from '../../../src/execute/sandbox/sandbox.ts';
import { formatAt } from '../../emit/sbom/input.ts';
import { compiledRecipe, editedRecipe, loopCases, type OurEnd } from '../../support/build-loop.ts';
import { codeOf, failure } from '../../support/failures.ts';
import type { Ending } from '../../support/folder.ts';
import { goldens } from '../../support/lab.ts';
import { labPackage } from '../../support/lab-packages.ts';
import { recordingSandbox } from '../../support/recording-sandbox.ts';

const observer = { begin: () => undefined, output: () => undefined, end: () => undefined };

/** What becomes of a recipe here: how it is read, refused, run and written. */
async function endOf(context: Ending, text: string): Promise<OurEnd> {
  const format = formatAt('v0.59.1');
  let written: Uint8Array | undefined;
  const code = await codeOf(async () => {
    const recipe = withoutSkipped(parseRecipe(Buffer.from(text)).recipe, format);
    requireCompiled(recipe, { format, released: true, architecture: 'x86_64' });
    const { sandbox } = recordingSandbox(context);
    await runSteps({ sandbox, recipe, format, limits: defaultBuildLimits, sourceDateEpoch: 0, observer });
    written = writeRecipe(recipe, format.recipe);
  });
  if (code !== undefined) return code as OurEnd;
  return Buffer.from(written!).toString() === text ? 'same' : 'otherwise';
}

test('each recipe of the table ends as it must', async (context) => {
  const compiled = await compiledRecipe();
  const ends: string[] = [];
  for (const each of loopCases)
    ends.push(`${each.rule}: ${await endOf(context, editedRecipe(compiled, each))}`);
  assert.deepEqual(
    ends,
    loopCases.map(({ rule, ours }) => `${rule}: ${ours}`),
  );
});

test('what melange would not write is written nowhere in the table', () => {
  for (const { rule, melange, ours } of loopCases) {
    if (melange !== 'same') assert.notEqual(ours, 'same', rule);
    else assert.ok(ours === 'same' || ours === 'unsupported', rule);
  }
});

test('every recipe that a melange compiled is accepted as one', async () => {
  for (const { file } of goldens()) {
    const claim = readClaim(await labPackage(file), file.split('/').at(-1)!);
    const released = claim.traits.melange.basis === 'release';
    requireCompiled(claim.recipe, {
      format: formatOfTraits(claim.traits),
      released,
      architecture: claim.architecture,
    });
  }
});

test('rules that came with a version do not hold before it', async () => {
  const compiled = await compiledRecipe();
  const cases: [rule: string, version: string, refused: boolean][] = [
    ['a version that is none', 'v0.26.12', false],
    ['a version that is none', 'v0.26.13', true],
    ['a later variable of every build that is missing', 'v0.39.0', false],
    ['a later variable of every build that is missing', 'v0.40.0', true],
    ['an environment that only an inner step has', 'v0.18.0', false],
    ['an environment that only an inner step has', 'v0.18.1', true],
    ['an environment that is not handed down', 'v0.16.0', true],
    ['no user to build as', 'v0.16.0', true],
  ];
  for (const [rule, version, refused] of cases) {
    const text = editedRecipe(compiled, loopCases.find((each) => each.rule === rule)!);
    const { recipe } = parseRecipe(Buffer.from(text));
    const given = { format: formatAt(version), released: true, architecture: 'x86_64' };
    const code = await codeOf(() => requireCompiled(recipe, given));
    assert.equal(code, refused ? 'recipe-unreadable' : undefined, `${version}: ${rule}`);
  }
});

test('where the builder did not print its version, what depends on it is not guessed', async () => {
  const compiled = await compiledRecipe();
  const check = (text: string, released: boolean) => () =>
    requireCompiled(parseRecipe(Buffer.from(text)).recipe, {
      format: formatAt('v0.59.1'),
      released,
      architecture: 'x86_64',
    });
  // F && F || T: false in pairs, true from left to right.
  const condition = `'''a'' == ''b'' && ''a'' == ''b'' || ''a'' == ''a'''`;
  const step = compiled.replace('pipeline:\n', `pipeline:\n  - if: ${condition}\n    runs: |\n      true\n`);
  const commit = 'commit: 5d7a3c9e1f20b48d6a7c8e9f0123456789abcdef';
  const subpackage = `${compiled}subpackages:\n  - if: ${condition}\n    name: hello-added\n    ${commit}\n`;
  const steps = '    pipeline:\n      - runs: |\n          true\n';
  const withoutOrigin = `${compiled.replace(/pipeline:[\s\S]*/, '')}subpackages:\n  - name: hello-added\n${steps}    ${commit}\n`;
  for (const text of [step, subpackage, withoutOrigin]) {
    check(text, true)();
    assert.throws(check(text, false), failure('unsupported'));
  }
  check(compiled, false)();
});

test('the lock is of the architecture of the package, by apko’s name of it', async () => {
  const lockOf = async (file: string) => {
    const apk = await labPackage(file);
    return parseRecipe(controlFile(apk, '.melange.yaml')!).recipe;
  };
  const recipes = {
    x86_64: await lockOf('repository/v0.59.1/x86_64/hello-shell-1.4.2-r3.apk'),
    aarch64: await lockOf('aarch64/repository/v0.59.1/aarch64/hello-shell-1.4.2-r3.apk'),
  };
  for (const [own, recipe] of Object.entries(recipes)) {
    for (const architecture of Object.keys(recipes)) {
      const given = { format: formatAt('v0.59.1'), released: true, architecture };
      const code = await codeOf(() => requireCompiled(recipe, given));
      assert.equal(
        code,
        own === architecture ? undefined : 'recipe-unreadable',
        `${own} for ${architecture}`,
      );
    }
  }
});
