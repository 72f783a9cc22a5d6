import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseRecipe } from '../../src/claim/recipe/parse.ts';
import type { Step } from '../../src/claim/recipe/recipe.ts';
import { describeStep, runSteps, stepScript } from '../../src/execute/run-steps.ts';
import {
  defaultBuildLimits,
  type SandboxCommand,
  type SandboxEnd,
} from '../../src/execute/sandbox/sandbox.ts';
import { formatAt, step as stepOf } from '../emit/sbom/input.ts';
import { failure } from '../support/failures.ts';
import { type Ending, temporaryFolder } from '../support/folder.ts';
import { type Answer, type Ran, recordingSandbox } from '../support/recording-sandbox.ts';

function step(more: Partial<Step>): Step {
  return { ...stepOf('', {}), ...more };
}

test('a step is five lines around its text, as each version wrote them', () => {
  const cases: [version: string, directory: string, lines: readonly string[]][] = [
    ['v0.59.1', '', ['set -eo pipefail', '[ -d /home/build ] || mkdir -p /home/build', 'cd /home/build']],
    ['v0.45.4', '', ['set -e ', '[ -d /home/build ] || mkdir -p /home/build', 'cd /home/build']],
    ['v0.40.2', '', ['set -e ', "[ -d '/home/build' ] || mkdir -p '/home/build'", "cd '/home/build'"]],
    [
      'v0.59.1',
      'out',
      ['set -eo pipefail', '[ -d /home/build/out ] || mkdir -p /home/build/out', 'cd /home/build/out'],
    ],
    [
      'v0.59.1',
      './a//b/../c/',
      ['set -eo pipefail', '[ -d /home/build/a/c ] || mkdir -p /home/build/a/c', 'cd /home/build/a/c'],
    ],
    ['v0.59.1', '../../../../etc', ['set -eo pipefail', '[ -d /etc ] || mkdir -p /etc', 'cd /etc']],
    ['v0.59.1', '/abs/./x', ['set -eo pipefail', '[ -d /abs/./x ] || mkdir -p /abs/./x', 'cd /abs/./x']],
    ['v0.45.4', '/a', ['set -e ', '[ -d /a ] || mkdir -p /a', 'cd /a']],
    ['v0.23.15', '/a', ['set -e ', "[ -d '/a' ] || mkdir -p '/a'", "cd '/a'"]],
    [
      'v0.23.14',
      '/a/../b',
      ['set -e ', "[ -d '/home/build/b' ] || mkdir -p '/home/build/b'", "cd '/home/build/b'"],
    ],
    [
      'v0.23.13',
      'b',
      ['set -e ', "[ -d '/home/build/b' ] || mkdir -p '/home/build/b'", "cd '/home/build/b'"],
    ],
    [
      'v0.23.12',
      'a/../b',
      ['set -e ', "[ -d '/home/build/a/../b' ] || mkdir -p '/home/build/a/../b'", "cd '/home/build/a/../b'"],
    ],
    ['v0.23.12', '/a/../b', ['set -e ', "[ -d '/a/../b' ] || mkdir -p '/a/../b'", "cd '/a/../b'"]],
    ['v0.16.0', '', ['set -e ', "[ -d '/home/build' ] || mkdir -p '/home/build'", "cd '/home/build'"]],
    [
      'v0.59.1',
      "it's",
      [
        'set -eo pipefail',
        "[ -d '/home/build/it'\\''s' ] || mkdir -p '/home/build/it'\\''s'",
        "cd '/home/build/it'\\''s'",
      ],
    ],
    [
      'v0.59.1',
      '$(x)',
      [
        'set -eo pipefail',
        "[ -d '/home/build/$(x)' ] || mkdir -p '/home/build/$(x)'",
        "cd '/home/build/$(x)'",
      ],
    ],
  ];
  for (const [version, directory, lines] of cases) {
    const script = stepScript(step({ workingDirectory: directory, runs: 'make\n' }), formatAt(version));
    assert.equal(script, [...lines, 'make\n', 'exit 0'].join('\n'), `${version} ${directory}`);
  }
});

test('no directory can be anything but a directory to the shell', (context) => {
  const folder = temporaryFolder(context);
  for (const name of ["a'b", 'a b', '$(touch x)', '`touch x`', 'a\\b', ';touch x;', 'a"b', '*', '-rf']) {
    const directory = join(folder, name);
    const script = stepScript(
      step({ workingDirectory: directory, runs: 'pwd -P > "$OUT"\n' }),
      formatAt('v0.59.1'),
    );
    const shell = script.replace('set -eo pipefail', 'set -e');
    execFileSync('/bin/sh', ['-c', shell], {
      env: { OUT: join(folder, 'out'), PATH: process.env['PATH'] ?? '' },
      cwd: folder,
    });
    assert.equal(readFileSync(join(folder, 'out'), 'utf8'), `${directory}\n`);
    assert.equal(existsSync(join(folder, 'x')), false, name);
  }
});

test('a step is named by its place and the first name that it has', () => {
  assert.equal(describeStep({ package: 'foo', position: '2.1', label: 'strip' }), 'step 2.1 of foo (strip)');
  assert.equal(describeStep({ package: 'foo', position: '1', label: '' }), 'step 1 of foo');
});

/** Runs the steps of a recipe in a sandbox that only writes down what it was asked. */
async function run(test: Ending, yaml: string, version = 'v0.59.1', answer?: Answer) {
  const { sandbox, workspace, ran } = recordingSandbox(test, answer);
  const events: string[] = [];
  const { recipe } = parseRecipe(Buffer.from(`package: {name: foo, version: "1", epoch: 0}\n${yaml}`));
  const name = ({ package: origin, position, label }: { package: string; position: string; label: string }) =>
    `${origin} ${position} ${label}`.trim();
  await runSteps({
    sandbox,
    recipe,
    format: formatAt(version),
    limits: defaultBuildLimits,
    sourceDateEpoch: 42,
    observer: {
      begin: (each) => void events.push(`begin ${name(each)}`),
      output: (each, bytes) => void events.push(`${name(each)}: ${Buffer.from(bytes)}`),
      end: (each) => void events.push(`end ${name(each)}`),
    },
  });
  return { ran, events, scripts: ran.map(({ script }) => script), workspace };
}

test('steps run in order, nested ones behind their parent, subpackages last, each with its folder', async (context) => {
  const { scripts, events, workspace } = await run(
    context,
    `pipeline:
  - runs: one
    name: first
  - uses: group
    pipeline:
      - runs: two
      - runs: three
        pipeline: [{runs: four}]
subpackages:
  - name: foo-doc
    pipeline: [{runs: five}]
  - name: foo-dev
`,
  );
  assert.deepEqual(scripts, ['one', '', 'two', 'three', 'four', 'five']);
  assert.deepEqual(
    events.filter((event) => event.startsWith('begin')),
    [
      'begin foo 1 first',
      'begin foo 2 group',
      'begin foo 2.1',
      'begin foo 2.2',
      'begin foo 2.2.1',
      'begin foo-doc 1',
    ],
  );
  assert.ok(
    existsSync(join(workspace, 'melange-out/foo-doc')) && existsSync(join(workspace, 'melange-out/foo-dev')),
  );
});

test('a step whose condition does not hold is left out with all that is in it', async (context) => {
  const yaml = `pipeline:
  - if: '"a" == "b"'
    runs: no
    pipeline: [{runs: never}]
  - if: '"a" == "a"'
    runs: yes
    pipeline: [{runs: inner, if: '"x" != "x"'}]
`;
  assert.deepEqual((await run(context, yaml)).scripts, ['yes']);
  const broken = run(context, 'pipeline: [{runs: x, if: "maybe"}]\n');
  await assert.rejects(broken, failure('recipe-unreadable'));
});

test('the environment is the clock, the recipe, the search path and the steps from outside in', async (context) => {
  const yaml = `environment:
  environment: {A: recipe, PATH: /recipe, SOURCE_DATE_EPOCH: "7"}
pipeline:
  - runs: outer
    environment: {A: outer, B: outer}
    pipeline:
      - runs: inner
        environment: {B: inner, PATH: /inner}
  - runs: other
`;
  const path = '/usr/local/sbin:/usr/local/bin:/usr/bin:/usr/sbin:/sbin:/bin';
  const { ran } = await run(context, yaml);
  assert.deepEqual(
    ran.map(({ env }) => env),
    [
      { SOURCE_DATE_EPOCH: '7', A: 'outer', B: 'outer', PATH: path },
      { SOURCE_DATE_EPOCH: '7', A: 'outer', B: 'inner', PATH: '/inner' },
      { SOURCE_DATE_EPOCH: '7', A: 'recipe', PATH: path },
    ],
  );
  const old = await run(context, yaml, 'v0.31.1');
  assert.deepEqual(old.ran[1]!.env, { SOURCE_DATE_EPOCH: '7', A: 'recipe', B: 'inner', PATH: '/inner' });
  assert.equal((await run(context, 'pipeline: [{runs: x}]\n')).ran[0]!.env['SOURCE_DATE_EPOCH'], '42');
});

test('an assertion counts the direct steps that ran, and where it gives no number there must be none', async (context) => {
  const yaml = (assertions: string) => `pipeline:
  - assertions: ${assertions}
    pipeline:
      - {runs: a, pipeline: [{runs: nested}]}
      - {runs: b, if: '"a" == "b"', pipeline: [{runs: never}]}
      - {runs: c}
`;
  await run(context, yaml('{required-steps: 2}'));
  for (const other of [
    '{required-steps: 1}',
    '{required-steps: 3}',
    '{required-steps: 0}',
    '{required-steps: -1}',
    '{}',
  ]) {
    await assert.rejects(run(context, yaml(other)), failure('assertion-failed'), other);
  }
  const skipped = (required: string) =>
    `pipeline: [{assertions: ${required}, pipeline: [{runs: b, if: '"a" == "b"'}]}]\n`;
  await run(context, skipped('{}'));
  await run(context, skipped('{required-steps: 0}'));
  await assert.rejects(run(context, skipped('{required-steps: 1}')), failure('assertion-failed'));
});

test('nothing of a subpackage whose condition does not hold is run or made', async (context) => {
  const yaml = `pipeline: [{runs: one}]
subpackages:
  - {name: foo-never, if: "'a' == 'b'", pipeline: [{runs: never}]}
  - {name: foo-doc, if: "'a' == 'a'", pipeline: [{runs: two}]}
`;
  const { scripts, workspace } = await run(context, yaml);
  assert.deepEqual(scripts, ['one', 'two']);
  assert.deepEqual(readdirSync(join(workspace, 'melange-out')), ['foo-doc']);
});

test('without steps of the origin some versions built no subpackage, but still made its folder', async (context) => {
  const yaml = 'subpackages: [{name: foo-doc, pipeline: [{runs: two}]}]\n';
  for (const [version, built] of [
    ['v0.16.0', false],
    ['v0.23.15', false],
    ['v0.23.16', true],
    ['v0.24.0', true],
    ['v0.25.0', false],
    ['v0.33.1', false],
    ['v0.33.2', true],
    ['v0.59.1', true],
  ] as const) {
    const { scripts, workspace } = await run(context, yaml, version);
    assert.deepEqual(scripts, built ? ['two'] : [], version);
    assert.deepEqual(readdirSync(join(workspace, 'melange-out')), ['foo-doc']);
  }
});

test('a step that fails without a word is shown by its script', async (context) => {
  const yaml = 'pipeline: [{runs: "test -f nothing"}]\n';
  await assert.rejects(
    run(context, yaml, 'v0.59.1', () => ({ exitCode: 1 })),
    (thrown) => {
      failure('step-failed')(thrown);
      assert.equal((thrown as { script: string }).script.trim(), 'test -f nothing');
      return true;
    },
  );
});

test('a step that fails ends the build, with the end of what it said', async (context) => {
  const yaml = 'pipeline: [{runs: good}, {runs: bad}, {runs: never}]\n';
  const answer = ({ script }: Ran, command: SandboxCommand): Partial<SandboxEnd> => {
    command.onOutput(Buffer.from(`${'x'.repeat(20_000)} end of ${script}`));
    return script === 'bad' ? { exitCode: 3 } : {};
  };
  await assert.rejects(run(context, yaml, 'v0.59.1', answer), (thrown) => {
    failure('step-failed')(thrown);
    const { got } = thrown as { got: string };
    assert.ok(got.endsWith(' end of bad') && got.length <= 16 * 1024, got.slice(-30));
    return true;
  });
});

test('an exceeded limit is not a failure of the step', async (context) => {
  for (const exceeded of ['time', 'memory', 'processes', 'disk'] as const) {
    const answer = (): Partial<SandboxEnd> => ({ exitCode: undefined, exceeded });
    await assert.rejects(
      run(context, 'pipeline: [{runs: x}]\n', 'v0.59.1', answer),
      failure('build-limit'),
      exceeded,
    );
  }
});
