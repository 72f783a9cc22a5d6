/** action.yml and the GitLab component, run as the runners run them. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { parse, parseAllDocuments } from 'yaml';
import { sha256 } from '../../src/digest.ts';
import { keys } from '../config/keys.ts';
import { cache, cannotRebuildFrom, helloShell } from '../conformance/lab-run.ts';
import { temporaryFolder } from '../support/folder.ts';
import { lab, root } from '../support/lab.ts';
import { labEnvironment } from '../support/lab-environment.ts';

interface Step {
  readonly run: string;
  readonly shell: string;
  readonly env?: Readonly<Record<string, string>>;
}

interface Action {
  readonly inputs: Readonly<Record<string, { readonly default: string }>>;
  readonly runs: { readonly steps: readonly Step[] };
}

const actionText = readFileSync(join(root, 'action.yml'), 'utf8');
const action = parse(actionText) as Action;
const componentText = readFileSync(join(root, 'templates/verify/template.yml'), 'utf8');

/** What a workflow gives, and what the runner knows. */
type Inputs = Readonly<Record<string, string>>;

/** A value of `env:` as the runner evaluates it. */
function evaluated(text: string, inputs: Inputs): string {
  return text.replace(/\$\{\{ (inputs|github)\.([\w-]+) \}\}/g, (_, kind: string, name: string) =>
    kind === 'github' ? `https://${name}.example` : (inputs[name] ?? action.inputs[name]!.default),
  );
}

/** Runs a step of the action (actions/runner, ScriptHandler: bash --noprofile --norc -e -o pipefail FILE). */
function runStep(step: Step, workspace: string, inputs: Inputs) {
  const [file, output, summary] = ['step.sh', 'output', 'summary'].map((name) =>
    join(workspace, '..', name),
  ) as [string, string, string];
  for (const path of [output, summary]) writeFileSync(path, '');
  writeFileSync(file, step.run);
  const env = Object.fromEntries(
    Object.entries(step.env ?? {}).map(([name, value]) => [name, evaluated(value, inputs)]),
  );
  const { status, stdout, stderr } = spawnSync(
    'bash',
    ['--noprofile', '--norc', '-e', '-o', 'pipefail', file],
    {
      cwd: workspace,
      encoding: 'utf8',
      env: {
        PATH: process.env['PATH'],
        HOME: workspace,
        GITHUB_ACTIONS: 'true',
        GITHUB_ACTION_PATH: root,
        GITHUB_WORKSPACE: workspace,
        GITHUB_OUTPUT: output,
        GITHUB_STEP_SUMMARY: summary,
        ...env,
      },
    },
  );
  const outputs = [...readFileSync(output, 'utf8').matchAll(/^([\w-]+)<<(.+)\n(.*)\n\2$/gm)];
  return {
    ...{ status, stdout, stderr },
    outputs: Object.fromEntries(outputs.map(([, name, , value]) => [name, value])),
    summary: readFileSync(summary, 'utf8'),
  };
}

function workspaceOf(folder: string): string {
  const workspace = join(folder, 'workspace');
  mkdirSync(join(workspace, 'packages/x86_64'), { recursive: true });
  cpSync(join(lab, helloShell), join(workspace, 'packages/x86_64/hello-shell-1.4.2-r3.apk'));
  return workspace;
}

/** The packages of the lab have a key of their own, and their environment lies elsewhere. */
const here = { cache, key: 'lab.rsa.pub', config: 'wolfi-repro.yaml' };

/** What docs/ci.md takes for given: the key beside the packages, and settings for what no input is there for. */
function completed(workspace: string): string {
  cpSync(join(lab, 'lab.rsa.pub'), join(workspace, here.key));
  const settings = { 'fallback-repository': [labEnvironment], 'allow-unsigned': true };
  writeFileSync(join(workspace, 'wolfi-repro.yaml'), JSON.stringify(settings));
  return workspace;
}

const page = readFileSync(join(root, 'docs/ci.md'), 'utf8');
const [workflow, pipeline] = [...page.matchAll(/^```yaml\n(.*?)^```/gms)].map(([, text]) => parse(text!)) as [
  { jobs: { verify: { strategy: { matrix: { shard: string[] } }; steps: WorkflowStep[] } } },
  { include: [{ inputs: Inputs }] },
];

interface WorkflowStep {
  readonly uses: string;
  readonly with: Inputs;
}

const given = () => ({ key: join(lab, 'lab.rsa.pub'), repository: labEnvironment!, cache });

describe('the action', () => {
  const [setup, verify] = action.runs.steps as [Step, Step];

  it('has no input in the text of a script, and passes each on as a variable', () => {
    const scripts = action.runs.steps.map(({ run }) => run);
    for (const script of scripts) assert.doesNotMatch(script, /\$\{\{/);
    const passed = Object.values(verify.env!).join('\n');
    for (const name of Object.keys(action.inputs)) assert.ok(passed.includes(`\${{ inputs.${name} }}`), name);
  });

  it('sets up nothing that is there', (test) => {
    const { status, stderr } = runStep(setup, workspaceOf(temporaryFolder(test)), {});
    assert.equal(status, 0, stderr);
  });

  it('runs nothing that an input holds', (test) => {
    const workspace = workspaceOf(temporaryFolder(test));
    for (const packages of ['"; touch pwned; "', '$(touch pwned)', '`touch pwned`', '--config\n-V']) {
      const { status, outputs } = runStep(verify, workspace, {
        packages,
        key: '$(touch pwned)',
        shard: '$(touch pwned)',
      });
      assert.equal(status, 2);
      assert.deepEqual([outputs['exit-code'], outputs['verdict']], ['2', '']);
    }
    assert.ok(!readdirSync(workspace).includes('pwned'));
  });

  it('gives outputs, a summary, annotations and reports', { skip: cannotRebuildFrom(helloShell) }, (test) => {
    const workspace = workspaceOf(temporaryFolder(test));
    writeFileSync(join(workspace, 'packages/x86_64/odd-1.0-r0.apk'), 'text');
    const { status, stdout, stderr, outputs, summary } = runStep(verify, workspace, given());
    assert.equal(status, 4, stderr);
    assert.deepEqual(outputs, { 'exit-code': '4', verdict: 'inconclusive', report: 'wolfi-repro-report' });
    assert.match(stdout, /^reproduced {2}packages\/x86_64\/hello-shell/m);
    assert.match(stdout, /^::warning file=packages\/x86_64\/odd-1\.0-r0\.apk,/m);
    assert.match(summary, /^## wolfi-repro: inconclusive\n/);
    for (const ending of ['json', 'jsonl', 'sarif', 'xml', 'html', 'md', 'summary', 'codequality'])
      assert.ok(existsSync(join(workspace, 'wolfi-repro-report', `result.${ending}`)), ending);
    const again = {
      ...given(),
      'fail-on': 'not-reproduced',
      'changed-since': 'wolfi-repro-report/result.json',
    };
    assert.equal(runStep(verify, workspace, again).status, 0);
    const { runs } = JSON.parse(readFileSync(join(workspace, 'wolfi-repro-report/result.sarif'), 'utf8'));
    assert.match(
      runs[0].tool.driver.rules[0].helpUri,
      /^https:\/\/server_url\.example\/.*\/docs\/verdicts\.md#/,
    );
  });
});

describe('the GitLab component', () => {
  const [spec, jobs] = parseAllDocuments(componentText).map((document) => document.toJS()) as [
    { spec: { inputs: Record<string, { default?: string } | null> } },
    Record<string, { script: string[]; variables: Record<string, { value: string; expand: boolean }> }>,
  ];
  const [job] = Object.values(jobs);

  it('has no input in the text of a script, and passes each on as a variable that is not expanded', () => {
    for (const line of job!.script) assert.doesNotMatch(line, /\$\[\[/);
    for (const [name, { expand }] of Object.entries(job!.variables)) assert.equal(expand, false, name);
    const used = [...componentText.split('---')[1]!.matchAll(/\$\[\[ inputs\.([\w-]+) \]\]/g)].map(
      ([, name]) => name,
    );
    assert.deepEqual(new Set(used), new Set(Object.keys(spec.spec.inputs)));
  });

  it('verifies what is in the folder, with the inputs of the page', {
    skip: cannotRebuildFrom(helloShell),
  }, (test) => {
    const workspace = completed(workspaceOf(temporaryFolder(test)));
    const inputs: Inputs = { ...pipeline.include[0].inputs, ...here };
    const variables = Object.entries(job!.variables).map(([name, { value }]) => [
      name,
      value.replace(
        /\$\[\[ inputs\.([\w-]+) \]\]/g,
        (_, input: string) => inputs[input] ?? spec.spec.inputs[input]?.default ?? '',
      ),
    ]);
    const { status, stderr } = spawnSync('sh', ['-e', '-c', job!.script.join('\n')], {
      cwd: workspace,
      encoding: 'utf8',
      env: {
        PATH: process.env['PATH'],
        HOME: workspace,
        CI_PROJECT_DIR: workspace,
        WOLFI_REPRO_FOLDER: root,
        ...Object.fromEntries(variables),
      },
    });
    assert.equal(status, 0, stderr);
    const quality = JSON.parse(
      readFileSync(join(workspace, 'wolfi-repro-report/result.codequality'), 'utf8'),
    );
    assert.deepEqual(quality, []);
  });
});

describe('every example', () => {
  const { strategy, steps } = workflow.jobs.verify;
  const used = steps.find(({ uses }) => uses.startsWith('OWNER/wolfi-repro@'))!;

  it('gives the action and the component inputs that they have', () => {
    for (const name of Object.keys(used.with)) assert.ok(name in action.inputs, name);
    const known = (parseAllDocuments(componentText)[0]!.toJS() as { spec: { inputs: object } }).spec.inputs;
    for (const name of Object.keys(pipeline.include[0].inputs)) assert.ok(name in known, name);
    assert.equal(page.match(/^```\w+$/gm)?.length, 2);
  });

  it('verifies, in the shard that the page says, what changed since the pull request began', {
    skip: cannotRebuildFrom(helloShell),
  }, (test) => {
    const workspace = completed(workspaceOf(temporaryFolder(test)));
    const git = (...argv: string[]) => {
      const identity = ['-c', 'user.name=a', '-c', 'user.email=a@example.org'];
      const { status, stdout, stderr } = spawnSync('git', ['-C', workspace, ...identity, ...argv], {
        encoding: 'utf8',
      });
      assert.equal(status, 0, stderr);
      return stdout.trim();
    };
    git('init', '-q');
    for (const summary of ['before', 'after']) {
      writeFileSync(join(workspace, 'hello-shell.yaml'), `package:\n  name: hello-shell # ${summary}\n`);
      git('add', 'hello-shell.yaml');
      git('commit', '-q', '-m', summary);
    }
    // "the first 48 bits of the SHA-256 of the origin, modulo n, plus one"
    const parts = BigInt(strategy.matrix.shard.length);
    const own = (BigInt(`0x${sha256(Buffer.from('hello-shell')).slice(0, 12)}`) % parts) + 1n;
    for (const part of [own, (own % parts) + 1n]) {
      const values: Inputs = {
        'matrix.shard': strategy.matrix.shard[Number(part) - 1]!,
        'github.event.pull_request.base.sha': git('rev-parse', 'HEAD~1'),
      };
      const inputs = Object.entries(used.with).map(([name, text]) => [
        name,
        text.replace(/\$\{\{ ([\w.]+) \}\}/g, (_, expression: string) => values[expression]!),
      ]);
      const { status, stdout, stderr, outputs } = runStep(action.runs.steps[1]!, workspace, {
        ...Object.fromEntries(inputs),
        ...here,
      });
      assert.equal(status, 0, stderr);
      assert.equal(/^reproduced {2}packages/m.test(stdout), part === own, stdout);
      assert.equal(outputs['verdict'], part === own ? 'reproduced' : '');
      for (const { with: given = {} } of steps)
        if (given['sarif_file'] !== undefined) assert.ok(existsSync(join(workspace, given['sarif_file'])));
    }
  });

  it('names options that there are', () => {
    const lines = [...page.matchAll(/^ {4}(wolfi-repro .*)$/gm)].map(([, line]) => line!);
    assert.ok(lines.length >= 5);
    const known = new Set(keys.map(({ name }) => name));
    for (const line of lines)
      for (const [, name] of line.matchAll(/ --([\w-]+)/g)) assert.ok(known.has(name!), `${line}: ${name}`);
  });

  it('lets a failure fail', () => {
    const pages = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'));
    const texts = [
      actionText,
      componentText,
      ...pages.map((name) => readFileSync(join(root, 'docs', name), 'utf8')),
    ];
    for (const text of texts) assert.doesNotMatch(text, /continue-on-error:|allow_failure:|\|\| true/);
  });
});
