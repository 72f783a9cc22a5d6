/**
 * For machines that grant no namespaces, such as a default container: root can still run steps in a changed root
 * directory. It does not hold a program that wants to get out (chroot(2) says how), is never chosen silently, and the verdict says so.
 */
import { chmodSync, closeSync, lstatSync, mkdirSync, openSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Failure } from '../../failure.ts';
import { OutputTail } from '../../output-tail.ts';
import { hostPath, requireProgram, runProcess, startProcess } from '../../process.ts';
import { type Processor, processorCaveats } from '../processor/processor.ts';
import { makeFolderWithin } from '../workspace.ts';
import { archiveArguments, archiveEnd, writeArchiveList } from './archive.ts';
import { DiskMeter, parseUsage, usageArguments } from './disk-meter.ts';
import { takeArguments, writeArguments } from './enter-script.ts';
import { rootMode } from './guest-layer.ts';
import { resolveInGuest } from './guest-path.ts';
import { endProcessesIn } from './process-tree.ts';
import { boundArguments } from './program-bounds.ts';
import { hostProgram } from './reach.ts';
import type { BuildLimits, Mount, Sandbox, SandboxCommand, SandboxEnd } from './sandbox.ts';
import { bounded } from './watchdog.ts';

export interface ChrootOptions {
  /** The unpacked environment; copied, since it cannot be layered here. */
  readonly environment: string;
  /** Folder of this build. */
  readonly directory: string;
  readonly workspace: string;
  readonly mounts: readonly Mount[];
  /** What runs the programs of the guest. */
  readonly processor: Processor;
  readonly limits: BuildLimits;
  readonly signal: AbortSignal;
}

interface Opened extends ChrootOptions {
  readonly guest: string;
  readonly disk: DiskMeter;
}

const env = { PATH: hostPath, LC_ALL: 'C' };
const devices = [
  ['null', '3'],
  ['zero', '5'],
  ['full', '7'],
  ['random', '8'],
  ['urandom', '9'],
] as const;

export const chrootCaveats: readonly string[] = [
  'the sandbox was chroot: steps of a hostile recipe could leave it, as root, and change anything on this machine, this verdict included',
];

/** Copies the environment and puts workspace, sources and the usual devices into the copy. Fails with `sandbox-unavailable`. */
export async function openChroot(options: ChrootOptions): Promise<Sandbox> {
  // Processes are found by their root directory, which the kernel names without links.
  const guest = join(realpathSync(options.directory), 'guest');
  const inGuest = (path: string) => join(guest, resolveInGuest(guest, path));
  // A container may deny root even this.
  await hostProgram(['chroot', '/', '/bin/true'], options.signal);
  const copy = ['cp', '--archive', '--reflink=auto', '--', options.environment, guest] as const;
  await hostProgram(copy, options.signal);
  chmodSync(guest, rootMode);
  const workspace = inGuest('/home/build');
  await place(options, ['mv', '--no-target-directory', '--', options.workspace], workspace);
  for (const { source, target } of options.mounts) {
    await place(options, ['cp', '--archive', '--no-target-directory', '--', source], inGuest(target));
  }
  await makeDevices(options, inGuest('/dev'));
  const before = await heldBytes(options, guest);
  const disk = new DiskMeter(
    guest,
    options.limits.diskBytes,
    async () => (await heldBytes(options, guest)) - before,
  );
  const opened = { ...options, guest, workspace, disk };
  return {
    kind: 'chroot',
    ids: 'machine',
    workspace,
    caveats: [...chrootCaveats, ...processorCaveats(options.processor)],
    run: (command) => run(opened, command),
    makeFolder: async (path) => makeFolderWithin(workspace, path),
    archive: (paths, onBytes) => archive(opened, paths, onBytes),
  };
}

async function place(
  { signal }: ChrootOptions,
  argv: readonly [string, ...string[]],
  target: string,
): Promise<void> {
  mkdirSync(dirname(target), { recursive: true });
  await hostProgram([...argv, target], signal);
}

async function makeDevices(options: ChrootOptions, directory: string): Promise<void> {
  mkdirSync(directory, { recursive: true });
  for (const [name, minor] of devices) {
    const path = join(directory, name);
    if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) continue;
    const argv = ['-m', '666', '--', path, 'c', '1', minor];
    const made = await runProcess('mknod', argv, { env, signal: options.signal });
    if (made.exitCode === 0) continue;
    // Without CAP_MKNOD a plain file must do: what is written to /dev/null then stays in it.
    closeSync(openSync(path, 'a'));
    chmodSync(path, 0o666);
  }
}

/** The step's shell ends when this process ends; what it started may stay until the next start (`endProcessesIn`). */
const enterScript = `read -r _ <&3 || exit 125
exec 3<&-
umask 022
exec setpriv --pdeathsig KILL /bin/sh -c '[ "$PPID" = "$1" ] || exit 125; shift
setpriv --pdeathsig KILL /bin/sh -c "$1" sh "$@" 2>&1 | cat 4>&-' sh "$@"`;

/**
 * The capabilities of root that steps keep. Without the rest they can neither mount, load modules, make devices nor trace or signal what belongs to others.
 * The last one of the list is needed to enter the guest, and is a way out of it.
 */
const keptCapabilities = [
  ...[
    'chown',
    'dac_override',
    'fowner',
    'fsetid',
    'net_bind_service',
    'setfcap',
    'setgid',
    'setpcap',
    'setuid',
  ],
  'sys_chroot',
];
const lessPower = [
  ...['--no-new-privs', '--inh-caps', '-all'],
  ...['--bounding-set', ['-all', ...keptCapabilities.map((name) => `+${name}`)].join(',')],
];

/** Reports the exit status on file descriptor 4. */
const tellScript = `shift; folder=$1; shift
${takeArguments('"$folder"')}
setpriv --pdeathsig KILL "$@" 4>&-; echo "$?" >&4`;

async function run(opened: Opened, command: SandboxCommand): Promise<SandboxEnd> {
  const { limits, guest, signal, directory } = opened;
  const assignments = [...command.env].map(([name, value]) => `${name}=${value}`);
  // The step's search path is the guest's: from `env` on, the machine's programs are named in full.
  const argv = [
    ...['env', '-i', ...assignments],
    ...[requireProgram('setpriv'), ...lessPower, '--'],
    ...[requireProgram('prlimit'), ...boundArguments(limits)],
    ...[requireProgram('chroot'), guest, ...command.argv],
  ];
  let status = '';
  const end = await bounded(opened, async ({ hold }) => {
    const child = await startProcess(
      '/bin/sh',
      [
        '-c',
        enterScript,
        'sh',
        String(process.pid),
        tellScript,
        directory,
        ...writeArguments(directory, argv),
      ],
      {
        cwd: guest,
        env,
        signal,
        onOutput: command.onOutput,
        onStatus: (bytes) => {
          status += Buffer.from(bytes).toString('latin1');
          // What the step left running may hold its output open, which would otherwise never end.
          endProcessesIn(guest);
        },
      },
    );
    await hold(child.pid);
    child.gate.end('\n');
    await child.exited;
    endProcessesIn(guest);
    await child.ended;
    return { exitCode: /^\d+\n/.test(status) ? Number(status.trim()) : undefined };
  });
  signal.throwIfAborted();
  if (end.exitCode !== undefined || end.exceeded !== undefined) return end;
  throw new Failure('sandbox-unavailable', 'the step was ended from outside');
}

async function heldBytes({ signal }: ChrootOptions, guest: string): Promise<number> {
  const { output } = await runProcess('du', usageArguments([guest]), { env, signal });
  return parseUsage(output);
}

async function archive(
  { workspace, directory, signal }: Opened,
  paths: readonly string[],
  onBytes: (bytes: Uint8Array) => void,
): Promise<void> {
  const errors = new OutputTail(64 * 1024);
  const list = join(directory, 'archive.list');
  writeArchiveList(list, paths);
  const child = await startProcess('tar', archiveArguments(workspace, list), {
    env,
    signal,
    onStdout: onBytes,
    onOutput: (bytes) => errors.add(bytes),
  });
  child.gate.end();
  await archiveEnd(child, errors).finally(() => signal.throwIfAborted());
}
