/** The sandbox on machines that lack something: the same packages come out, or the verdict names what is missing. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { BuildCase, BuildOutcome } from '../support/build-run.ts';
import {
  asContainersRoot,
  breakMapProgram,
  firstOfContainer,
  forbidNamespaces,
  inContainer,
  maskProc,
  mountOverlay,
  onMachine,
  withoutPower,
} from '../support/machines.ts';
import { cannotSandbox, folderOf, makeSmallGuest, runBuilds } from '../support/sandboxes.ts';
import { identities } from '../support/users.ts';

const [asRoot, asUser, asNamedUser] = identities as [
  (typeof identities)[number],
  (typeof identities)[number],
  (typeof identities)[number],
];
const mebibyte = 1024 ** 2;
const material = mkdtempSync('/var/tmp/wolfi-repro-machine-');
chmodSync(material, 0o755);
after(() => rmSync(material, { recursive: true, force: true }));

const plain: BuildCase = {
  name: 'plain',
  steps: [
    'mkdir melange-out/victim/d; echo text >melange-out/victim/d/file',
    'touch /etc/changed /var/tmp/new',
  ],
};
const plainEntries = ['victim d directory 755 0:0', 'victim d/file file 644 0:0'];

function assertBuilt(outcome: BuildOutcome): void {
  assert.equal(outcome.end, 'built', `${outcome.message}\n${outcome.got}`);
}

for (const identity of [asRoot, asUser]) {
  describe(`a sandbox ${identity.title}`, { skip: cannotSandbox(identity) }, () => {
    it('copies the environment where an overlay is refused', { skip: asRoot.skip }, async () => {
      const folder = folderOf(identity);
      const wrapper = onMachine(mountOverlay, folder, String(identity.uid));
      const layered = `grep -q ' / overlay .*lowerdir=lower,' /proc/mounts && echo LAYERED || true`;
      const cases = [{ ...plain, steps: [...plain.steps, layered, 'test -e /etc/changed'] }, plain];
      const directory = join(folder, 'over');
      mkdirSync(directory);
      try {
        for (const outcome of await runBuilds(identity, 'bubblewrap', cases, { wrapper, directory })) {
          assertBuilt(outcome);
          assert.deepEqual(outcome.entries, plainEntries);
          assert.deepEqual(outcome.caveats, []);
          assert.doesNotMatch(outcome.log, /LAYERED/);
        }
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    });

    it('hands no descriptor on that was left open', async () => {
      const file = join(material, 'open');
      writeFileSync(file, 'a secret\n');
      const wrapper = ['bash', '-c', 'exec 5<"$0" 9<"$0" 40<"$0" 300<"$0"; exec "$@"', file];
      const steps = [
        'for fd in 5 9 40 300; do cat <&$fd && readlink /proc/self/fd/$fd; done 2>/dev/null || true',
      ];
      const [outcome] = await runBuilds(identity, 'bubblewrap', [{ name: 'open', steps }], { wrapper });
      assertBuilt(outcome!);
      assert.doesNotMatch(outcome!.log, /secret|wolfi-repro-machine/);
    });

    it('hands no variable on', async () => {
      const wrapper = ['env', 'SECRET_OF_THE_MACHINE=a', 'SSH_AUTH_SOCK=/tmp/agent'];
      const steps = [
        `cat /proc/[0-9]*/environ 2>/dev/null | tr '\\0' '\\n' | grep -E '^(SECRET|SSH|HOME|USER|LD_)' || true`,
      ];
      const [outcome] = await runBuilds(identity, 'bubblewrap', [{ name: 'variables', steps }], { wrapper });
      assertBuilt(outcome!);
      assert.doesNotMatch(outcome!.log, /SECRET|agent|^(HOME|USER|LD_)/m);
    });

    it('ends a build that takes all files that the file system has', { skip: asRoot.skip }, async () => {
      const folder = folderOf(identity);
      const directory = join(folder, 'few');
      mkdirSync(directory);
      const few = onMachine(
        'mount -t tmpfs -o nr_inodes=20000,mode=755 none "$1" && chown "$2:$2" "$1"',
        directory,
        String(identity.uid),
      );
      const steps = [`perl -e 'for (1..30000) { open(F, ">", $_) } sleep 30'`];
      try {
        const [outcome] = await runBuilds(identity, 'bubblewrap', [{ name: 'files', steps }], {
          wrapper: few,
          directory,
        });
        assert.equal(outcome!.end, 'build-limit', outcome!.message);
        assert.match(outcome!.message, /disk/);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    });

    it('gives steps the same umask and modes whatever the caller’s umask', async () => {
      for (const umask of ['077', '000']) {
        const wrapper = ['sh', '-c', `umask ${umask}; exec "$@"`, 'sh'];
        const steps = [
          ...plain.steps,
          'ls -ldU . melange-out melange-out/victim .config .melange.gcc.spec; umask',
        ];
        const [outcome] = await runBuilds(identity, 'bubblewrap', [{ name: umask, steps }], { wrapper });
        assertBuilt(outcome!);
        assert.deepEqual(outcome!.entries, plainEntries);
        const modes = [...outcome!.log.matchAll(/^[-d][-rwx]{9}/gm)].map(([mode]) => mode);
        assert.deepEqual(modes, ['drwx------', 'drwxr-xr-x', 'drwxr-xr-x', 'drwxr-xr-x', '-rw-r--r--']);
        assert.match(outcome!.log, /^0022$/m);
      }
    });

    it('lets steps open their output by name', async () => {
      const steps = ['echo first >/dev/stderr; echo second >/dev/stdout; echo third >>/proc/self/fd/2'];
      const [outcome] = await runBuilds(identity, 'bubblewrap', [{ name: 'output', steps }]);
      assertBuilt(outcome!);
      assert.match(outcome!.log, /first\nsecond\nthird/);
    });

    it('distinguishes a guest without a shell from a failed step', async () => {
      const environment = join(material, `empty-${identity.uid}`);
      for (const name of ['home/build', 'dev', 'proc', 'sys', 'var/cache/melange']) {
        mkdirSync(join(environment, name), { recursive: true });
      }
      const [outcome] = await runBuilds(identity, 'bubblewrap', [plain], { environment });
      assert.equal(outcome!.end, 'environment-invalid', outcome!.message);
    });
  });
}

describe('a sandbox without a control group', {
  skip: cannotSandbox(asRoot),
}, () => {
  it('keeps the bounds by looking', async () => {
    const wrapper = onMachine(
      'umount -l /sys/fs/cgroup 2>/dev/null || true; mount -t tmpfs none /sys/fs/cgroup',
    );
    const limits = { processes: 200, memoryBytes: 200 * mebibyte };
    const outcomes = await runBuilds(
      asRoot,
      'bubblewrap',
      [
        { name: 'processes', steps: ['for i in $(seq 400); do sleep 30 & done; wait'], limits },
        { name: 'memory', steps: [`perl -e '$x = "a" x 600_000_000; sleep 30'`], limits },
        { name: 'memory', steps: ['head -c 400M /dev/zero >/dev/shm/x; sleep 30'], limits },
      ],
      { wrapper },
    );
    for (const { name, end, message } of outcomes) {
      assert.equal(end, 'build-limit', message);
      assert.ok(message.endsWith(name), message);
    }
  });
});

describe('root of the machine', { skip: asRoot.skip || cannotSandbox(asRoot) }, () => {
  const whoami =
    'cat /proc/self/uid_map /proc/self/gid_map; touch melange-out/victim/x; chown 1000:7 melange-out/victim/x';
  const owned = ['victim x file 644 1000:7'];

  it('is not root of the build, whose files have the owners that steps gave them', async () => {
    const [outcome] = await runBuilds(asRoot, 'bubblewrap', [
      { name: 'ids', steps: [whoami], network: 'host' },
    ]);
    assertBuilt(outcome!);
    assert.deepEqual(outcome!.entries, owned);
    const outer = [...outcome!.log.matchAll(/^ +0 +(\d+) /gm)].map(([, id]) => Number(id));
    assert.equal(outer.length, 2);
    assert.ok(
      outer.every((id) => id > 65_536),
      outcome!.log,
    );
  });

  it('takes no ids that somebody was given', async () => {
    const granted = join(material, 'subuid');
    writeFileSync(granted, `somebody:${0x70000000 - 5}:10\n`);
    const wrapper = onMachine('mount --bind "$1" /etc/subuid', granted);
    const [outcome] = await runBuilds(asRoot, 'bubblewrap', [{ name: 'ids', steps: [whoami] }], { wrapper });
    assertBuilt(outcome!);
    assert.match(outcome!.log, new RegExp(`^ +0 +${0x70000000 + 5} `, 'm'));
  });

  it('lends ids of a container, where that has enough', {
    skip: existsSync('/usr/bin/newuidmap') ? false : 'newuidmap is not installed',
  }, async () => {
    const identity = { ...asRoot, uid: firstOfContainer, prefix: asContainersRoot(material) };
    const [outcome] = await runBuilds(identity, 'bubblewrap', [{ name: 'ids', steps: [whoami] }]);
    assertBuilt(outcome!);
    assert.deepEqual(outcome!.entries, owned);
    assert.match(outcome!.log, /^ +0 +1 +1$/m);
  });

  it('builds in a folder of its own, which stays as it is', async () => {
    const environment = makeSmallGuest(['cat', 'touch']);
    writeFileSync(join(environment, 'etc/secret'), 'of root\n', { mode: 0o600 });
    const steps = ['cat /etc/secret; touch /etc/changed melange-out/victim/x'];
    const [outcome] = await runBuilds(asRoot, 'bubblewrap', [{ name: 'own', steps }], { environment });
    assertBuilt(outcome!);
    assert.match(outcome!.log, /of root/);
    assert.equal(existsSync(join(environment, 'etc/changed')), false);
    assert.equal(statSync(join(environment, 'etc/secret')).uid, 0);
    rmSync(environment, { recursive: true });
  });

  it('is root of the build where it lacks the power to lend ids, and then gives no network', async () => {
    const outcomes = await runBuilds(
      asRoot,
      'bubblewrap',
      [
        { name: 'ids', steps: [whoami] },
        { name: 'network', steps: [whoami], network: 'host' },
      ],
      { wrapper: withoutPower },
    );
    assertBuilt(outcomes[0]!);
    assert.deepEqual(outcomes[0]!.entries, owned);
    assert.match(outcomes[0]!.log, /^ +0 +0 +1$/m);
    assert.equal(outcomes[1]!.end, 'sandbox-unavailable', outcomes[1]!.message);
  });
});

describe('a sandbox whose subordinate ids are refused', { skip: cannotSandbox(asNamedUser) }, () => {
  let outcomes: readonly BuildOutcome[] = [];

  before(async () => {
    const wrapper = onMachine(breakMapProgram, material);
    const chown = { name: 'chown', steps: ['touch melange-out/victim/x; chown 1000 melange-out/victim/x'] };
    outcomes = await runBuilds(asNamedUser, 'bubblewrap', [plain, chown], { wrapper });
  });

  it('builds what needs none', () => {
    assertBuilt(outcomes[0]!);
    assert.deepEqual(outcomes[0]!.entries, plainEntries);
  });

  it('says so where a recipe needs them', () => assert.equal(outcomes[1]!.end, 'ids-unavailable'));
});

describe('a sandbox in a container', { skip: cannotSandbox(asUser) }, () => {
  // Root of the container owns nothing outside of it.
  const container = { ...asUser, prefix: [...asUser.prefix, ...inContainer(':')] };

  it('is made where the container grants namespaces of its own', async () => {
    const [outcome] = await runBuilds(container, 'bubblewrap', [plain]);
    assertBuilt(outcome!);
    assert.deepEqual(outcome!.entries, plainEntries);
  });

  for (const [what, script] of [
    ['namespaces are forbidden', forbidNamespaces],
    ['/proc is masked', maskProc],
  ] as const) {
    it(`says nothing about the package where ${what}`, async () => {
      const identity = { ...asUser, prefix: [...asUser.prefix, ...inContainer(script)] };
      const [outcome] = await runBuilds(identity, 'bubblewrap', [plain]);
      assert.equal(outcome!.end, 'sandbox-unavailable', outcome!.message);
      assert.notEqual(outcome!.got, '');
    });
  }
});

describe('a guest with settings for git of its own', {
  skip: existsSync('/usr/bin/git') ? cannotSandbox(asRoot) : 'git is not installed',
}, () => {
  const repository = { address: 'https://lab.example/project', path: join(material, 'project') };

  before(() => {
    const git = (...argv: readonly string[]) =>
      execFileSync('git', argv, {
        stdio: 'ignore',
        env: { PATH: process.env['PATH'], HOME: '/nonexistent' },
      });
    git('init', '-q', repository.path);
    const author = ['-c', 'user.name=A', '-c', 'user.email=a@lab.example'];
    git('-C', repository.path, ...author, 'commit', '-q', '--allow-empty', '-m', 'first');
    // Shut to everybody but its owner.
    chmodSync(repository.path, 0o700);
  });

  const own = '[user]\n\tname = Own';
  for (const [what, guest] of [
    ['keeps them', { 'etc/gitconfig': own }],
    ['keeps them behind a link', { 'etc/gitconfig': '-> settings/git', 'etc/settings/git': own }],
    ['gets ours where a link leads nowhere', { 'etc/gitconfig': '-> /opt/none' }],
    ['gets ours where it has none', {}],
  ] as const) {
    it(`${what}, and clones from the repository that the user named`, async () => {
      const steps = [
        `git clone -q ${repository.address} copy && git -C copy log --format=%s; git config user.name || true`,
      ];
      const [outcome] = await runBuilds(asRoot, 'bubblewrap', [{ name: 'git', steps, guest, repository }]);
      assertBuilt(outcome!);
      assert.match(outcome!.log, /^first$/m);
      assert.equal(/^Own$/m.test(outcome!.log), JSON.stringify(guest).includes('Own'));
    });
  }
});
