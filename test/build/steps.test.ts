import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  defaultBuildLimits,
  type Sandbox,
  type SandboxCommand,
  type SandboxEnd,
} from '../../src/build/sandbox/sandbox.ts';
import { describeStep, runSteps, stepScript } from '../../src/build/steps.ts';
import { makeFolderWithin } from '../../src/build/workspace.ts';
import { parseRecipe } from '../../src/claim/recipe/parse.ts';
import type { Step } from '../../src/claim/recipe/recipe.ts';
import { formatAt, step as stepOf } from '../emit/sbom/input.ts';
import { failure } from '../support/failures.ts';
import { type Ending, temporaryFolder } from '../support/folder.ts';

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

interface Ran {
  readonly script: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Runs the steps of a recipe in a sandbox that only writes down what it was asked. */
async function run(
  test: Ending,
  yaml: string,
  version = 'v0.59.1',
  answer: (ran: Ran, command: SandboxCommand) => Partial<SandboxEnd> = () => ({}),
) {
  const workspace = join(temporaryFolder(test), 'workspace');
  mkdirSync(workspace);
  const ran: Ran[] = [];
  const events: string[] = [];
  const sandbox: Sandbox = {
    kind: 'bubblewrap',
    ids: 'machine',
    workspace,
    caveats: [],
    async run(command) {
      const script = command.argv[2]!;
      const each = { script: script.split('\n')[3] ?? script, env: Object.fromEntries(command.env) };
      if (!script.includes('ldconfig')) ran.push(each);
      return { exitCode: 0, exceeded: undefined, ...answer(each, command) };
    },
    makeFolder: async (path) => makeFolderWithin(workspace, path),
    archive: async () => undefined,
  };
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

test('an assertion counts the direct steps that ran', async (context) => {
  const yaml = (required: number) => `pipeline:
  - assertions: {required-steps: ${required}}
    pipeline:
      - {runs: a, pipeline: [{runs: nested}]}
      - {runs: b, if: '"a" == "b"'}
      - {runs: c}
`;
  await run(context, yaml(2));
  await run(context, yaml(0));
  for (const required of [1, 3]) {
    await assert.rejects(run(context, yaml(required)), failure('assertion-failed'), String(required));
  }
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

test('a bound that was exceeded is no failure of the step', async (context) => {
  for (const exceeded of ['time', 'memory', 'processes', 'disk'] as const) {
    const answer = (): Partial<SandboxEnd> => ({ exitCode: undefined, exceeded });
    await assert.rejects(
      run(context, 'pipeline: [{runs: x}]\n', 'v0.59.1', answer),
      failure('build-limit'),
      exceeded,
    );
  }
});
