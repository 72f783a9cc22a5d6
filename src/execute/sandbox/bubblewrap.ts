/**
 * The sandbox proper: a user, mount, pid, network, ipc, uts and cgroup namespace of its own around bubblewrap, watched from
 * outside. Environments stay as they are and are shared (`guest-layer.ts`).
 */
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../../failure.ts';
import { OutputTail } from '../../output-tail.ts';
import { requireProgram } from '../../process.ts';
import { ownInput } from '../../program-input.ts';
import { formatLines, makeFormatsFolder } from '../processor/own-formats.ts';
import { type Processor, processorCaveats } from '../processor/processor.ts';
import {
  bubblewrapArguments,
  confinedOf,
  fixedTargets,
  type GuestView,
  mostArguments,
  requireGranted,
  seesRoot,
  systemFolder,
  workspaceTarget,
} from './bubblewrap-arguments.ts';
import { DiskMeter, parseUsage, usageArguments } from './disk-meter.ts';
import {
  descriptorArguments,
  enterScript,
  replacedStatus,
  writeArguments,
  writeEnvironment,
  writeFilter,
} from './enter-script.ts';
import { type GuestLayer, layGuest } from './guest-layer.ts';
import { listenInNamespace } from './guest-listeners.ts';
import { resolveInGuest } from './guest-path.ts';
import { type IdMap, requireNobody } from './id-map.ts';
import { startInNamespaces } from './namespace.ts';
import { descendants, endTree, unlinkedBytes } from './process-tree.ts';
import { boundArguments } from './program-bounds.ts';
import { lend, makeReach, type Reach, readableMounts } from './reach.ts';
import type { BuildLimits, Mount, Sandbox, SandboxCommand, SandboxEnd } from './sandbox.ts';
import { ownSystemCallFilter } from './system-calls/filter.ts';
import { bounded } from './watchdog.ts';
import { archive, makeFolder } from './workspace-access.ts';

export interface BubblewrapOptions extends Omit<GuestView, 'root'> {
  /** The unpacked environment; only ever read. */
  readonly environment: string;
  /** Folder of this build; the layers of its guest go there. */
  readonly directory: string;
  readonly workspace: string;
  /** Programs of this machine that the guest is started through, each handing over to the next. */
  readonly programs?: readonly (readonly string[])[];
  readonly ids: IdMap;
  /** What runs the programs of the guest. */
  readonly processor: Processor;
  readonly limits: BuildLimits;
  readonly signal: AbortSignal;
}

/** A build's sandbox once its guest is laid out. */
interface Opened extends BubblewrapOptions {
  readonly reach: Reach;
  readonly layer: GuestLayer;
  /** The machine's bubblewrap. */
  readonly program: string;
  readonly disk: DiskMeter;
  /** The step that is running, and whether any step was begun. */
  readonly running: { pid: number | undefined; begun: boolean };
}

/** Lays the guest out. Fails with `sandbox-unavailable`, and with `unsupported` for capabilities that are not given. */
export async function openBubblewrap(options: BubblewrapOptions): Promise<Sandbox> {
  requireGranted(options.capabilities);
  if (options.network === 'host') requireNobody(options.ids);
  const { directory, workspace, environment, limits } = options;
  const program = requireProgram('bwrap');
  writeFileSync(join(directory, 'bwrap'), '');
  mkdirSync(join(directory, systemFolder));
  makeFormatsFolder(directory);
  writeFilter(directory, ownSystemCallFilter() ?? new Uint8Array(0));
  const own: Mount = { source: workspace, target: workspaceTarget, writable: true };
  const asked = [own, ...options.mounts].map((mount) => ({
    ...mount,
    target: resolveInGuest(environment, mount.target),
  }));
  const mounts = await readableMounts(options.ids, asked, directory, options.signal);
  const { processor } = options;
  const emulators = processor.kind === 'emulated' ? [processor.emulator.path] : [];
  const sources = mounts.map(({ source }) => source);
  const reach = makeReach(options.ids, directory, [environment, ...sources, ...emulators]);
  const layer = await layGuest(environment, directory, options.ids, reach, options.signal);
  await lend(layer.ids, writableSources(mounts), options.signal);
  const laid = {
    ...options,
    ids: layer.ids,
    mounts,
    reach,
    layer,
    program,
    running: { pid: undefined, begun: false },
  };
  const before = layer.written === layer.root ? await heldBytes(laid) : 0;
  const disk = new DiskMeter(directory, limits.diskBytes, async () => (await heldBytes(laid)) - before);
  const opened: Opened = { ...laid, disk };
  return {
    kind: 'bubblewrap',
    ids: layer.ids.kind,
    workspace,
    caveats: [...confinedCaveats(options.capabilities), ...processorCaveats(processor)],
    run: (command) => run(opened, command),
    makeFolder: (path) => makeFolder(opened, path),
    archive: (paths, onBytes) => archive(opened, paths, onBytes),
  };
}

function confinedCaveats(capabilities: GuestView['capabilities']): string[] {
  const confined = confinedOf(capabilities);
  if (confined.length === 0) return [];
  const names = confined.join(' and ');
  return [`the recipe asks for ${names}: steps have it in the sandbox's own user namespace only`];
}

async function run(opened: Opened, command: SandboxCommand): Promise<SandboxEnd> {
  const end = await attempt(opened, command);
  if (end.begun) {
    opened.running.begun = true;
    return end;
  }
  if (!opened.running.begun) throw neverBegan(end);
  return { exitCode: undefined, exceeded: undefined, refused: await refusal(opened, end) };
}

interface Attempt extends SandboxEnd {
  /** Whether the program was begun, or a bound ended it before that. */
  readonly begun: boolean;
  /** Exit status of the script around it. */
  readonly shellStatus: number | undefined;
  /** The end of the output. */
  readonly said: string;
}

async function attempt(opened: Opened, command: SandboxCommand): Promise<Attempt> {
  const { layer, signal, reach, running, directory } = opened;
  const said = new OutputTail(2048);
  let status = '';
  writeEnvironment(directory, command);
  const argv = guestArguments(opened, command);
  const network = opened.network === 'host' ? undefined : opened.network;
  let quiet: (() => Promise<void>) | undefined;
  const end = await bounded(opened, async ({ enter, hold }) => {
    const formats = formatLines(opened.processor, reach.inside);
    const script = enterScript(formats.script, layer.mount);
    const child = await startInNamespaces(script, [formats.argument, ...argv], opened.ids, {
      cwd: directory,
      reach,
      signal,
      onStarted: enter,
      onWaiting: async (pid) => {
        await hold(pid);
        if (network === undefined) return;
        const listeners = await listenInNamespace(pid, opened.ids, network.ports, signal);
        quiet = network.serve(listeners, () => endTree(pid));
      },
      ownNetwork: network !== undefined,
      onOutput: (bytes) => {
        said.add(bytes);
        command.onOutput(bytes);
      },
      onStatus: (bytes) => {
        if (status.length < 4096) status += Buffer.from(bytes).toString('latin1');
      },
    });
    running.pid = child.pid;
    const { exitCode: shellStatus } = await child.ended;
    const reported = /"exit-code": (\d+)/.exec(status)?.[1];
    return { exitCode: reported === undefined ? undefined : Number(reported), shellStatus };
  }).finally(async () => {
    running.pid = undefined;
    await quiet?.();
  });
  signal.throwIfAborted();
  const begun = end.exceeded !== undefined || end.exitCode !== undefined;
  return { ...end, begun, said: said.text() };
}

/** Arguments of `enterScript`. Fails with `unsupported` where bubblewrap takes fewer. */
function guestArguments(opened: Opened, command: SandboxCommand): string[] {
  const { layer, limits, program, reach } = opened;
  const targets = opened.mounts.map(({ source, target }) =>
    statSync(source).isDirectory() ? `${target}/` : target,
  );
  const mounts = opened.mounts.map((mount) => ({ ...mount, source: reach.inside(mount.source) }));
  const own = [...descriptorArguments, ...bubblewrapArguments({ ...opened, root: layer.root, mounts })];
  if (own.length + 3 * command.env.size + command.argv.length + 2 > mostArguments) {
    throw new Failure('unsupported', 'a step has more variables than bubblewrap takes', {
      expected: `at most ${mostArguments} arguments, three of them for a variable`,
      got: `${command.env.size} variables`,
    });
  }
  return [
    ...[seesRoot(opened) ? '0' : '2', program],
    ...fixedTargets.map((target) => `${target}/`),
    ...targets,
    '--',
    ...(opened.programs ?? []).flat(),
    ...['prlimit', ...boundArguments(limits)],
    ...['./bwrap', ...own, '--'],
    ...writeArguments(opened.directory, command.argv),
  ];
}

/** The failure where no program was begun. bubblewrap reports an exit status only where it got as far as running the program (`--json-status-fd`). */
function neverBegan({ shellStatus, said }: Attempt): Failure {
  if (shellStatus === replacedStatus) {
    return new Failure('unsupported', 'a step replaced a folder that the sandbox mounts');
  }
  if (isWithoutProgram(said)) {
    return new Failure('environment-invalid', 'the environment has no shell that runs', { got: said });
  }
  return new Failure('sandbox-unavailable', 'the sandbox could not be set up', {
    got: said,
    hint: 'run `wolfi-repro doctor` to see what is missing',
  });
}

function isWithoutProgram(said: string): boolean {
  return /^bwrap: execvp /m.test(said);
}

/**
 * Why a program was not begun although one before it was. This machine can begin one, so the reason is what the program was given, or
 * what those before it did to the guest. Fails as `neverBegan` where a folder was replaced or no program can be begun any longer.
 */
async function refusal(opened: Opened, end: Attempt): Promise<string> {
  if (end.shellStatus === replacedStatus) throw neverBegan(end);
  const trial = await attempt(opened, { ...ownInput(['/bin/sh', '-c', ':']), onOutput: () => undefined });
  if (trial.begun || isWithoutProgram(trial.said)) return end.said;
  throw neverBegan(trial);
}

/** The bytes that the build holds on disk; files that cannot be read from outside are counted by their owner. */
async function heldBytes(laid: Omit<Opened, 'disk'>): Promise<number> {
  const { layer, mounts, ids, directory, reach, signal, running } = laid;
  const writable = writableSources(mounts).map(reach.inside);
  const output = new OutputTail(4096);
  const child = await startInNamespaces(
    'exec du "$@" 2>/dev/null',
    usageArguments([layer.written, ...writable]),
    ids,
    {
      cwd: directory,
      reach,
      signal,
      onOutput: (bytes) => output.add(bytes),
    },
  );
  await child.ended;
  const open = running.pid === undefined ? 0 : unlinkedBytes(descendants(running.pid, mostLookedAt));
  return parseUsage(output.text()) + open;
}

const mostLookedAt = 4096;

function writableSources(mounts: readonly Mount[]): string[] {
  return mounts.filter(({ writable }) => writable).map(({ source }) => source);
}
