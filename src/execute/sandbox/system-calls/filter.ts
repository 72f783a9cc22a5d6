/**
 * Which system calls steps cannot make (docs/decisions/0010). A refused call administers the kernel itself, reaches what no namespace isolates,
 * or opens a large part of the kernel that no build needs. Where programs know kernels without the call, the refusal looks like such a kernel.
 */
import {
  allow,
  architectureOffset,
  argumentOffset,
  emitInstructions,
  fail,
  type Instruction,
  keepBits,
  load,
  numberOffset,
  whenAbove,
  whenAnyBit,
  whenEqual,
  whenNoneOf,
  whenOneOf,
} from './instructions.ts';
import { callNumber, type FilteredArchitecture, type FilteredCall, lastNumber } from './numbers.ts';

/** Errors of asm-generic/errno.h. */
const notPermitted = 1;
const noSuchCall = 38;
const noSuchProtocol = 93;
const noSuchFamily = 97;

/** `AUDIT_ARCH_…` of linux/audit.h. */
const architectureCodes: Readonly<Record<FilteredArchitecture, number>> = {
  x86_64: 0xc000003e,
  aarch64: 0xc00000b7,
};

const refused: readonly FilteredCall[] = [
  // The machine itself. Its log describes it, and reading the log needs no capability where kernel.dmesg_restrict is 0.
  ...(['acct', 'delete_module', 'finit_module', 'init_module', 'ioperm', 'iopl', 'syslog'] as const),
  ...(['kexec_file_load', 'kexec_load', 'quotactl', 'quotactl_fd', 'reboot', 'swapoff', 'swapon'] as const),
  // Keys belong to user ids, not to namespaces.
  ...(['add_key', 'keyctl', 'request_key'] as const),
  ...(['bpf', 'perf_event_open'] as const),
  ...(['fsconfig', 'fsmount', 'fsopen', 'fspick', 'mount', 'mount_setattr', 'move_mount'] as const),
  ...(['open_tree', 'open_tree_attr', 'pivot_root', 'umount2'] as const),
  ...(['setns', 'unshare'] as const),
  'open_by_handle_at',
];

/** Programs fall back to something else; the flags of clone3 are in memory, which no filter can read. */
const absent: readonly FilteredCall[] = [
  'clone3',
  'io_uring_enter',
  'io_uring_register',
  'io_uring_setup',
  'modify_ldt',
  'userfaultfd',
];

/** `CLONE_NEW…` of linux/sched.h; a time namespace cannot be asked for with clone. */
const newNamespaces = 0x7e020000;
/** TIOCSTI and TIOCLINUX, which type into a terminal (ioctl_tty(2), ioctl_console(2)). */
const typing = [0x5412, 0x541c];
/** PER_LINUX32, UNAME26 and ADDR_NO_RANDOMIZE (personality(2)); the rest belongs to other systems, or makes data executable. */
const usualPersonality = 0x0008 | 0x0020000 | 0x0040000;
const askForPersonality = 0xffffffff;

const netlink = 16;
/** AF_UNIX, AF_INET, AF_INET6: others (vsock, packet, XDP, ALG) lead past the network namespace or deep into the kernel. */
const families = [1, 2, 10, netlink];
/** NETLINK_ROUTE, NETLINK_SOCK_DIAG and NETLINK_KOBJECT_UEVENT; not those of firewalls, routing policy and auditing. */
const netlinkProtocols = [0, 4, 15];

/** Rules that look at arguments: at the lower half of each, which is all that the kernel looks at. */
const conditional: Readonly<Partial<Record<FilteredCall, readonly Instruction[]>>> = {
  clone: [load(argumentOffset(0)), ...whenAnyBit(newNamespaces, [fail(notPermitted)])],
  ioctl: [load(argumentOffset(1)), ...whenOneOf(typing, [fail(notPermitted)])],
  personality: [
    load(argumentOffset(0)),
    ...whenNoneOf(
      [askForPersonality],
      [keepBits(~usualPersonality), ...whenNoneOf([0], [fail(notPermitted)])],
    ),
  ],
  socket: [
    load(argumentOffset(0)),
    ...whenNoneOf(families, [fail(noSuchFamily)]),
    ...whenEqual(netlink, [load(argumentOffset(2)), ...whenNoneOf(netlinkProtocols, [fail(noSuchProtocol)])]),
  ],
  socketpair: [load(argumentOffset(0)), ...whenNoneOf(families, [fail(noSuchFamily)])],
};

/** The filter in the form that bwrap(1) takes; a call that it does not name is allowed. */
export function systemCallFilter(architecture: FilteredArchitecture): Uint8Array {
  const on = (calls: readonly FilteredCall[], then: (call: FilteredCall) => readonly Instruction[]) =>
    calls.flatMap((call) => {
      const number = callNumber(call, architecture);
      return number === undefined ? [] : whenEqual(number, then(call));
    });
  return emitInstructions([
    load(architectureOffset),
    // The calls of 32-bit programs have other numbers, and no distribution that melange builds has such programs.
    ...whenNoneOf([architectureCodes[architecture]], [fail(noSuchCall)]),
    load(numberOffset),
    // Later calls have not been examined; those of x32 have far higher numbers.
    ...whenAbove(lastNumber, [fail(noSuchCall)]),
    ...on(refused, () => [fail(notPermitted)]),
    ...on(absent, () => [fail(noSuchCall)]),
    ...on(Object.keys(conditional) as FilteredCall[], (call) => [...conditional[call]!, allow]),
    allow,
  ]);
}

/** The filter of the machine that this runs on; undefined for a machine whose calls are not known, on which no build is known either. */
export function ownSystemCallFilter(): Uint8Array | undefined {
  if (process.arch === 'x64') return systemCallFilter('x86_64');
  return process.arch === 'arm64' ? systemCallFilter('aarch64') : undefined;
}
