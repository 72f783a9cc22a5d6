/**
 * Numbers of system calls, from the tables of Linux: arch/x86/entry/syscalls/syscall_64.tbl and
 * include/uapi/asm-generic/unistd.h, which aarch64 uses unchanged.
 */

export type FilteredArchitecture = 'x86_64' | 'aarch64';

/** The last one of Linux 6.17 (file_setattr); from 424 on a call has the same number everywhere. */
export const lastNumber = 469;

/** Absent where the architecture has no such call. */
type Numbers = Readonly<{ x86_64: number; aarch64?: number }>;

const everywhere = (number: number): Numbers => ({ x86_64: number, aarch64: number });

export const callNumbers = {
  acct: { x86_64: 163, aarch64: 89 },
  add_key: { x86_64: 248, aarch64: 217 },
  bpf: { x86_64: 321, aarch64: 280 },
  clone: { x86_64: 56, aarch64: 220 },
  clone3: everywhere(435),
  delete_module: { x86_64: 176, aarch64: 106 },
  finit_module: { x86_64: 313, aarch64: 273 },
  fsconfig: everywhere(431),
  fsmount: everywhere(432),
  fsopen: everywhere(430),
  fspick: everywhere(433),
  init_module: { x86_64: 175, aarch64: 105 },
  io_uring_enter: everywhere(426),
  io_uring_register: everywhere(427),
  io_uring_setup: everywhere(425),
  ioctl: { x86_64: 16, aarch64: 29 },
  ioperm: { x86_64: 173 },
  iopl: { x86_64: 172 },
  kexec_file_load: { x86_64: 320, aarch64: 294 },
  kexec_load: { x86_64: 246, aarch64: 104 },
  keyctl: { x86_64: 250, aarch64: 219 },
  modify_ldt: { x86_64: 154 },
  mount: { x86_64: 165, aarch64: 40 },
  mount_setattr: everywhere(442),
  move_mount: everywhere(429),
  open_by_handle_at: { x86_64: 304, aarch64: 265 },
  open_tree: everywhere(428),
  open_tree_attr: everywhere(467),
  perf_event_open: { x86_64: 298, aarch64: 241 },
  personality: { x86_64: 135, aarch64: 92 },
  pivot_root: { x86_64: 155, aarch64: 41 },
  quotactl: { x86_64: 179, aarch64: 60 },
  quotactl_fd: everywhere(443),
  reboot: { x86_64: 169, aarch64: 142 },
  request_key: { x86_64: 249, aarch64: 218 },
  setns: { x86_64: 308, aarch64: 268 },
  socket: { x86_64: 41, aarch64: 198 },
  socketpair: { x86_64: 53, aarch64: 199 },
  swapoff: { x86_64: 168, aarch64: 225 },
  swapon: { x86_64: 167, aarch64: 224 },
  syslog: { x86_64: 103, aarch64: 116 },
  umount2: { x86_64: 166, aarch64: 39 },
  unshare: { x86_64: 272, aarch64: 97 },
  userfaultfd: { x86_64: 323, aarch64: 282 },
} as const satisfies Readonly<Record<string, Numbers>>;

export type FilteredCall = keyof typeof callNumbers;

export function callNumber(call: FilteredCall, architecture: FilteredArchitecture): number | undefined {
  const numbers: Numbers = callNumbers[call];
  return numbers[architecture];
}
