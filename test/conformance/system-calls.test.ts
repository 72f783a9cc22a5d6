/** System calls that steps cannot make: each is made in the sandbox, and the kernel's answer is read. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import {
  callNumber,
  callNumbers,
  type FilteredCall,
  lastNumber,
} from '../../src/execute/sandbox/system-calls/numbers.ts';
import type { BuildOutcome } from '../support/build-run.ts';
import { cannotSandbox, runBuilds } from '../support/sandboxes.ts';
import { identities } from '../support/users.ts';

const [EPERM, ENOSYS, EPROTONOSUPPORT, EAFNOSUPPORT] = [1, 38, 93, 97] as const;
const architecture = process.arch === 'arm64' ? 'aarch64' : 'x86_64';

interface Attempt {
  readonly name: string;
  readonly call: FilteredCall | number;
  readonly given?: readonly number[];
  /** The error; 0 where the call must work. */
  readonly error: number;
}

const above32 = 2 ** 32;
const namespaceFlags = {
  mount: 0x20000,
  cgroup: 0x2000000,
  uts: 0x4000000,
  ipc: 0x8000000,
  user: 0x10000000,
  pid: 0x20000000,
  net: 0x40000000,
};
const childSignal = 17;

/** Calls whose arguments do not matter. */
const always = (error: number, ...calls: readonly FilteredCall[]): Attempt[] =>
  calls.map((call) => ({ name: call, call, error }));

const attempts: readonly Attempt[] = [
  ...always(
    EPERM,
    'acct',
    'delete_module',
    'finit_module',
    'init_module',
    'ioperm',
    'iopl',
    'kexec_file_load',
  ),
  ...always(EPERM, 'kexec_load', 'quotactl', 'quotactl_fd', 'reboot', 'swapoff', 'swapon', 'syslog'),
  ...always(EPERM, 'add_key', 'keyctl', 'request_key', 'bpf', 'perf_event_open', 'open_by_handle_at'),
  ...always(EPERM, 'fsconfig', 'fsmount', 'fsopen', 'fspick', 'mount', 'mount_setattr', 'move_mount'),
  ...always(EPERM, 'open_tree', 'open_tree_attr', 'pivot_root', 'umount2', 'setns', 'unshare'),
  ...always(
    ENOSYS,
    'clone3',
    'io_uring_enter',
    'io_uring_register',
    'io_uring_setup',
    'modify_ldt',
    'userfaultfd',
  ),
  { name: 'a call later than those known', call: lastNumber + 1, error: ENOSYS },
  { name: 'a call of x32', call: 0x40000000 + 39, error: ENOSYS },
  ...Object.entries(namespaceFlags).map(
    ([name, flag]): Attempt => ({
      name: `clone into a ${name} namespace`,
      call: 'clone',
      given: [flag + childSignal, 0, 0, 0, 0],
      error: EPERM,
    }),
  ),
  { name: 'clone without namespaces', call: 'clone', given: [childSignal, 0, 0, 0, 0], error: 0 },
  { name: 'type into a terminal', call: 'ioctl', given: [0, 0x5412, 0], error: EPERM },
  {
    name: 'type into a terminal, hidden in the upper half',
    call: 'ioctl',
    given: [0, above32 + 0x5412, 0],
    error: EPERM,
  },
  { name: 'paste into a console', call: 'ioctl', given: [0, 0x541c, 0], error: EPERM },
  { name: 'ask for the personality', call: 'personality', given: [0xffffffff], error: 0 },
  { name: 'switch random addresses off', call: 'personality', given: [0x40000], error: 0 },
  { name: 'let data be run', call: 'personality', given: [0x400000], error: EPERM },
  { name: 'be another system', call: 'personality', given: [0x0006], error: EPERM },
  ...[
    ['alg', 38],
    ['vsock', 40],
    ['xdp', 44],
    ['packet', 17],
    ['tipc', 30],
  ].map(
    ([name, family]): Attempt => ({
      name: `a socket of ${name}`,
      call: 'socket',
      given: [Number(family), 2, 0],
      error: EAFNOSUPPORT,
    }),
  ),
  { name: 'a pair of sockets of tipc', call: 'socketpair', given: [30, 1, 0, 0], error: EAFNOSUPPORT },
  {
    name: 'a socket of vsock, hidden in the upper half',
    call: 'socket',
    given: [above32 + 40, 1, 0],
    error: EAFNOSUPPORT,
  },
  { name: 'a netlink socket of the firewall', call: 'socket', given: [16, 3, 12], error: EPROTONOSUPPORT },
  { name: 'a netlink socket of any module', call: 'socket', given: [16, 3, 16], error: EPROTONOSUPPORT },
  { name: 'a netlink socket of addresses', call: 'socket', given: [16, 3, 0], error: 0 },
  { name: 'a unix socket', call: 'socket', given: [1, 1, 0], error: 0 },
  { name: 'an internet socket', call: 'socket', given: [2, 1, 0], error: 0 },
];

const numberOf = ({ call }: Attempt) => (typeof call === 'number' ? call : callNumber(call, architecture));
const made = attempts.filter((attempt) => numberOf(attempt) !== undefined);

/** Says the error of each call in a line; a child that a call made ends at once. */
const program = `$| = 1; while (<STDIN>) { my ($n, @a) = map { $_ + 0 } split; $! = 0;
my $r = syscall($n, @a, (0) x (5 - @a)); my $e = $! + 0; exit 0 if $n == ${callNumber('clone', architecture)} && $r == 0;
print "ERROR=", ($r == -1 ? $e : 0), "\\n" }`;

/** A static program (elf(5)) that asks for its id by the gate of 32-bit programs, and ends with 1 where there is none. */
function makeCompatProgram(path: string): void {
  const code = Buffer.from('b814000000cd8031ff83f8da400f94c7b83c0000000f05', 'hex');
  const head = Buffer.alloc(120);
  const address = 0x400000n;
  Buffer.from('7f454c46020101', 'hex').copy(head);
  head.writeUInt32LE(0x003e0002, 16);
  head.writeUInt32LE(1, 20);
  head.writeBigUInt64LE(address + 120n, 24);
  head.writeBigUInt64LE(64n, 32);
  head.writeUInt32LE(0x00380040, 52);
  head.writeUInt16LE(1, 56);
  head.writeUInt32LE(1, 64);
  head.writeUInt32LE(5, 68);
  for (const [offset, value] of [
    [80, address],
    [88, address],
    [96, 120n + BigInt(code.length)],
    [104, 120n + BigInt(code.length)],
    [112, 4096n],
  ] as const) {
    head.writeBigUInt64LE(value, offset);
  }
  writeFileSync(path, Buffer.concat([head, code]));
  chmodSync(path, 0o755);
}

const material = mkdtempSync('/var/tmp/wolfi-repro-calls-');
chmodSync(material, 0o755);
after(() => rmSync(material, { recursive: true, force: true }));
const compat = join(material, 'compat');
makeCompatProgram(compat);
const compatWorks = architecture === 'x86_64' && spawnSync(compat).status === 0;

for (const identity of identities) {
  describe(`a step ${identity.title}`, { skip: cannotSandbox(identity) }, () => {
    let outcomes: readonly BuildOutcome[] = [];

    before(async () => {
      const lines = made
        .map((attempt) => [numberOf(attempt)!, ...(attempt.given ?? [])].join(' '))
        .join('\n');
      const steps = [`perl -e '${program}' <<'END'\n${lines}\nEND\n`];
      const traced = `strace -f -o trace true && grep -q exited trace && echo TRACED`;
      outcomes = await runBuilds(identity, 'bubblewrap', [
        { name: 'root', steps },
        { name: 'another user', steps, runAs: 'build' },
        {
          name: 'other',
          steps: [`command -v strace && { ${traced}; } || echo none`, '/opt/compat || echo "COMPAT $?"'],
          guestPrograms: { 'opt/compat': compat },
        },
      ]);
      for (const { end, message, got } of outcomes) assert.equal(end, 'built', `${message} ${got}`);
    });

    for (const [index, who] of ['root', 'another user'].entries()) {
      it(`makes only the calls that it is allowed, as ${who}`, () => {
        const errors = [...outcomes[index]!.log.matchAll(/^ERROR=(\d+)$/gm)].map(([, error]) =>
          Number(error),
        );
        assert.deepEqual(
          made.map(({ name }, at) => `${name}: ${errors[at]}`),
          made.map(({ name, error }) => `${name}: ${error}`),
        );
      });
    }

    it('can trace its own processes, as tests of debuggers do', () => {
      assert.match(outcomes[2]!.log, /TRACED|none/);
    });

    it('runs no 32-bit calls', {
      skip: compatWorks ? false : 'this machine runs no 32-bit calls itself',
    }, () => {
      assert.match(outcomes[2]!.log, /COMPAT 1$/m);
    });
  });
}

it('every call that the filter knows is tried', () => {
  const tried = new Set(attempts.map(({ call }) => call));
  assert.deepEqual(
    Object.keys(callNumbers).filter((call) => !tried.has(call as FilteredCall)),
    [],
  );
});
