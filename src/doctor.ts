/** What a rebuild needs of this machine; each need is examined by trying it. */
import { mkdirSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { installCommand } from './execute/package-managers.ts';
import { rebuiltArchitectures } from './execute/processor/architectures.ts';
import { processorHost, processorsOf } from './execute/processor/host.ts';
import { type Processor, registeredWords } from './execute/processor/processor.ts';
import { makeRunDirectory, removeTree } from './execute/run-directory.ts';
import { makeControlGroup } from './execute/sandbox/control-group.ts';
import { layGuest } from './execute/sandbox/guest-layer.ts';
import type { IdMap } from './execute/sandbox/id-map.ts';
import { startInNamespaces } from './execute/sandbox/namespace.ts';
import { namespaceRemedy } from './execute/sandbox/namespace-settings.ts';
import { lend, makeReach } from './execute/sandbox/reach.ts';
import { defaultBuildLimits, type IdMapping } from './execute/sandbox/sandbox.ts';
import { programsOfBuilds, tryBubblewrap } from './execute/sandbox-trial.ts';
import { Failure } from './failure.ts';
import { OutputTail } from './output-tail.ts';
import { findProgram } from './process.ts';

export interface Diagnosis {
  readonly what: string;
  /** `missing`: no rebuild; `lesser`: some packages cannot be rebuilt, or not as fast; `fine`. */
  readonly state: 'fine' | 'lesser' | 'missing';
  readonly detail: string;
  /** The command or setting that mends it. */
  readonly remedy: string | undefined;
}

/** Programs that open the network of a build to the gateway, and the Debian package of each. */
const networkPrograms: readonly (readonly [name: string, debian: string])[] = [
  ['nsenter', 'util-linux'],
  ['ip', 'iproute2'],
];
const leastFreeBytes = 4 * 1024 ** 3;

/** Looks at the machine; takes about a fifth of a second. */
export async function diagnose(cache: string, ids: IdMap): Promise<Diagnosis[]> {
  const system = diagnoseSystem();
  if (system.state === 'missing') return [system];
  const tools = programsOfBuilds.map(([name, debian]) => diagnoseProgram(name, debian));
  const ready = tools.every(({ state }) => state === 'fine');
  const sandbox = ready ? await diagnoseSandbox(cache, ids) : [];
  const sound = sandbox.length > 0 && sandbox.every(({ state }) => state !== 'missing');
  return [
    system,
    ...tools,
    ...sandbox,
    ...(sound ? await diagnoseArchitectures(cache, ids) : []),
    diagnoseNetwork(),
    diagnoseDisk(cache),
  ];
}

function diagnoseSystem(): Diagnosis {
  const fine = process.platform === 'linux';
  return {
    what: 'operating system',
    state: fine ? 'fine' : 'missing',
    detail: fine ? 'Linux' : `${process.platform}: inspect, lock and diff work here, a rebuild needs Linux`,
    remedy: fine ? undefined : 'run wolfi-repro on a Linux machine',
  };
}

function diagnoseProgram(name: string, debian: string): Diagnosis {
  const path = findProgram(name);
  return path === undefined
    ? { what: name, state: 'missing', detail: 'not found', remedy: installCommand(debian) }
    : { what: name, state: 'fine', detail: path, remedy: undefined };
}

/** Only recipes that fetch while they build need it. */
function diagnoseNetwork(): Diagnosis {
  const what = 'network of builds';
  const missing = networkPrograms.find(([name]) => findProgram(name) === undefined);
  return missing === undefined
    ? { what, state: 'fine', detail: 'a gateway can record what steps fetch', remedy: undefined }
    : {
        what,
        state: 'lesser',
        detail: `${missing[0]} is not found: recipes that fetch cannot be recorded or replayed`,
        remedy: installCommand(missing[1]),
      };
}

/** The sandbox from its outermost part inwards; what lies inside a part that is missing is not looked at. */
async function diagnoseSandbox(cache: string, ids: IdMap): Promise<Diagnosis[]> {
  const refused = await namespaceRefusal(ids);
  if (refused !== undefined) return [refused];
  const directory = await makeRunDirectory(join(cache, 'runs'));
  try {
    const granted = { what: 'user namespaces', state: 'fine', detail: 'granted', remedy: undefined } as const;
    const { layer, ids: kind } = await diagnoseLayer(directory, ids);
    return [
      granted,
      layer,
      diagnoseIds(ids, kind),
      await diagnoseBubblewrap(directory, ids),
      diagnoseBounds(),
    ];
  } finally {
    await removeTree(directory, ids);
  }
}

/** Whether a process is id 0, asked without a program that a rebuild does not need (proc(5), `Uid`). */
const isRootInside =
  'while read -r name id _; do test "$name" != Uid: || { test "$id" = 0; exit; }; done </proc/self/status; exit 1';

async function namespaceRefusal(ids: IdMap): Promise<Diagnosis | undefined> {
  const said = new OutputTail(2000);
  try {
    const onOutput = (bytes: Uint8Array) => said.add(bytes);
    const child = await startInNamespaces(isRootInside, [], ids, { onOutput });
    const { exitCode } = await child.ended;
    if (exitCode === 0) return undefined;
  } catch (failure) {
    // The rest of the sandbox does without the ids.
    if (failure instanceof Failure && failure.code === 'ids-unavailable') return undefined;
    said.add(Buffer.from(detailOf(failure)));
  }
  const detail = `not granted: ${said.text().trim()}`;
  return { what: 'user namespaces', state: 'missing', detail, remedy: namespaceRemedy() };
}

async function diagnoseLayer(directory: string, ids: IdMap): Promise<{ layer: Diagnosis; ids: IdMapping }> {
  const [environment, build] = ['environment', 'layer'].map((name) => join(directory, name)) as [
    string,
    string,
  ];
  for (const path of [environment, build]) mkdirSync(path);
  await lend(ids, [environment]);
  const reach = makeReach(ids, build, [environment]);
  const layer = await layGuest(environment, build, ids, reach, new AbortController().signal);
  const fine = layer.written !== layer.root;
  return {
    ids: layer.ids.kind,
    layer: {
      what: 'overlay file system',
      state: fine ? 'fine' : 'lesser',
      detail: fine ? 'works in a user namespace' : 'refused, so environments are copied for each build',
      remedy: fine
        ? undefined
        : 'Linux 5.11 or later, and a cache folder that does not lie on an overlay itself (--cache)',
    },
  };
}

async function diagnoseBubblewrap(directory: string, ids: IdMap): Promise<Diagnosis> {
  const what = 'bubblewrap';
  try {
    await tryBubblewrap(directory, ids, new AbortController().signal);
    return { what, state: 'fine', detail: 'can make a sandbox', remedy: undefined };
  } catch (failure) {
    return {
      what,
      state: 'missing',
      detail: `cannot make a sandbox: ${detailOf(failure).trim()}`,
      remedy:
        'in a container: one whose /proc is not masked (docker run --security-opt systempaths=unconfined); or, as root and for a recipe that you trust, --sandbox chroot --trust-recipe',
    };
  }
}

function detailOf(failure: unknown): string {
  if (failure instanceof Failure) return failure.got ?? failure.message;
  return failure instanceof Error ? failure.message : String(failure);
}

function diagnoseIds(named: IdMap, given: IdMapping): Diagnosis {
  if (given === 'range' && named.uid === 0) {
    return {
      what: 'subordinate ids',
      state: 'lesser',
      detail:
        'granted, but steps have the id of root, which lacks the capabilities or the ids to lend another',
      remedy: 'run wolfi-repro as an ordinary user',
    };
  }
  const fine = given === 'range';
  const refused = named.kind === 'range' && !fine;
  return {
    what: 'subordinate ids',
    state: fine ? 'fine' : 'lesser',
    detail: fine
      ? 'granted'
      : `${refused ? 'named in /etc/subuid, but newuidmap refuses them' : 'not granted'}: recipes that give files to different owners cannot be rebuilt`,
    remedy: fine ? undefined : idsRemedy(refused),
  };
}

function idsRemedy(refused: boolean): string {
  const install = installCommand('uidmap');
  if (refused)
    return `${install.replace(' install ', ' install --reinstall ')} (newuidmap must be set-user-id)`;
  const missing = findProgram('newuidmap') === undefined ? `${install}; ` : '';
  return `${missing}usermod --add-subuids 100000-165535 --add-subgids 100000-165535 "$USER"`;
}

/** Architectures whose packages can be rebuilt here, each found out by running a program of it. */
async function diagnoseArchitectures(cache: string, ids: IdMap): Promise<Diagnosis[]> {
  const processors = processorsOf(
    'bubblewrap',
    processorHost(() => join(cache, 'runs'), ids),
  );
  const found: Diagnosis[] = [];
  for (const architecture of rebuiltArchitectures)
    found.push(diagnoseProcessor(architecture, await processors(architecture)));
  return found;
}

function diagnoseProcessor(what: string, processor: Processor | Failure): Diagnosis {
  if (processor instanceof Failure)
    return { what, state: 'lesser', detail: detailOf(processor), remedy: processor.hint };
  if (processor.kind === 'emulated') {
    const { path, version } = processor.emulator;
    const where = registeredWords[processor.registered];
    const detail = `under ${path} ${version}, registered ${where}; expect 10 to 30 times the time`;
    return { what, state: 'fine', detail, remedy: undefined };
  }
  return processor.runsForeign
    ? {
        what,
        state: 'lesser',
        detail:
          'native; steps can also run programs of other architectures, which this machine has registered',
        remedy: 'use Linux 6.7 or later, which hides them, or remove the registrations',
      }
    : { what, state: 'fine', detail: 'native', remedy: undefined };
}

/** The bounds of a build. Nothing here needs a remedy: without a control group the watchdog keeps the same bounds, only less exactly. */
function diagnoseBounds(): Diagnosis {
  const group = makeControlGroup(defaultBuildLimits);
  void group?.close();
  const detail =
    group === undefined
      ? 'of memory and processes are kept by looking ten times a second'
      : `of ${[...group.bounds].sort().join(' and ')} are kept by a control group`;
  return { what: 'bounds', state: 'fine', detail, remedy: undefined };
}

function diagnoseDisk(cache: string): Diagnosis {
  mkdirSync(cache, { recursive: true });
  const { bavail, bsize } = statfsSync(cache);
  const free = bavail * bsize;
  const fine = free >= leastFreeBytes;
  return {
    what: 'disk space',
    state: fine ? 'fine' : 'lesser',
    detail: `${Math.floor(free / 1024 ** 2)} MiB free below ${cache}`,
    remedy: fine ? undefined : 'a cache folder with at least 4 GiB free (--cache)',
  };
}
