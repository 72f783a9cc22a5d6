/** One build: a workspace, the recipe's steps in a sandbox, and what they left. */
import { chmodSync, existsSync, lstatSync, readFileSync, type Stats, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeBytes } from '../bytes.ts';
import { fullVersion, type Recipe } from '../claim/recipe/recipe.ts';
import { Failure } from '../failure.ts';
import type { FoundSource } from '../inputs/found-sources.ts';
import type { Format } from '../melange/format.ts';
import { placedSteps } from '../plan/planned-steps.ts';
import { requireNoAuthority } from './authority-in-output.ts';
import { type Captured, capture } from './capture.ts';
import { compilerFiles } from './compiler-files.ts';
import { placeSources } from './placed-sources.ts';
import type { Processor } from './processor/processor.ts';
import { runSteps, type StepObserver } from './run-steps.ts';
import { openBubblewrap } from './sandbox/bubblewrap.ts';
import { confinedOf } from './sandbox/bubblewrap-arguments.ts';
import type { IdMap } from './sandbox/id-map.ts';
import type { BuildLimits, Mount, Sandbox, SandboxKind, SandboxNetwork } from './sandbox/sandbox.ts';
import type { Tree } from './tree.ts';
import { trustStores } from './trust-stores.ts';
import { type Variation, variedSandbox } from './variation.ts';
import { makeFolderWithin, outputFolder, populateWorkspace, type SourceFile } from './workspace.ts';

export interface BuildRequest {
  readonly recipe: Recipe;
  readonly format: Format;
  readonly architecture: string;
  readonly namespace: string;
  readonly cpe: string | undefined;
  /** SOURCE_DATE_EPOCH of the steps. */
  readonly sourceDateEpoch: number;
  readonly guest: { readonly root: string; readonly mounts: readonly Mount[] };
  readonly sources: readonly FoundSource[];
  readonly sourceFiles: { readonly directory: string; readonly files: readonly SourceFile[] } | undefined;
  /** An empty folder of this build's own. */
  readonly directory: string;
  readonly sandbox: SandboxKind;
  readonly ids: IdMap;
  /** What runs the programs of the guest. */
  readonly processor: Processor;
  readonly limits: BuildLimits;
  readonly signal: AbortSignal;
  readonly observer: StepObserver;
  /** A deliberate change to the guest. */
  readonly variation?: Variation | undefined;
  /** What the steps reach; a loopback of their own where undefined. */
  readonly network?: SandboxNetwork | undefined;
}

export interface Built {
  /** Origin first, then subpackages; a package whose folder is missing is left out. */
  readonly trees: readonly { readonly name: string; readonly tree: Tree }[];
  /** Licence files by their path in the recipe. */
  readonly licenseTexts: ReadonlyMap<string, string>;
  /** What the sandbox did not isolate; empty for a full sandbox. */
  readonly caveats: readonly string[];
  close(): void;
}

/** Builds in the sandbox. Fails as the steps do, and with `ids-unavailable` where a failed step asks for ids that the machine does not grant. */
export async function build(request: BuildRequest): Promise<Built> {
  const { recipe, directory } = request;
  const workspace = join(directory, 'workspace');
  populateWorkspace(workspace, noteFiles(request), request.sourceFiles);
  makeFolderWithin(workspace, outputFolder(recipe.package.name));
  const sandbox = await openSandbox(request, workspace);
  let caveats: readonly string[];
  try {
    caveats = await runSteps({ ...request, sandbox: variedSandbox(sandbox, request.variation ?? {}) });
  } catch (failure) {
    throw idsFailure(failure, sandbox, recipe) ?? confinedFailure(failure, sandbox, recipe) ?? failure;
  }
  const licensePaths = recipe.package.copyright
    .map(({ licensePath }) => licensePath)
    .filter((path) => path !== '');
  const present = [...new Set(licensePaths)].filter((path) => isPlainFile(sandbox.workspace, path));
  const captured = await capture(sandbox, join(directory, 'captured.tar'), present, request.limits.diskBytes);
  try {
    const built = builtFrom(captured, recipe, present, [
      ...sandbox.caveats,
      ...(request.network === 'host' ? [hostNetworkCaveat] : []),
      ...caveats,
    ]);
    const { network } = request;
    if (network !== undefined && network !== 'host') requireNoAuthority(built.trees, network.certificate);
    return built;
  } catch (failure) {
    captured.close();
    throw failure;
  }
}

function builtFrom(
  captured: Captured,
  recipe: Recipe,
  licensePaths: readonly string[],
  caveats: readonly string[],
): Built {
  const names = [recipe.package.name, ...recipe.subpackages.map(({ name }) => name)];
  return {
    trees: names.flatMap((name) => {
      const tree = captured.tree(name);
      return tree === undefined ? [] : [{ name, tree }];
    }),
    licenseTexts: new Map(
      licensePaths.flatMap((path) => {
        const bytes = captured.file(path);
        return bytes === undefined ? [] : [[path, decodeBytes(bytes)] as const];
      }),
    ),
    caveats,
    close: () => captured.close(),
  };
}

function noteFiles({ recipe, format, architecture, namespace, cpe }: BuildRequest) {
  const version = fullVersion(recipe);
  return compilerFiles(format, { namespace, name: recipe.package.name, version, architecture, cpe });
}

async function openSandbox(request: BuildRequest, workspace: string): Promise<Sandbox> {
  const environment = request.guest.root;
  const placed = placeSources(request.sources, request.directory, environment);
  const mounts = [...request.guest.mounts, ...placed, nameServers(request), ...trusted(request)];
  const common = { ...request, workspace, mounts, environment };
  switch (request.sandbox) {
    case 'chroot':
      if (request.network !== undefined && request.network !== 'host')
        throw new Failure('sandbox-unavailable', 'without namespaces there is no network of a build’s own', {
          hint: 'use --sandbox bubblewrap, or --network=host',
        });
      return (await import('./sandbox/chroot.ts')).openChroot(common);
    case 'bubblewrap':
      return openBubblewrap({
        ...common,
        capabilities: request.recipe.capabilities,
        user: request.variation?.user ?? stepUser(request.recipe),
        hostname: request.variation?.hostname,
        programs: request.variation?.programs ?? [],
      });
  }
}

/** The failure of a step to which melange's guest gives more than the sandbox does: it says nothing about the package. */
function confinedFailure(failure: unknown, { kind }: Sandbox, { capabilities }: Recipe): Failure | undefined {
  const confined = kind === 'bubblewrap' ? confinedOf(capabilities) : [];
  if (!(failure instanceof Failure) || failure.code !== 'step-failed' || confined.length === 0)
    return undefined;
  return new Failure(
    'unsupported',
    `a step failed that may need ${confined.join(' and ')} over the machine`,
    {
      got: failure.got ?? failure.message,
      cause: failure,
    },
  );
}

const hostNetworkCaveat = 'the steps could reach the network of the machine: nothing pins what they fetched';

/**
 * `/etc/resolv.conf`, which melange binds from its machine (pkg/build/build.go, `buildWorkspaceConfig`): the gateway's name server, a copy
 * of this machine's where steps reach its network, else an empty file.
 */
function nameServers({ directory, network }: BuildRequest): Mount {
  const target = '/etc/resolv.conf';
  const source = join(directory, 'resolv.conf');
  writeFileSync(source, nameServerText(network, target));
  // Whatever the umask.
  chmodSync(source, 0o644);
  return { source, target, writable: true };
}

function nameServerText(network: SandboxNetwork | undefined, ofMachine: string): string | Buffer {
  if (network === undefined) return '';
  if (network !== 'host') return 'nameserver 127.0.0.1\n';
  return existsSync(ofMachine) ? readFileSync(ofMachine) : '';
}

function trusted({ network, guest, directory }: BuildRequest): Mount[] {
  if (network === undefined || network === 'host') return [];
  return trustStores(guest, network.certificate, directory);
}

/** bubblewrap reads ids as `int` and refuses negative ones. */
const highestId = 2 ** 31 - 1;

/**
 * Root, unless the recipe names another user to run as: by number where it is one (melange pkg/build/build.go, `runAsUID`, `runAs` and
 * `runAsGID`). Fails with `step-failed` for a user that the recipe does not declare, at which
 * melange ends, and for ids that bubblewrap refuses.
 */
function stepUser({ environment }: Recipe): { uid: number; gid: number } {
  const { runAs, users } = environment.accounts;
  if (['', 'root', '0'].includes(runAs)) return { uid: 0, gid: 0 };
  const number = /^\d+$/.test(runAs) ? Number(runAs) : undefined;
  const account = users.find(({ username, uid }) =>
    number === undefined ? username === runAs : uid === number,
  );
  if (account === undefined || Math.max(account.uid, account.gid ?? 0) > highestId)
    throw new Failure(
      'step-failed',
      'the steps run as a user that the recipe does not declare, or that cannot exist',
      {
        got: runAs,
      },
    );
  return { uid: account.uid, gid: account.gid ?? account.uid };
}

/** A path of the workspace that leads through real folders to a regular file; nothing else is ever opened. */
function isPlainFile(workspace: string, path: string): boolean {
  const parts = path.split('/');
  if (path.startsWith('/') || parts.some((part) => part === '' || part === '.' || part === '..'))
    return false;
  return parts.every((_, index) => {
    const stat = statIn(workspace, parts.slice(0, index + 1));
    return index === parts.length - 1 ? stat?.isFile() === true : stat?.isDirectory() === true;
  });
}

function statIn(workspace: string, parts: readonly string[]): Stats | undefined {
  try {
    return lstatSync(join(workspace, ...parts), { throwIfNoEntry: false });
  } catch (cause) {
    // A step gave the folder to a different id and shut out everybody else.
    throw new Failure('unsupported', 'a licence file lies where only the build could read it', {
      got: parts.join('/'),
      cause,
    });
  }
}

/** Whether the words of a step show that it gives files to different owners. */
function asksForIds(text: string): boolean {
  if (/\b(chown|chgrp|setpriv|useradd|adduser)\b/.test(text)) return true;
  let installs = false;
  for (const word of text.split(/\s+/)) {
    if (installs && /^-[og]\b/.test(word)) return true;
    installs = /\binstall$/.test(word) || (installs && word.startsWith('-'));
  }
  return false;
}

function idsFailure(failure: unknown, sandbox: Sandbox, recipe: Recipe): Failure | undefined {
  if (!(failure instanceof Failure) || failure.code !== 'step-failed' || sandbox.ids !== 'single')
    return undefined;
  if (!placedSteps(recipe).some(({ step }) => asksForIds(step.runs))) return undefined;
  return new Failure(
    'ids-unavailable',
    'the recipe gives files to different owners, and this machine grants no ids for that',
    {
      hint: 'run as root, or have subordinate ids granted (/etc/subuid, /etc/subgid, newuidmap)',
      cause: failure,
    },
  );
}
