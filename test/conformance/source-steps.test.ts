/**
 * melange's own steps that fetch, run unmodified in the sandbox on what was fetched before: they leave what they leave with a network, also
 * where the servers have changed since.
 */
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { readApk } from '../../src/apk/read-apk.ts';
import type { RunOptions } from '../../src/flow/run-options.ts';
import { machineInputs } from '../../src/inputs/inputs.ts';
import { fileSource } from '../../src/inputs/store/files.ts';
import { rebuild } from '../../src/rebuild.ts';
import { verify } from '../../src/verify.ts';
import { gitIn, openWorkshop, type Workshop } from '../support/git-repositories.ts';
import { type LabServer, labNetwork, type Misbehaviour, startLabServer } from '../support/lab-server.ts';
import {
  type FetchingStep,
  type StepInputs,
  stepText,
  takesInputs,
  writeStepPackage,
} from '../support/step-package.ts';
import { oneIn } from '../support/thorough.ts';
import { assertReproduced, cannotRebuildShared, explain, labOptions } from './lab-run.ts';

const skip = cannotRebuildShared(
  'repository/v0.59.1/x86_64/tally-0.7.1-r0.apk',
  'repository/v0.59.1/x86_64/git-hello-1.2.0-r0.apk',
);
/** The clock of the package whose recipe is borrowed. */
const clock = '1718452800';
const out = '/home/build/melange-out/git-hello/usr/share/state';

function optionsIn(folder: string, extra: Partial<RunOptions> = {}): RunOptions {
  const usual = labOptions({ allowUnsigned: true });
  const cache = mkdtempSync(join(folder, 'cache-'));
  const inputs = machineInputs(cache, usual.machine.signal, labNetwork);
  return { ...usual, machine: { ...usual.machine, inputs }, ...extra };
}

/** Builds a package of these steps and returns it. */
async function publish(folder: string, steps: readonly (FetchingStep | string)[]): Promise<string> {
  const draft = await writeStepPackage(folder, steps);
  const directory = mkdtempSync(join(folder, 'published-'));
  const file = await rebuild(draft, { directory, signingKey: undefined }, optionsIn(folder));
  return file.path;
}

/** What later steps can see of a checkout. */
const stateOfCheckout = `state() { (
  set +e
  cd "$1" || exit 1
  git rev-parse HEAD
  git symbolic-ref -q HEAD
  git describe --tags --always --long
  git rev-parse --is-shallow-repository
  sort .git/shallow 2>/dev/null
  git log --format='%H %an %ae %ad %cn %ce %cd %s'
  git for-each-ref
  git rev-list --all | sort
  git config --local --list | sort
  git status --porcelain --branch
  git submodule status --recursive
  git sparse-checkout list 2>/dev/null
  find . -name .git -prune -o -type f -print | sort | xargs sha256sum
); }
`;

/** What a build puts into a package of it, and what no later commit may change. */
const sourceOfCheckout = `state() { (
  cd "$1"
  git rev-parse HEAD
  git log -1 --format='%an %ad %cn %cd %s'
  find . -name .git -prune -o -type f -print | sort | xargs sha256sum
); }
`;

describe('git-checkout', { skip, concurrency: false }, () => {
  let server: LabServer;
  let folder: string;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'wolfi-repro-steps-'));
    server = await startLabServer();
  });
  after(async () => {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('leaves in the sandbox what it leaves with a network, whatever it is asked for', async () => {
    const made = makeRepositories(folder, 'intact');
    made.publish(join(folder, 'served'));
    const steps: FetchingStep[] = [];
    for (const [name, inputs] of Object.entries(formsOf(made)).filter(oneIn(16))) {
      // Each under an address of its own, so that none profits from what is fetched for another.
      server.serve(`/${name}/`, join(folder, 'served'));
      const repository = `${server.url}/${name}/program.git`;
      const step = { uses: 'git-checkout', with: { repository, ...inputs, destination: name } } as const;
      if (await takesInputs(step)) steps.push(step);
    }
    const names = steps.map((step) => step.with['destination']!);
    const script = `${stateOfCheckout}mkdir -p ${out}\nfor each in ${names.join(' ')}; do state "$each" >${out}/$each; done\n`;
    const got = await statesIn(await publish(folder, [...steps, script]));
    const different: string[] = [];
    for (const [index, step] of steps.entries()) {
      const home = mkdtempSync(join(folder, 'home-'));
      await runHere(await stepText(step), home);
      const expected = await runHere(`${stateOfCheckout}state "${names[index]}"\n`, home);
      different.push(...differingLines(names[index]!, expected, got.get(names[index]!) ?? ''));
    }
    assert.deepEqual(different, []);
  });

  it('is reproduced where repositories moved on, were rewritten, or lost branches', async () => {
    const changes = survivedChanges(makeRepositories(folder, 'survived'));
    const steps: FetchingStep[] = [];
    for (const [name, { inputs }] of Object.entries(changes).filter(oneIn(8))) {
      const own = makeRepositories(folder, join('survived', name));
      own.publish(join(folder, 'served', name));
      server.serve(`/${name}/`, join(folder, 'served', name));
      const repository = `${server.url}/${name}/program.git`;
      const step = { uses: 'git-checkout', with: { repository, ...inputs, destination: name } } as const;
      if (!(await takesInputs(step))) continue;
      steps.push(step);
    }
    const names = steps.map((step) => step.with['destination']!);
    const script = `${sourceOfCheckout}mkdir -p ${out}\nfor each in ${names.join(' ')}; do state "$each" >${out}/$each; done\n`;
    const file = await publish(folder, [...steps, script]);
    for (const name of names) {
      const bare = join(folder, 'served', name, 'program.git');
      const own = openRepositories(join(folder, 'survived', name));
      changes[name]!.change({ own: own.program, bare, server, path: `/${name}/program.git` });
    }
    const { packages } = await verify([file], optionsIn(folder));
    assertReproduced(packages[0]!, 'unsigned');
  });

  const outcomes = fatalChanges();
  for (const [name, { outcome, what }] of Object.entries(outcomes).filter(oneIn(5))) {
    it(`ends with ${outcome} where ${what}`, async () => {
      const own = makeRepositories(folder, join('fatal', name));
      own.publish(join(folder, 'served', name));
      server.serve(`/${name}/`, join(folder, 'served', name));
      const repository = `${server.url}/${name}/program.git`;
      const inputs = outcomes[name]!.inputs(own);
      const all = (Array.isArray(inputs) ? inputs : [inputs]) as StepInputs[];
      const steps = all.map(
        (each, at) =>
          ({ uses: 'git-checkout', with: { repository, ...each, destination: `${at}` } }) as const,
      );
      const file = await writeStepPackage(folder, steps);
      outcomes[name]!.change?.({
        own: own.program,
        bare: join(folder, 'served', name, 'program.git'),
        server,
        path: `/${name}/program.git`,
      });
      const { packages } = await verify([file], optionsIn(folder));
      const { verdict } = packages[0]!;
      assert.equal(
        `${verdict.kind}:${'reason' in verdict ? verdict.reason : ''}`,
        outcome,
        explain(packages[0]!),
      );
      assert.equal(packages[0]!.plan, undefined, 'nothing was built');
    });
  }
});

interface Repositories {
  readonly program: Workshop;
  readonly commits: Readonly<Record<Commit, string>>;
  /** Puts bare repositories into a folder. */
  publish(into: string): void;
}
type Commit = 'first' | 'second' | 'third' | 'tagObject' | 'fix' | 'other' | 'withModule' | 'later';

/** One for all tests of a folder: a hundred programs of git make it, and none is needed for a copy. */
const templates = new Map<string, Repositories & { readonly served: string }>();

/** Repositories below a folder of the test's own, with the same ids each time. */
function makeRepositories(root: string, name: string): Repositories {
  let template = templates.get(root);
  if (template === undefined) {
    const first = createRepositories(join(root, 'template'));
    const served = join(root, 'template', 'served');
    first.publish(served);
    template = { ...first, served };
    templates.set(root, template);
  }
  const { served } = template;
  return {
    program: template.program.copy(join(root, name, 'program')),
    commits: template.commits,
    publish: (into) => cpSync(served, into, { recursive: true }),
  };
}

function createRepositories(folder: string): Repositories {
  const { program, module } = openRepositories(folder);
  const inside = module.commit('Module', { inside: 'inside\n' });
  module.commit('Module, later', { inside: 'later\n' });
  const first = program.commit('First', { file: '1\n', 'one/a': 'a\n', 'two/b': 'b\n', 'three/c': 'c\n' });
  const second = program.commit('Second', { file: '2\n' });
  program.git('tag', 'v1');
  program.git('checkout', '-q', '-b', 'stable');
  const fix = program.commit('Fix', { fix: 'fix\n' });
  const other = program.commit('Another fix', { other: 'other\n' });
  program.git('branch', 'twin', fix);
  program.git('tag', 'twin', second);
  program.git('checkout', '-q', 'main');
  const third = program.commit('Third', { file: '3\n' });
  program.git('tag', '-a', '-m', 'v2', 'v2');
  const tagObject = program.git('rev-parse', 'refs/tags/v2');
  program.git('update-index', '--add', '--cacheinfo', `160000,${inside},m`);
  mkdirSync(join(program.tree, 'm'), { recursive: true });
  const modules = { '.gitmodules': '[submodule "m"]\n\tpath = m\n\turl = ../module.git\n' };
  const withModule = program.commit('Module', modules);
  program.git('tag', 'v3');
  const later = program.commit('Later', { later: 'later\n' });
  return {
    program,
    commits: { first, second, third, tagObject, fix, other, withModule, later },
    publish(into) {
      mkdirSync(into, { recursive: true });
      program.publish(join(into, 'program.git'));
      module.publish(join(into, 'module.git'));
    },
  };
}

function openRepositories(folder: string): { program: Workshop; module: Workshop } {
  return { program: openWorkshop(join(folder, 'program')), module: openWorkshop(join(folder, 'module')) };
}

/** Every input that the step has, alone and where it meets another. */
function formsOf({ commits }: Repositories): Readonly<Record<string, StepInputs>> {
  const { first, second, third, tagObject, fix, other, withModule, later } = commits;
  const modules = { tag: 'v3', 'expected-commit': withModule, 'recurse-submodules': 'true' };
  return {
    tag: { tag: 'v1', 'expected-commit': second },
    'annotated-tag': { tag: 'v2', 'expected-commit': third },
    'tag-object': { tag: 'v2', 'expected-commit': tagObject },
    'tag-with-history': { tag: 'v2', 'expected-commit': third, depth: '-1' },
    'tag-and-a-part-of-history': { tag: 'v2', 'expected-commit': third, depth: '2' },
    'tag-and-branch-of-one-name': { tag: 'twin', 'expected-commit': second },
    branch: { branch: 'stable', 'expected-commit': other },
    'branch-shallow': { branch: 'stable', 'expected-commit': other, depth: '1' },
    'branch-and-a-part-of-history': { branch: 'stable', 'expected-commit': other, depth: '3' },
    'branch-and-an-older-commit': { branch: 'main', 'expected-commit': second, depth: '-1' },
    'tip-of-a-branch': {
      ...{ branch: 'stable', 'expected-commit': other, 'expected-commit-is-branch-tip': 'true' },
    },
    'neither-branch-nor-tag': { 'expected-commit': later },
    'neither-branch-nor-tag-older': { 'expected-commit': first, depth: '-1' },
    submodules: modules,
    'submodules-shallow': { ...modules, 'shallow-submodules': 'true' },
    'sparse-paths': { tag: 'v1', 'expected-commit': second, 'sparse-paths': 'one two' },
    'sparse-paths-with-history': {
      ...{ tag: 'v1', 'expected-commit': second, 'sparse-paths': 'two', depth: '-1' },
    },
    'cherry-pick': { tag: 'v1', 'expected-commit': second, 'cherry-picks': `stable/${fix}: a fix` },
    'cherry-picks': {
      ...{ branch: 'main', 'expected-commit': third, depth: '-1' },
      'cherry-picks': `\n# two of them\nstable/${fix}: a fix\n\nstable/${other}: another # one\n`,
    },
    'cherry-pick-without-a-branch': {
      ...{ branch: 'main', 'expected-commit': third, depth: '-1', 'cherry-picks': `${later}: from later` },
    },
  };
}

interface Change {
  /** With a work tree. */
  readonly own: Workshop;
  /** As it is served. */
  readonly bare: string;
  readonly server: LabServer;
  readonly path: string;
}

function survivedChanges({ commits }: Repositories) {
  const { second, third, fix, other, later } = commits;
  const commitOn =
    (branch: string) =>
    ({ own, bare }: Change) => {
      own.git('checkout', '-q', branch);
      own.commit('Still later', { 'still-later': 'x\n' });
      own.publish(bare);
    };
  const rewrite = ({ own, bare }: Change) => {
    own.git('checkout', '-q', '--orphan', 'other-history');
    own.commit('Another history');
    own.git('branch', '-q', '-D', 'stable', 'main');
    own.git('branch', 'stable');
    own.git('branch', 'main');
    own.publish(bare);
  };
  const drop =
    (branch: string) =>
    ({ own, bare }: Change) => {
      own.git('branch', '-q', '-D', branch);
      own.publish(bare);
    };
  const meet =
    (...misbehaviours: readonly Misbehaviour[]) =>
    ({ server, path }: Change) =>
      server.misbehave(`${path}/info/refs`, ...misbehaviours);
  const changes: Readonly<Record<string, { inputs: StepInputs; change: (change: Change) => void }>> = {
    'branch-went-on': { inputs: { branch: 'stable', 'expected-commit': other }, change: commitOn('stable') },
    'branch-went-on-shallow': {
      inputs: { branch: 'stable', 'expected-commit': other, depth: '1' },
      change: commitOn('stable'),
    },
    'branch-went-on-with-a-part-of-history': {
      inputs: { branch: 'stable', 'expected-commit': other, depth: '5' },
      change: commitOn('stable'),
    },
    'tip-went-on': {
      inputs: { branch: 'stable', 'expected-commit': other, 'expected-commit-is-branch-tip': 'true' },
      change: commitOn('stable'),
    },
    'default-branch-went-on': { inputs: { 'expected-commit': later }, change: commitOn('main') },
    'default-branch-went-on-with-a-part-of-history': {
      inputs: { 'expected-commit': later, depth: '4' },
      change: commitOn('main'),
    },
    'written-anew': { inputs: { branch: 'stable', 'expected-commit': other, depth: '-1' }, change: rewrite },
    'written-anew-shallow': {
      inputs: { branch: 'stable', 'expected-commit': other, depth: '1' },
      change: rewrite,
    },
    'branch-is-gone': { inputs: { branch: 'stable', 'expected-commit': other }, change: drop('stable') },
    'branch-of-a-pick-is-gone': {
      inputs: { tag: 'v1', 'expected-commit': second, 'cherry-picks': `stable/${fix}: a fix` },
      change: drop('stable'),
    },
    'branch-with-a-pick-went-on': {
      inputs: {
        branch: 'main',
        'expected-commit': later,
        depth: '1',
        'cherry-picks': `stable/${fix}: a fix`,
      },
      change: commitOn('main'),
    },
    'other-tags': {
      inputs: { tag: 'v2', 'expected-commit': third },
      change({ own, bare }) {
        own.git('tag', 'latest', third);
        own.git('tag', '-d', 'v1');
        own.publish(bare);
      },
    },
    'moment-of-500': {
      inputs: { tag: 'v1', 'expected-commit': second },
      change: meet({ kind: 'status', status: 500 }),
    },
  };
  return changes;
}

interface Fatal {
  readonly what: string;
  readonly outcome: string;
  readonly inputs: (made: Repositories) => StepInputs | readonly StepInputs[];
  readonly change?: (change: Change) => void;
}

function fatalChanges(): Readonly<Record<string, Fatal>> {
  const tag = ({ commits }: Repositories): StepInputs => ({ tag: 'v1', 'expected-commit': commits.second });
  const branch = ({ commits }: Repositories): StepInputs => ({
    ...{ branch: 'stable', 'expected-commit': commits.other },
  });
  const gone = 'inconclusive:source-unavailable';
  const forget = ({ own, bare }: Change, ...names: readonly string[]) => {
    own.git('checkout', '-q', '--orphan', 'other-history');
    own.commit('Another history');
    own.git('branch', '-q', '-D', ...names);
    own.publish(bare);
    gitIn(bare, 'gc', '--quiet', '--prune=now');
  };
  const many = (misbehaviour: Misbehaviour) => Array.from({ length: 8 }, () => misbehaviour);
  return {
    'moved-tag': {
      what: 'the tag is another commit now',
      outcome: 'inconclusive:source-mismatch',
      inputs: tag,
      change({ own, bare }) {
        own.git('tag', '-f', 'v1', 'main');
        own.publish(bare);
      },
    },
    'moved-annotated-tag': {
      what: 'the annotated tag was made anew on the same commit, and its old object is expected',
      outcome: 'inconclusive:source-mismatch',
      inputs: ({ commits }) => ({ tag: 'v2', 'expected-commit': commits.tagObject }),
      change({ own, bare }) {
        own.git('tag', '-f', '-a', '-m', 'again', 'v2', 'v2^{}');
        own.publish(bare);
      },
    },
    'tag-is-gone': {
      what: 'the tag is gone',
      outcome: gone,
      inputs: tag,
      change({ own, bare }) {
        own.git('tag', '-d', 'v1');
        own.publish(bare);
      },
    },
    'commit-is-gone': {
      what: 'the commit is gone from the branch and from the server',
      outcome: gone,
      inputs: branch,
      change: (change) => forget(change, 'stable'),
    },
    'pick-is-gone': {
      what: 'a commit to be picked is gone',
      outcome: gone,
      inputs: (made) => ({ ...tag(made), 'cherry-picks': `stable/${made.commits.other}: a fix` }),
      change: (change) => forget(change, 'stable'),
    },
    'submodule-is-gone': {
      what: 'the repository of a submodule is gone',
      outcome: gone,
      inputs: ({ commits }) => ({
        tag: 'v3',
        'expected-commit': commits.withModule,
        'recurse-submodules': 'true',
      }),
      change: ({ bare }) => rmSync(join(bare, '../module.git'), { recursive: true }),
    },
    'cut-pack': {
      what: 'the pack is cut each time',
      outcome: gone,
      inputs: tag,
      change: ({ server, path }) =>
        server.misbehave(
          `${path}/git-upload-pack`,
          ...many({ kind: 'bytes', bytes: Buffer.from('0008NAK\nPACK') }),
        ),
    },
    'no-git': {
      what: 'a page stands where the repository was',
      outcome: gone,
      inputs: tag,
      change: ({ server, path }) =>
        server.misbehave(`${path}/info/refs`, ...many({ kind: 'bytes', bytes: Buffer.from('<html>') })),
    },
    unpinned: {
      what: 'no commit is expected',
      outcome: 'inconclusive:source-unpinned',
      inputs: () => ({ tag: 'v1' }),
    },
    'unpinned-pick': {
      what: 'a commit to be picked is not named in full',
      outcome: 'inconclusive:source-unpinned',
      inputs: (made) => ({ ...tag(made), 'cherry-picks': `stable/${made.commits.fix.slice(0, 12)}: a fix` }),
    },
    'two-tips': {
      what: 'two steps want different commits at the tip of one branch',
      outcome: 'inconclusive:unsupported',
      inputs: ({ commits }) => [
        { branch: 'stable', 'expected-commit': commits.fix, depth: '1' },
        { branch: 'stable', 'expected-commit': commits.other, depth: '1' },
      ],
    },
  };
}

/** melange writes them into every compiled step. */
const purl = { 'purl-name': 'git-hello', 'purl-version': '1.2.0' };

describe('fetch', { skip, concurrency: false }, () => {
  let server: LabServer;
  let folder: string;
  let digests: Readonly<Record<'sha256' | 'sha512', string>>;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'wolfi-repro-steps-'));
    server = await startLabServer();
    mkdirSync(join(folder, 'tree/program-1/deep'), { recursive: true });
    execFileSync('sh', ['-c', 'echo one >program-1/one; echo two >program-1/deep/two'], {
      cwd: join(folder, 'tree'),
    });
    const plain = ['--sort=name', '--owner=0', '--group=0', '--mtime=@1700000000'];
    const archive = execFileSync('tar', ['-cz', ...plain, 'program-1'], { cwd: join(folder, 'tree') });
    const digest = (algorithm: string) => createHash(algorithm).update(archive).digest('hex');
    digests = { sha256: digest('sha256'), sha512: digest('sha512') };
    for (const name of Object.keys(fetchForms(digests))) server.put(`/${name}.tar.gz`, archive);
  });
  after(async () => {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('leaves in the sandbox what it leaves with a network, whatever it is asked for', async () => {
    const forms = Object.entries(fetchForms(digests)).map(([name, inputs]) => ({ name, inputs }));
    const make = `mkdir -p ${forms.map(({ name }) => name).join(' ')}\n`;
    const steps = forms.map(
      ({ name, inputs }): FetchingStep => ({
        uses: 'fetch',
        with: { ...purl, uri: `${server.url}/${name}.tar.gz`, directory: name, ...inputs },
      }),
    );
    const list = `find . -name '.?*' -prune -o -path ./melange-out -prune -o -type f -print | sort | xargs sha256sum`;
    const file = await publish(folder, [make, ...steps, `mkdir -p ${out}\n${list} >${out}/files\n`]);
    const home = mkdtempSync(join(folder, 'home-'));
    await runHere(make, home);
    for (const step of steps) await runHere(await stepText(step), home);
    assert.equal((await statesIn(file)).get('files'), await runHere(list, home));
    for (const { name } of forms) server.remove(`/${name}.tar.gz`);
    const cache = mkdtempSync(join(folder, 'sources-'));
    writeArchiveInto(cache, digests, folder);
    const { packages } = await verify([file], optionsIn(folder, { sourceCaches: [cache] }));
    assertReproduced(packages[0]!, 'unsigned');
  });

  const without: readonly (readonly [string, StepInputs])[] = [
    ['no digest at all', {}],
    ['a word in place of a digest', { 'expected-none': 'yes' }],
    ['half a digest', { 'expected-sha256': 'a'.repeat(32) }],
  ];
  for (const [what, inputs] of without) {
    it(`ends with source-unpinned at ${what}; allowed, it is a finding, and the step finds no network`, async () => {
      const step: FetchingStep = {
        uses: 'fetch',
        with: { ...purl, uri: 'http://lab.example/a.tar.gz', ...inputs },
      };
      const file = await writeStepPackage(folder, [step]);
      assert.equal(await outcomeOf(file, {}), 'inconclusive:source-unpinned');
      const { packages } = await verify([file], optionsIn(folder, { allowUnpinnedSources: true }));
      const [result] = packages;
      assert.ok(
        result!.findings.some(({ kind }) => kind === 'source-unpinned'),
        explain(result!),
      );
      const { verdict } = result!;
      const expected =
        Object.keys(inputs).length === 0 ? 'build-failed:step-failed' : 'inconclusive:network-required';
      assert.equal(
        `${verdict.kind}:${'reason' in verdict ? verdict.reason : ''}`,
        expected,
        explain(result!),
      );
    });
  }

  async function outcomeOf(file: string, extra: Partial<RunOptions>): Promise<string> {
    const { packages } = await verify([file], optionsIn(folder, extra));
    const { verdict } = packages[0]!;
    return 'reason' in verdict ? `${verdict.kind}:${verdict.reason}` : verdict.kind;
  }
});

function fetchForms({ sha256, sha512 }: Readonly<Record<'sha256' | 'sha512', string>>) {
  const forms: Readonly<Record<string, StepInputs>> = {
    sha256: { 'expected-sha256': sha256 },
    sha512: { 'expected-sha512': sha512 },
    'both-digests': { 'expected-sha256': sha256, 'expected-sha512': sha512 },
    unextracted: { 'expected-sha256': sha256, extract: 'false' },
    deleted: { 'expected-sha256': sha256, delete: 'true' },
    'nothing-stripped': { 'expected-sha256': sha256, 'strip-components': '0' },
    'two-stripped': { 'expected-sha512': sha512, 'strip-components': '2' },
    'named-for-the-sbom': { 'expected-sha256': sha256, 'purl-name': 'other', 'purl-version': '9' },
  };
  return forms;
}

/** In melange's layout, under the one digest alone: the other is found by its content. */
function writeArchiveInto(
  cache: string,
  { sha256, sha512 }: Readonly<Record<string, string>>,
  folder: string,
): void {
  const plain = ['--sort=name', '--owner=0', '--group=0', '--mtime=@1700000000'];
  for (const name of [`sha256:${sha256}`, `sha512:${sha512}`])
    execFileSync('tar', ['-czf', join(cache, name), '--force-local', ...plain, 'program-1'], {
      cwd: join(folder, 'tree'),
    });
}

/** On this machine's own programs, with its network. */
async function runHere(text: string, home: string): Promise<string> {
  const env = {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: home,
    SOURCE_DATE_EPOCH: clock,
    GIT_CONFIG_NOSYSTEM: '1',
  };
  return (await promisify(execFile)('bash', ['-ec', text], { cwd: home, env })).stdout;
}

/** Lines that only one side has: `-` with a network, `+` in the sandbox. */
function differingLines(name: string, expected: string, got: string): string[] {
  const [before, after] = [expected.split('\n'), got.split('\n')];
  return [
    ...before.filter((line) => !after.includes(line)).map((line) => `${name}: - ${line}`),
    ...after.filter((line) => !before.includes(line)).map((line) => `${name}: + ${line}`),
  ];
}

/** Files below usr/share/state of a package. */
async function statesIn(file: string): Promise<Map<string, string>> {
  const { data } = await readApk(fileSource(file));
  const input = readFileSync(file).subarray(data.start, data.end);
  const tar = (...argv: string[]) =>
    execFileSync('tar', [...argv], { input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'ignore'] });
  const paths = tar('-tz')
    .split('\n')
    .filter((path) => /^usr\/share\/state\/./.test(path));
  return new Map(paths.map((path) => [path.split('/').at(-1)!, tar('-xzO', path)]));
}
