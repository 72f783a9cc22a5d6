/**
 * A program: runs the steps that it is told on standard input in a sandbox, and says as JSON how each build ended. A program of its own,
 * so that it can be somebody else.
 */
import { copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { parseRecipe } from '../../src/claim/recipe/parse.ts';
import type { Recipe } from '../../src/claim/recipe/recipe.ts';
import { hostGuest } from '../../src/engine/host-guest.ts';
import { type Built, build } from '../../src/execute/build.ts';
import { processorHost, processorsOf } from '../../src/execute/processor/host.ts';
import type { Processor } from '../../src/execute/processor/processor.ts';
import { makeRunDirectory, removeTree } from '../../src/execute/run-directory.ts';
import { callerIdMap, type IdMap } from '../../src/execute/sandbox/id-map.ts';
import { lend } from '../../src/execute/sandbox/reach.ts';
import { type BuildLimits, defaultBuildLimits, type SandboxKind } from '../../src/execute/sandbox/sandbox.ts';
import { Failure } from '../../src/failure.ts';
import { formatOf } from '../../src/melange/format.ts';
import { parseRelease } from '../../src/melange/version.ts';

export interface BuildCase {
  readonly name: string;
  /** Text of the origin's steps. */
  readonly steps: readonly string[];
  /** Text of the one step of a subpackage. */
  readonly subpackage?: string;
  readonly licensePath?: string;
  readonly runAs?: string;
  readonly capabilities?: readonly string[];
  readonly droppedCapabilities?: readonly string[];
  /** Of the account that `runAs` names as `build`. */
  readonly user?: { readonly uid: number; readonly gid: number };
  /** Variables of all steps. */
  readonly variables?: readonly (readonly [name: string, value: string])[];
  readonly workingDirectory?: string;
  readonly label?: string;
  readonly hostname?: string;
  readonly network?: 'host';
  readonly limits?: Partial<BuildLimits>;
  /** Files and links of the guest besides this machine's programs; a link's text begins with `-> `. */
  readonly guest?: Readonly<Record<string, string>>;
  /** Programs of this machine that the guest has besides, by their path in it. */
  readonly guestPrograms?: Readonly<Record<string, string>>;
  /** A git repository that the recipe asks for under another address. */
  readonly repository?: { readonly address: string; readonly path: string };
}

export interface BuildJob {
  /** Folder for everything. */
  readonly directory: string;
  /** The guest; this machine's programs where it is left out. */
  readonly environment?: string;
  readonly sandbox: SandboxKind;
  readonly cases: readonly BuildCase[];
}

export interface BuildOutcome {
  readonly name: string;
  /** `built`, or the code of the failure. */
  readonly end: string;
  readonly message: string;
  readonly expected: string;
  readonly got: string;
  /** Output of all steps, as it was handed on. */
  readonly log: string;
  readonly entries: readonly string[];
  readonly licenses: readonly string[];
  readonly caveats: readonly string[];
  readonly milliseconds: number;
  readonly residentMib: number;
}

const base = (names: {
  runAs: string;
  licensePath: string;
  capabilities: readonly string[];
}): string => `package:
  name: victim
  version: 1.0.0
  epoch: 0
  description: none
  url: https://lab.example/victim
  commit: 5d7a3c9e1f20b48d6a7c8e9f0123456789abcdef
  copyright:
    - license: Apache-2.0
      license-path: '${names.licensePath}'
  resources: {}
environment:
  contents: {}
  accounts:
    run-as: '${names.runAs}'
    users:
      - username: build
        uid: 1000
        gid: 1000
    groups:
      - groupname: build
        gid: 1000
        members:
          - build
  archs:
    - amd64
capabilities:
  add: [${names.capabilities.join(', ')}]
pipeline:
  - runs: 'true'
subpackages:
  - name: victim-dev
    pipeline:
      - runs: 'true'
`;

function recipeOf(given: BuildCase): Recipe {
  const { steps, subpackage, licensePath = '', runAs = '', capabilities = [] } = given;
  const { recipe } = parseRecipe(Buffer.from(base({ runAs, licensePath, capabilities })));
  const [template] = recipe.pipeline;
  const [second] = recipe.subpackages;
  const { user, variables = [], workingDirectory = '', label = '', droppedCapabilities = [] } = given;
  const { environment } = recipe;
  const { accounts } = environment;
  const users = user === undefined ? accounts.users : accounts.users.map((each) => ({ ...each, ...user }));
  return {
    ...recipe,
    environment: {
      ...environment,
      environment: new Map([...environment.environment, ...variables]),
      accounts: { ...accounts, users },
    },
    capabilities: { ...recipe.capabilities, drop: droppedCapabilities },
    pipeline: steps.map((runs) => ({ ...template!, runs: `${runs}\n`, workingDirectory, label })),
    subpackages:
      subpackage === undefined ? [] : [{ ...second!, pipeline: [{ ...template!, runs: `${subpackage}\n` }] }],
  };
}

/** What runs the guest's programs, which are this machine's. */
async function nativeProcessor({ directory, sandbox }: BuildJob, ids: IdMap): Promise<Processor> {
  const host = processorHost(() => join(directory, 'runs'), ids);
  const found = await processorsOf(sandbox, host)(host.architecture ?? '');
  if (found instanceof Failure) throw found;
  return found;
}

async function runCase(job: BuildJob, given: BuildCase): Promise<BuildOutcome> {
  const { uid, gid, name } = caller();
  const ids = callerIdMap({ uid, gid, name });
  const format = formatOf(parseRelease('v0.59.1')!);
  const recipe = recipeOf(given);
  const directory = await makeRunDirectory(join(job.directory, 'runs'));
  const work = join(directory, 'build');
  mkdirSync(work);
  const guest =
    job.environment === undefined
      ? hostGuest(directory, recipe, format)
      : { root: job.environment, mounts: [] };
  for (const [path, text] of Object.entries(given.guest ?? {})) {
    const target = join(guest.root, path);
    mkdirSync(join(target, '..'), { recursive: true });
    if (text.startsWith('-> ')) symlinkSync(text.slice(3), target);
    else writeFileSync(target, text);
  }
  for (const [path, program] of Object.entries(given.guestPrograms ?? {})) {
    mkdirSync(join(guest.root, path, '..'), { recursive: true });
    copyFileSync(program, join(guest.root, path));
  }
  if (job.environment === undefined) await lend(ids, [guest.root]);
  const log: Buffer[] = [];
  const began = performance.now();
  let built: Built | undefined;
  const outcome = (end: string, failure?: Failure): BuildOutcome => ({
    name: given.name,
    end,
    message: failure?.message ?? '',
    expected: failure?.expected ?? '',
    got: failure?.got ?? '',
    log: Buffer.concat(log).toString('latin1').slice(0, 100_000),
    entries: (built?.trees ?? []).flatMap(({ name: folder, tree }) =>
      tree.entries.map(({ path, type, mode, uid: owner, gid: group }) =>
        [folder, path, type, mode.toString(8), `${owner}:${group}`].join(' '),
      ),
    ),
    licenses: [...(built?.licenseTexts.values() ?? [])],
    caveats: built?.caveats ?? [],
    milliseconds: Math.round(performance.now() - began),
    residentMib: Math.round(process.memoryUsage.rss() / 1024 ** 2),
  });
  try {
    built = await build({
      recipe,
      format,
      architecture: 'x86_64',
      namespace: 'wolfi',
      cpe: undefined,
      sourceDateEpoch: 1_700_000_000,
      guest,
      sources: sourcesOf(given),
      sourceFiles: undefined,
      directory: work,
      sandbox: job.sandbox,
      ids,
      processor: await nativeProcessor(job, ids),
      ...(given.hostname === undefined ? {} : { variation: { hostname: given.hostname } }),
      ...(given.network === undefined ? {} : { network: given.network }),
      limits: { ...defaultBuildLimits, stepSeconds: 60, ...given.limits },
      signal: new AbortController().signal,
      observer: {
        begin: () => undefined,
        output: (_, bytes) => log.push(Buffer.from(bytes)),
        end: () => undefined,
      },
    });
    return outcome('built');
  } catch (failure) {
    if (!(failure instanceof Failure)) throw failure;
    return outcome(failure.code, failure);
  } finally {
    built?.close();
    await removeTree(directory, ids);
  }
}

function sourcesOf({ repository }: BuildCase) {
  if (repository === undefined) return [];
  const { address, path } = repository;
  const source = { kind: 'git', repository: address, commit: '0'.repeat(40) } as const;
  return [{ kind: 'git', source, repository: path } as never];
}

function caller(): { uid: number; gid: number; name: string } {
  try {
    const { uid, gid, username } = userInfo();
    return { uid, gid, name: username };
  } catch {
    // An id without an account.
    return { uid: process.getuid!(), gid: process.getgid!(), name: '' };
  }
}

const job = JSON.parse(readFileSync(0, 'utf8')) as BuildJob;
for (const each of job.cases) process.stdout.write(`${JSON.stringify(await runCase(job, each))}\n`);
