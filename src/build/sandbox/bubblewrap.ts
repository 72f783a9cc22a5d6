/**
 * The sandbox proper: a user, mount, pid, network, ipc, uts and cgroup namespace of its own around bubblewrap. The guest's
 * root is an overlay over the unpacked environment, so that environments stay as they are and are shared.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../../failure.ts';
import { OutputTail } from '../../process.ts';
import type { IdMap } from './id-map.ts';
import { startInNamespaces } from './namespace.ts';
import type { BuildLimits, ExceededLimit, Sandbox, SandboxCommand, SandboxEnd } from './sandbox.ts';
import { watch } from './watchdog.ts';

/** A path of the machine that the guest sees. */
export interface Mount {
  readonly source: string;
  readonly target: string;
  readonly writable: boolean;
}

export interface BubblewrapOptions {
  /** The unpacked environment; only ever read. */
  readonly root: string;
  /** Folder of this build: its layers, nothing else. */
  readonly directory: string;
  readonly workspace: string;
  readonly mounts: readonly Mount[];
  readonly ids: IdMap;
  readonly limits: BuildLimits;
  readonly signal: AbortSignal;
  /** `capabilities.add` and `capabilities.drop` of the recipe. */
  readonly capabilities: { readonly add: readonly string[]; readonly drop: readonly string[] };
  /** Ids that steps see (`run-as`); 0 otherwise. */
  readonly user: { readonly uid: number; readonly gid: number };
}

/** What melange's bubblewrap runner gives to steps since v0.19.0 (pkg/container/bubblewrap_runner.go). */
const grantedCapabilities = [
  'CAP_CHOWN',
  'CAP_DAC_OVERRIDE',
  'CAP_FSETID',
  'CAP_FOWNER',
  'CAP_MKNOD',
  'CAP_NET_RAW',
  'CAP_SETGID',
  'CAP_SETUID',
  'CAP_SETFCAP',
  'CAP_SETPCAP',
  'CAP_NET_BIND_SERVICE',
  'CAP_SYS_CHROOT',
  'CAP_KILL',
  'CAP_AUDIT_WRITE',
];

/** Capabilities that a recipe may add and that reach nothing outside the namespaces. */
const harmlessCapabilities = new Set([
  ...grantedCapabilities,
  'CAP_IPC_LOCK',
  'CAP_NET_ADMIN',
  'CAP_SYS_NICE',
]);

/**
 * Sets the guest's root up: the environment below, this build's changes above. No namespace can be made
 * inside, so nothing in the guest can mount a file system or regain a capability.
 */
const enterScript = `set -e
echo "$2" > /proc/sys/user/max_user_namespaces
mount --bind "$1" lower
mount -t overlay overlay -o lowerdir=lower,upperdir=upper,workdir=work,userxattr merged
shift 2
exec "$@"`;

export function bubblewrapSandbox(options: BubblewrapOptions): Sandbox {
  for (const layer of ['lower', 'upper', 'work', 'merged']) mkdirSync(join(options.directory, layer));
  for (const name of options.capabilities.add) requireHarmless(name);
  return {
    kind: 'bubblewrap',
    ids: options.ids.kind,
    workspace: options.workspace,
    caveats: [],
    run: (command) => run(options, command),
    archive: (paths, onBytes) => archive(options, paths, onBytes),
  };
}

function requireHarmless(name: string): void {
  if (harmlessCapabilities.has(name)) return;
  throw new Failure('unsupported', 'the recipe asks for a capability that the sandbox does not give', {
    expected: [...harmlessCapabilities].join(' '),
    got: name,
  });
}

async function run(options: BubblewrapOptions, command: SandboxCommand): Promise<SandboxEnd> {
  const { limits } = options;
  const argv = [
    'prlimit',
    `--cpu=${limits.processSeconds}`,
    `--fsize=${limits.fileBytes}`,
    `--nproc=${limits.processes}`,
    '--core=0',
    'bwrap',
    ...bubblewrapArguments(options, command.env),
    '--',
    ...command.argv,
  ];
  let logged = 0;
  const nested = asRoot(options) ? '0' : '1';
  const child = await startInNamespaces(enterScript, [options.root, nested, ...argv], options.ids, {
    cwd: options.directory,
    env: { PATH: hostPath },
    signal: options.signal,
    onOutput: (bytes) => {
      logged += bytes.length;
      if (logged <= limits.logBytes) command.onOutput(bytes);
    },
  });
  const watchdog = watch(child.pid, options.directory, limits);
  try {
    const end = await child.ended;
    options.signal.throwIfAborted();
    return { ...end, exceeded: watchdog.exceeded ?? kernelLimit(end.exitCode) };
  } finally {
    watchdog.stop();
  }
}

/** The machine's own programs; steps see the guest's. */
const hostPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** 128 + SIGXCPU: the kernel ended the step's shell for its processor time. */
function kernelLimit(exitCode: number | undefined): ExceededLimit | undefined {
  return exitCode === 152 ? 'time' : undefined;
}

function bubblewrapArguments(options: BubblewrapOptions, env: ReadonlyMap<string, string>): string[] {
  return [
    '--unshare-pid',
    '--unshare-net',
    '--unshare-ipc',
    '--unshare-uts',
    '--unshare-cgroup-try',
    ...['--hostname', 'localhost'],
    '--die-with-parent',
    '--new-session',
    ...userArguments(options),
    ...capabilityArguments(options.capabilities),
    ...['--bind', 'merged', '/'],
    ...['--bind', options.workspace, '/home/build'],
    ...['--dev', '/dev'],
    ...['--proc', '/proc'],
    // Of /sys, programs that count processors read this much; the rest is the machine's own business.
    ...['--tmpfs', '/sys'],
    ...['--ro-bind-try', '/sys/devices/system/cpu', '/sys/devices/system/cpu'],
    ...['--remount-ro', '/sys'],
    ...options.mounts.flatMap(({ source, target, writable }) => [
      writable ? '--bind' : '--ro-bind',
      source,
      target,
    ]),
    ...['--chdir', '/home/build'],
    '--clearenv',
    ...[...env].flatMap(([name, value]) => ['--setenv', name, value]),
  ];
}

function asRoot({ user }: BubblewrapOptions): boolean {
  return user.uid === 0 && user.gid === 0;
}

/** `run-as` is one more namespace around the step, as in melange; files still reach the disk as the caller's. */
function userArguments(options: BubblewrapOptions): string[] {
  if (asRoot(options)) return [];
  const { uid, gid } = options.user;
  return ['--unshare-user', '--uid', String(uid), '--gid', String(gid), '--disable-userns'];
}

function capabilityArguments({ add, drop }: BubblewrapOptions['capabilities']): string[] {
  const granted = [...new Set([...grantedCapabilities, ...add])];
  const dropped = drop.flatMap((name) => ['--cap-drop', name]);
  return ['--cap-drop', 'ALL', ...granted.flatMap((name) => ['--cap-add', name]), ...dropped];
}

/** Names come from a file, each ended by a zero byte and taken literally: none can be an option. */
const archiveScript = `exec tar --create --format=pax --xattrs --xattrs-include='*' --numeric-owner \\
  --directory="$1" --verbatim-files-from --null --files-from="$2"`;

async function archive(
  options: BubblewrapOptions,
  paths: readonly string[],
  onBytes: (bytes: Uint8Array) => void,
): Promise<void> {
  const list = join(options.directory, 'archive.list');
  writeFileSync(list, paths.map((path) => `${path}\0`).join(''));
  const errors = new OutputTail(8192);
  const child = await startInNamespaces(archiveScript, [options.workspace, list], options.ids, {
    cwd: options.directory,
    env: { PATH: hostPath, LC_ALL: 'C' },
    signal: options.signal,
    onStdout: onBytes,
    onOutput: (bytes) => errors.add(bytes),
  });
  const { exitCode } = await child.ended;
  options.signal.throwIfAborted();
  if (exitCode !== 0) {
    throw new Failure('unsupported', 'the tree that the steps left cannot be read', { got: errors.text() });
  }
}
