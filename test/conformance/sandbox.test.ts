/** Steps that try to leave their sandbox, as root and as an ordinary user: each is contained, and named for what it did. */
import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { BuildCase, BuildOutcome } from '../support/build-run.ts';
import { cannotSandbox, processesWith, runBuilds } from '../support/sandboxes.ts';
import { oneIn } from '../support/thorough.ts';
import { type Identity, identities } from '../support/users.ts';

/** Of the machine, for steps to reach for: a file that everybody may read, an empty folder that everybody may write to. */
const bait = mkdtempSync('/var/tmp/wolfi-repro-bait-');
const secret = join(bait, 'secret');
const shore = join(bait, 'shore');
/** No other process sleeps for just this long. */
const sleeperOf = ({ title }: Identity) => `98765.${title.length}${process.pid}`;
/** Before any step ran. */
const machineName = hostname();
const abstractName = `wolfi-repro-bait-${process.pid}`;
const servers: Server[] = [];
let contacts = 0;
let port = 0;

before(async () => {
  chmodSync(bait, 0o755);
  writeFileSync(secret, 'the secret of the machine\n');
  mkdirSync(shore);
  chmodSync(shore, 0o777);
  const listen = async (where: { port: number; host: string } | { path: string }) => {
    const server = createServer((socket) => {
      contacts += 1;
      socket.destroy();
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(where, resolve));
    return server;
  };
  const address = (await listen({ port: 0, host: '127.0.0.1' })).address();
  port = typeof address === 'object' ? address!.port : 0;
  await listen({ path: `\0${abstractName}` });
});

after(() => {
  for (const server of servers) server.close();
  rmSync(bait, { recursive: true, force: true });
});

interface Attempt extends BuildCase {
  /** How it ends; `built` where the step is merely refused. */
  readonly end: string;
  /** What the message names. */
  readonly names?: RegExp;
  readonly holds?: (outcome: BuildOutcome) => void;
  /** Where only ids besides the caller's make it possible. */
  readonly needsRange?: true;
}

const mebibyte = 1024 ** 2;
const deep = 'for (1..1500) { mkdir "deepdeepdeep"; chdir "deepdeepdeep" or die }';
const perl = (text: string) => `perl -MSocket -e '${text}'`;
/** Steps say this where they got what they must not get. */
const escaped = (command: string) => `{ ${command}; } 2>/dev/null && echo ESCAPED || true`;

function attempts(identity: Identity): readonly Attempt[] {
  const sleeper = sleeperOf(identity);
  return [
    {
      name: 'connect to the loopback of the machine',
      steps: [escaped(`(exec 7<>/dev/tcp/127.0.0.1/${port})`)],
      end: 'built',
    },
    {
      name: 'connect to an abstract socket of the machine',
      steps: [
        escaped(
          perl(
            `socket(S, AF_UNIX, SOCK_STREAM, 0); connect(S, pack_sockaddr_un("\\0${abstractName}")) or exit 1`,
          ),
        ),
      ],
      end: 'built',
    },
    {
      name: 'find a network',
      steps: [escaped(`grep -v "lo:" /proc/net/dev | grep :`), escaped(`(exec 7<>/dev/tcp/192.0.2.1/80)`)],
      end: 'built',
    },
    {
      name: 'read files of the machine',
      steps: [
        ...[
          '',
          '/oldroot',
          '/newroot',
          '/proc/1/root',
          '/proc/self/root',
          '/proc/1/cwd',
          '/home/build/../../..',
        ].map((root) => escaped(`cat ${root}${secret}`)),
        escaped('cat /etc/shadow'),
        escaped('ls /root/* /home/*/.ssh'),
      ],
      end: 'built',
    },
    {
      name: 'see or signal processes of the machine',
      steps: [
        `count=$(ls /proc | grep -c '^[0-9]*$'); [ "$count" -lt 10 ] || echo ESCAPED`,
        escaped(`grep -hx node /proc/[0-9]*/comm`),
        `kill -TERM -1 || true; kill -KILL ${process.pid} 2>/dev/null || true`,
      ],
      end: 'built',
    },
    {
      name: 'write through what the step is handed',
      steps: [
        escaped(`ls /proc/self/fd | grep -vx '[0-4]' | grep -vx 255 | while read -r fd; do
          [ "$(readlink /proc/self/fd/$fd)" = /dev/null ] || exit 0; done; false`),
        escaped('test -w /proc/self/fd/0 && echo x >/proc/self/fd/0 && test -s /proc/self/fd/0'),
        escaped(`echo x >/proc/self/root${shore}/file`),
        escaped(`echo x >/proc/1/root/../..${shore}/file`),
        escaped(`ln /proc/1/root/usr/bin/env ${shore}/link`),
      ],
      end: 'built',
    },
    {
      name: 'overwrite the program that made the sandbox',
      steps: [
        escaped('chmod 755 /proc/1/exe'),
        escaped('(: >>/proc/1/exe)'),
        escaped('(exec 7<>/proc/1/exe)'),
      ],
      end: 'built',
    },
    {
      name: 'put a link out in the place of a folder that is mounted over',
      steps: [`mv /var/cache/wolfi-repro /aside; ln -s /oldroot${shore} /var/cache/wolfi-repro`, 'true'],
      repository: { address: 'https://lab.example/x', path: bait },
      end: 'unsupported',
      names: /replaced a folder that the sandbox mounts/,
    },
    {
      name: 'put a link in the place of the output folder',
      steps: [`rm -rf melange-out; ln -s ${bait} melange-out`],
      end: 'unsupported',
    },
    {
      name: 'put a link in the place of the output folder before a subpackage',
      steps: [`rm -rf melange-out; ln -s ${shore} melange-out`],
      subpackage: 'true',
      end: 'unsupported',
    },
    {
      name: 'name a licence file behind a link',
      steps: [`ln -s ${bait} behind`],
      licensePath: 'behind/secret',
      end: 'built',
      holds: ({ licenses }) => assert.deepEqual(licenses, []),
    },
    {
      name: 'name a licence file that is a link',
      steps: [`ln -s ${secret} LICENSE`],
      licensePath: 'LICENSE',
      end: 'built',
      holds: ({ licenses }) => assert.deepEqual(licenses, []),
    },
    {
      name: 'leave a hard link to a file of the machine',
      steps: [
        escaped('ln /usr/bin/env melange-out/victim/env'),
        escaped(`ln /etc/ld.so.cache melange-out/victim/c`),
      ],
      end: 'built',
      holds: ({ entries }) => assert.deepEqual(entries, []),
    },
    {
      name: 'fork endlessly',
      steps: ['f() { f | f & }; f; sleep 30'],
      limits: { processes: 200 },
      end: 'build-limit',
      names: /processes/,
    },
    {
      name: 'start more than their share',
      steps: ['for i in $(seq 400); do sleep 30 & done; wait'],
      limits: { processes: 200 },
      end: 'build-limit',
      names: /processes/,
    },
    {
      name: 'write one large file',
      steps: ['head -c 100M /dev/zero >large'],
      limits: { diskBytes: 32 * mebibyte },
      end: 'build-limit',
      names: /disk/,
    },
    {
      name: 'fill the disk with many files',
      steps: ['for i in $(seq 12); do head -c 8M /dev/zero >$i; sleep 0.05; done; sleep 30'],
      limits: { diskBytes: 32 * mebibyte },
      end: 'build-limit',
      names: /disk/,
    },
    {
      name: 'fill the disk outside the workspace, over two steps',
      steps: ['head -c 20M /dev/zero >/var/tmp/one', 'head -c 20M /dev/zero >/opt; sleep 30'],
      limits: { diskBytes: 32 * mebibyte },
      end: 'build-limit',
      names: /disk/,
    },
    {
      name: 'fill the disk with files that have no name',
      steps: ['exec 5>a 6>b; rm a b; head -c 30M /dev/zero >&5; head -c 30M /dev/zero >&6; sleep 30'],
      limits: { diskBytes: 32 * mebibyte },
      end: 'build-limit',
      names: /disk/,
    },
    {
      name: 'leave files full of holes',
      steps: ['for i in $(seq 10); do truncate -s 16M melange-out/victim/$i; done'],
      limits: { diskBytes: 32 * mebibyte },
      end: 'build-limit',
      names: /disk/,
    },
    {
      name: 'take memory',
      steps: [perl('$x = "a" x 600_000_000; sleep 30')],
      limits: { memoryBytes: 200 * mebibyte },
      end: 'build-limit',
      names: /memory/,
    },
    {
      name: 'take memory through files in memory',
      steps: ['head -c 400M /dev/zero >/dev/shm/x; sleep 30'],
      limits: { memoryBytes: 200 * mebibyte },
      end: 'build-limit',
      names: /memory/,
    },
    {
      name: 'sleep for ever',
      steps: ['sleep 60'],
      limits: { stepSeconds: 1 },
      end: 'build-limit',
      names: /time/,
    },
    {
      name: 'compute for ever',
      steps: ['while :; do :; done'],
      limits: { processSeconds: 1, stepSeconds: 30 },
      end: 'build-limit',
      names: /time/,
    },
    {
      name: 'stop the first process of the sandbox',
      steps: [`perl -e 'syscall(101, 16, 1, 0, 0) == 0 or kill "STOP", 1; sleep 30'`],
      limits: { stepSeconds: 1 },
      end: 'build-limit',
      names: /time/,
    },
    {
      name: 'outlive the build',
      steps: [
        `setsid nohup sleep ${sleeper} >/dev/null 2>&1 &
         (trap '' HUP TERM INT; exec setsid sh -c 'sleep ${sleeper} & sleep ${sleeper}') &
         echo begun`,
      ],
      end: 'built',
      holds: ({ log }) => assert.match(log, /begun/),
    },
    {
      name: 'outlive their step',
      steps: [
        `(trap '' HUP TERM; exec setsid sleep ${sleeper}) >/dev/null 2>&1 & echo changed >melange-out/victim/file`,
        escaped('grep -lx sleep /proc/[0-9]*/comm'),
        // A name that a step left open in the background would let it change what is captured.
        `(exec setsid sh -c 'sleep 0.2; while :; do echo late >melange-out/victim/file; done') >/dev/null 2>&1 &`,
      ],
      end: 'built',
      holds: ({ entries }) => assert.deepEqual(entries, ['victim file file 644 0:0']),
    },
    {
      name: 'have the first process of the sandbox act without the filter of system calls',
      steps: [
        escaped('grep -L "^Seccomp:.2" /proc/[0-9]*/status | grep .'),
        escaped('grep -h CapEff /proc/1/status | grep -i "[1-9a-f]......$"'),
      ],
      end: 'built',
    },
    {
      name: 'learn who and what the machine is',
      steps: [
        escaped(`test "$(uname -n)" != localhost`),
        escaped(`test "$(cat /proc/sys/kernel/hostname)" != localhost`),
        escaped('grep -q . /proc/cmdline /proc/interrupts /proc/iomem /proc/key-users'),
        escaped(`grep -v ":/$" /proc/self/cgroup`),
        escaped('ls /sys/fs/cgroup/* /sys/class /sys/firmware /sys/kernel'),
        escaped('tail -n +2 /proc/sysvipc/shm | grep -q .'),
        escaped('dmesg | grep -q .'),
      ],
      end: 'built',
    },
    {
      name: 'set the clock',
      steps: [
        escaped('date -s 2001-01-01'),
        escaped(perl('exit syscall(164, pack("qq", 0, 0), 0) == 0 ? 0 : 1')),
      ],
      end: 'built',
    },
    {
      name: 'take away a folder that is mounted over, or one above it',
      steps: ['/home', '/home/build', '/sys', '/proc', '/dev'].map((path) =>
        escaped(perl(`exit(rename("${path}", "/aside") || rmdir("${path}") ? 0 : 1)`)),
      ),
      end: 'built',
    },
    {
      name: 'have a pipe read as a licence',
      steps: ['mkfifo LICENSE melange-out/victim/pipe'],
      licensePath: 'LICENSE',
      end: 'built',
      holds: ({ licenses, entries }) => {
        assert.deepEqual(licenses, []);
        assert.deepEqual(entries, ['victim pipe fifo 644 0:0']);
      },
    },
    {
      name: 'steer a terminal by what they say',
      steps: [`printf '\x1b]0;owned\x07\x1b[2J\\r\\n'; exit 3`],
      end: 'step-failed',
    },
    {
      name: 'end the sandbox with a status of their own making',
      steps: [
        // Where bubblewrap tells of the end of a step, and where the shell around it would.
        escaped(`echo '{"exit-code": 0}' >&4`),
        escaped(`echo '{"exit-code": 0}' >/proc/1/fd/4`),
        escaped(`echo '{"exit-code": 0}' >/proc/1/fd/6`),
        `echo '{ "exit-code": 0 }'; kill -KILL 1; exit 9`,
      ],
      end: 'step-failed',
      names: /exit status 9/,
    },
    {
      name: 'gain rights by set-user-id',
      runAs: 'build',
      steps: [
        'test "$(id -u)" = 1000',
        'grep -q "NoNewPrivs:.1" /proc/self/status',
        escaped('cp /usr/bin/id own && chmod 6755 own && test "$(./own -u)" != 1000'),
      ],
      end: 'built',
    },
    {
      name: 'mount',
      steps: [
        escaped('mount -t tmpfs none /tmp'),
        escaped('mount -t proc none /tmp'),
        escaped('mount --bind /usr /tmp'),
        escaped('mount -o remount,bind,rw /usr'),
        escaped('umount -l /proc/bus'),
        escaped('umount -l /usr'),
      ],
      end: 'built',
    },
    {
      name: 'make namespaces',
      steps: [
        ...['--user', '--mount', '--net', '--pid --fork'].map((kind) => escaped(`unshare ${kind} true`)),
        escaped('echo 100 >/proc/sys/user/max_user_namespaces'),
      ],
      end: 'built',
    },
    {
      name: 'make namespaces as another user',
      runAs: 'build',
      steps: [escaped('unshare --user true'), escaped('unshare --mount true')],
      end: 'built',
    },
    {
      name: 'make device nodes',
      steps: [escaped('mknod /tmp/sda b 8 0'), escaped('mknod melange-out/victim/null c 1 3')],
      end: 'built',
    },
    {
      name: 'set the machine’s kernel up again',
      steps: [
        // Opened and not written to, for the case that it works.
        escaped('(: >>/proc/sys/kernel/core_pattern)'),
        escaped('(: >>/proc/sys/vm/overcommit_memory)'),
        escaped('(: >>/proc/sysrq-trigger)'),
        `find /proc /sys -path '/proc/[0-9]*' -prune -o -type f -perm /222 -print | while read -r file; do
          (: >>"$file") 2>/dev/null && echo "ESCAPED $file"; done || true`,
        escaped('cat /proc/kcore /proc/keys /proc/kmsg /proc/timer_list | grep -q .'),
      ],
      end: 'built',
    },
    {
      name: 'type into the terminal of whoever runs the tool',
      steps: [
        escaped('(exec 7<>/dev/tty)'),
        escaped(
          `perl -e 'for $f (0..9) { open(F, "<&=", $f) or next; ioctl(F, 0x5412, my $c = "x") and exit 0 } exit 1'`,
        ),
      ],
      end: 'built',
    },
    {
      name: 'ask for a capability that reaches the machine',
      steps: ['true'],
      capabilities: ['CAP_SYS_MODULE'],
      end: 'unsupported',
    },
    {
      name: 'use CAP_SYS_ADMIN and CAP_SYS_RESOURCE beyond the sandbox',
      steps: [
        // Bits 21 and 24 of the effective set (linux/capability.h): given, else the rest would show nothing.
        'has=$(sed -n "s/^CapEff:[[:space:]]*/0x/p" /proc/self/status); [ $(( has >> 21 & 1 )) = 1 ]; [ $(( has >> 24 & 1 )) = 1 ]',
        ...['mount -t tmpfs none /mnt', 'mount --bind /tmp /mnt', 'umount /proc', 'umount -l /sys'].map(
          escaped,
        ),
        ...['unshare -m true', 'unshare -U true', 'unshare -n true', 'nsenter -t 1 -m true'].map(escaped),
        escaped('mount -o remount,rw /proc/sys'),
        escaped('(: >>/proc/sys/kernel/core_pattern)'),
        escaped('(: >>/proc/sys/user/max_user_namespaces)'),
        escaped('ulimit -H -u $(( $(ulimit -H -u) + 1 ))'),
        escaped('ulimit -H -c unlimited && ulimit -H -c | grep unlimited'),
        escaped('echo -1000 >/proc/self/oom_score_adj'),
        escaped('dmesg'),
        escaped('swapon /dev/zero'),
        // The name of the sandbox's own namespace; the machine keeps its own (the last test of this list).
        'hostname victim-renamed 2>/dev/null || true',
        escaped(`perl -e 'syscall(321, 0, 0, 0) >= 0 or exit 1'`),
        escaped(`perl -e 'syscall(304, -100, 0, 0) >= 0 or exit 1'`),
        'mkdir -p melange-out/victim; echo made >melange-out/victim/file',
      ],
      capabilities: ['CAP_SYS_ADMIN', 'CAP_SYS_RESOURCE'],
      end: 'built',
      holds: ({ caveats, entries }) => {
        assert.equal(caveats.filter((each) => /CAP_SYS_ADMIN and CAP_SYS_RESOURCE/.test(each)).length, 1);
        assert.deepEqual(entries, ['victim file file 644 0:0']);
        assert.equal(hostname(), machineName);
      },
    },
    {
      name: 'fail with CAP_SYS_ADMIN, which says nothing about the recipe',
      steps: ['mount -t tmpfs none /mnt'],
      capabilities: ['CAP_SYS_ADMIN'],
      end: 'unsupported',
      names: /CAP_SYS_ADMIN/,
    },
    {
      name: 'leave a socket',
      steps: [
        perl('socket(S, AF_UNIX, SOCK_STREAM, 0); bind(S, pack_sockaddr_un("melange-out/victim/so")) or die'),
      ],
      end: 'unsupported',
      names: /socket/,
      holds: ({ got }) => assert.equal(got, 'melange-out/victim/so'),
    },
    {
      name: 'drown the log',
      steps: ['head -c 150M /dev/zero | tr "\\0" x; echo the end'],
      limits: { logBytes: 50_000 },
      end: 'built',
      holds: ({ log, residentMib }) => {
        assert.ok(log.length <= 50_000, `${log.length}`);
        assert.ok(residentMib < 300, `${residentMib} MiB`);
      },
    },
    {
      name: 'make folders too deep to be named',
      steps: [perl(deep)],
      end: 'built',
    },
    {
      name: 'make an output folder too deep to be named',
      steps: [perl(`chdir "melange-out/victim"; ${deep}`)],
      end: 'build-limit',
      names: /path is too long/,
    },
    {
      name: 'shut the tool out of the workspace',
      steps: [
        'mkdir -p melange-out/victim/a/b; echo x >melange-out/victim/a/b/c; chmod 0 melange-out/victim/a',
      ],
      subpackage: 'touch melange-out/victim-dev/y',
      end: 'built',
      holds: ({ entries }) =>
        assert.deepEqual(entries, [
          'victim a directory 0 0:0',
          'victim a/b directory 755 0:0',
          'victim a/b/c file 644 0:0',
          'victim-dev y file 644 0:0',
        ]),
    },
    {
      name: 'give everything to another user and shut the tool out',
      steps: [
        'touch melange-out/victim/x; chown 1000:1000 melange-out . melange-out/victim/x; chmod 700 melange-out .',
      ],
      subpackage: 'touch melange-out/victim-dev/y',
      end: 'built',
      needsRange: true,
      holds: ({ entries }) =>
        assert.deepEqual(entries, ['victim x file 644 1000:1000', 'victim-dev y file 644 0:0']),
    },
  ];
}

const listed = new Map(
  identities.map((identity) => [
    identity,
    attempts(identity)
      .filter(({ needsRange }) => needsRange !== true || identity.ids === 'range')
      // Who has subordinate ids is kept apart as root is: by a range.
      .filter(oneIn(identity.uid !== 0 && identity.ids === 'range' ? 12 : 1)),
  ]),
);
const runs = new Map<Identity, Promise<BuildOutcome[]>>();

before(() => {
  for (const [identity] of listed) {
    if (cannotSandbox(identity) !== false) continue;
    const run = runBuilds(identity, 'bubblewrap', attemptsOf(identity));
    run.catch(() => undefined);
    runs.set(identity, run);
  }
});

/** Once the servers listen. */
function attemptsOf(identity: Identity): readonly Attempt[] {
  const names = new Set(listed.get(identity)!.map(({ name }) => name));
  return attempts(identity).filter(({ name }) => names.has(name));
}

for (const [identity, list] of listed) {
  describe(`steps ${identity.title}`, { skip: cannotSandbox(identity) }, () => {
    let outcomes: ReadonlyMap<string, BuildOutcome> = new Map();

    before(async () => {
      const ended = await runs.get(identity)!;
      outcomes = new Map(ended.map((outcome) => [outcome.name, outcome]));
    });

    for (const { name, end, names, holds } of list) {
      it(`${end === 'built' ? 'cannot' : `are ended as ${end} where they`} ${name}`, () => {
        const outcome = outcomes.get(name)!;
        const told = `${outcome.message}\n${outcome.got}\n${outcome.log.slice(-2000)}`;
        assert.equal(outcome.end, end, told);
        assert.doesNotMatch(outcome.log, /ESCAPED/, told);
        if (names !== undefined) assert.match(outcome.message, names);
        holds?.(outcome);
      });
    }

    it('leave nothing on the machine and nothing running', () => {
      assert.equal(contacts, 0);
      assert.deepEqual(readdirSync(shore), []);
      assert.deepEqual(readdirSync(bait).sort(), ['secret', 'shore']);
      assert.deepEqual(processesWith(sleeperOf(identity)), []);
      assert.ok(existsSync('/usr/bin/bwrap') && (statSync('/usr/bin/bwrap').mode & 0o022) === 0);
    });
  });
}
