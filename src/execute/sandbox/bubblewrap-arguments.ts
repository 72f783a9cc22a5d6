/** The guest as arguments of bwrap(1), after melange's runner (docs/melange/running.md#the-sandbox) with less of the machine in it. */
import { existsSync, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { encodeBytes } from '../../bytes.ts';
import { Failure } from '../../failure.ts';
import { guestHostname } from '../facts.ts';
import type { Mount, SandboxNetwork } from './sandbox.ts';

export interface GuestView {
  /** The machine's network, only where the user asked for it; one that was made around the guest; or one with nothing in it. */
  readonly network?: SandboxNetwork | undefined;
  /** The guest's root, by the path at which bubblewrap finds it. */
  readonly root: string;
  /** The workspace, sources, and what else the guest sees of the machine. */
  readonly mounts: readonly Mount[];
  /** `capabilities.add` and `capabilities.drop` of the recipe. */
  readonly capabilities: { readonly add: readonly string[]; readonly drop: readonly string[] };
  /** Ids that steps see (`run-as`); 0 otherwise. */
  readonly user: { readonly uid: number; readonly gid: number };
  /** Host name of the guest; the usual one where undefined. */
  readonly hostname?: string | undefined;
}

/** What melange's bubblewrap runner gives to steps since v0.19.0 (pkg/container/bubblewrap_runner.go). */
export const grantedCapabilities: readonly string[] = [
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
 * Capabilities that apply to the machine in melange's guest and to the sandbox's own user namespace here (docs/decisions/0015): the filter
 * of system calls refuses what they allow beyond that.
 */
const confinedCapabilities = new Set(['CAP_SYS_ADMIN', 'CAP_SYS_RESOURCE']);

/** The capabilities of a recipe that reach less here than where melange ran, in the recipe's order. */
export function confinedOf({ add, drop }: GuestView['capabilities']): string[] {
  const dropped = new Set(drop.map((name) => name.toUpperCase()));
  return dropped.has('ALL') ? [] : add.filter((name) => confinedCapabilities.has(name) && !dropped.has(name));
}

/** Requires that the sandbox gives the capabilities of a recipe. Fails with `unsupported` where it asks for more, or drops something that is not a capability. */
export function requireGranted({ add, drop }: GuestView['capabilities']): void {
  for (const name of drop) {
    if (knownCapabilities.has(name.toUpperCase())) continue;
    throw new Failure('unsupported', 'the recipe drops a capability that is not known', { got: name });
  }
  const granted = [...harmlessCapabilities, ...confinedCapabilities];
  for (const name of add) {
    if (granted.includes(name)) continue;
    throw new Failure('unsupported', 'the recipe asks for a capability that the sandbox does not give', {
      expected: granted.join(' '),
      got: name,
    });
  }
}

/** Folders of the guest that are mounted over, besides the targets of the mounts. */
export const fixedTargets: readonly string[] = ['/dev', '/proc', '/sys'];

/** Entries of /proc that reveal the machine's kernel, how it was started, its devices and its users' keys; empty here. */
const secretEntries = [
  ...['cmdline', 'interrupts', 'iomem', 'ioports', 'kallsyms', 'kcore', 'key-users', 'keys', 'kmsg'],
  ...['latency_stats', 'sched_debug', 'slabinfo', 'timer_list', 'vmallocinfo'],
];

/**
 * Arguments that make the writable entries of /proc that belong to the whole machine read-only. Root's own id could write to most
 * of them: /proc/sys asks who owns a file, not for a capability, and bubblewrap protects it only where its folder can be written to.
 */
function machineEntries(): string[] {
  // Only names: asked for types as well, Node looks at each process and fails where one ends meanwhile.
  return readdirSync('/proc')
    .filter((name) => !/^\d+$/.test(name))
    .map((name) => join('/proc', name))
    .filter((path) => {
      const stat = lstatSync(path, { throwIfNoEntry: false });
      return stat?.isDirectory() === true || (stat?.isFile() === true && isWritable(path));
    });
}

function isWritable(path: string): boolean {
  return ((lstatSync(path, { throwIfNoEntry: false })?.mode ?? 0) & 0o222) !== 0;
}

/** Every name in capabilities(7); at any other, bubblewrap ends. */
const knownCapabilities = new Set([
  ...harmlessCapabilities,
  ...['CAP_DAC_READ_SEARCH', 'CAP_LINUX_IMMUTABLE', 'CAP_NET_BROADCAST', 'CAP_IPC_OWNER', 'CAP_SYS_MODULE'],
  ...[
    'CAP_SYS_RAWIO',
    'CAP_SYS_PTRACE',
    'CAP_SYS_PACCT',
    'CAP_SYS_ADMIN',
    'CAP_SYS_BOOT',
    'CAP_SYS_RESOURCE',
  ],
  ...['CAP_SYS_TIME', 'CAP_SYS_TTY_CONFIG', 'CAP_LEASE', 'CAP_AUDIT_CONTROL', 'CAP_MAC_OVERRIDE'],
  ...['CAP_MAC_ADMIN', 'CAP_SYSLOG', 'CAP_WAKE_ALARM', 'CAP_BLOCK_SUSPEND', 'CAP_AUDIT_READ'],
  ...['CAP_PERFMON', 'CAP_BPF', 'CAP_CHECKPOINT_RESTORE', 'ALL'],
]);

/** The part of /sys that programs read to count processors; the rest of the machine's /sys is not shown. */
export const processorFolder = '/sys/devices/system/cpu';

/** The replacement for the rest of /sys: a folder inside the build's own folder, where it is mounted (`enterScript`). */
export const systemFolder = 'sys';

export const workspaceTarget = '/home/build';

export function bubblewrapArguments(view: GuestView): string[] {
  const secrets = secretEntries.map((name) => join('/proc', name)).filter((path) => existsSync(path));
  return [
    '--unshare-pid',
    ...(view.network === undefined ? ['--unshare-net'] : []),
    '--unshare-ipc',
    '--unshare-uts',
    '--unshare-cgroup-try',
    ...['--hostname', view.hostname ?? guestHostname],
    '--die-with-parent',
    '--new-session',
    ...userArguments(view),
    ...capabilityArguments(view.capabilities),
    ...['--bind', view.root, '/'],
    ...['--dev', '/dev'],
    ...['--proc', '/proc'],
    ...machineEntries().flatMap((path) => ['--ro-bind', path, path]),
    ...secrets.flatMap((path) => ['--ro-bind', '/dev/null', path]),
    ...['--ro-bind', systemFolder, '/sys'],
    ...['--ro-bind-try', processorFolder, processorFolder],
    ...view.mounts.flatMap(({ source, target, writable }) => [
      writable ? '--bind' : '--ro-bind',
      source,
      target,
    ]),
    ...['--chdir', workspaceTarget],
  ];
}

/** The environment in the form that `--args` takes. It is a file, since Node's arguments cannot hold all bytes and can be seen in the list of processes. */
export function environmentArguments(env: ReadonlyMap<string, string>): Buffer {
  return encodeBytes([...env].map(([name, value]) => `--setenv\0${name}\0${value}\0`).join(''));
}

/** bubblewrap takes at most this many arguments (bubblewrap.c, MAX_ARGS), of files and of the command line together; a variable is three. */
export const mostArguments = 9000;

export function seesRoot({ user }: Pick<GuestView, 'user'>): boolean {
  return user.uid === 0 && user.gid === 0;
}

/** Arguments for `run-as`: one more namespace around the step, as in melange; on disk, files still belong to the caller. */
function userArguments(view: GuestView): string[] {
  if (seesRoot(view)) return [];
  const { uid, gid } = view.user;
  return ['--unshare-user', '--uid', String(uid), '--gid', String(gid), '--disable-userns'];
}

function capabilityArguments({ add, drop }: GuestView['capabilities']): string[] {
  const granted = [...new Set([...grantedCapabilities, ...add])];
  const dropped = drop.flatMap((name) => ['--cap-drop', name]);
  return ['--cap-drop', 'ALL', ...granted.flatMap((name) => ['--cap-add', name]), ...dropped];
}
