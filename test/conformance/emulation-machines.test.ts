/** Machines with registered emulators of every kind, and with none: what a package for aarch64 and a native build meet there. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { probeProgram } from '../../src/execute/processor/architectures.ts';
import { processorHost } from '../../src/execute/processor/host.ts';
import { registrationLine } from '../../src/execute/processor/registrations.ts';
import { completeLimits } from '../../src/execute/sandbox/sandbox.ts';
import {
  argv0,
  cannotEmulate,
  cannotRebuild,
  emulator,
  helloShell,
  material,
  verify,
} from '../support/emulation.ts';
import { program } from '../support/lab.ts';
import { hideEmulators, inContainer, onMachine, withRegistrations } from '../support/machines.ts';
import { makeSmallGuest, runBuilds } from '../support/sandboxes.ts';
import { identities } from '../support/users.ts';
import { labOptions } from './lab-run.ts';

const asRoot = identities[0]!;

/** An emulator that no processor has: the line of another architecture. */
const armLine =
  ':arm:M:0:\\x7fELF\\x01\\x01\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x02\\x00\\x28\\x00::/bin/true:PF';
const lineWith = (flags: string) => registrationLine('aarch64', emulator ?? '/').replace(/PF$/, flags);

interface Row {
  readonly title: string;
  readonly lines: readonly string[];
  readonly script?: string;
  readonly end: 'reproduced' | 'architecture-unavailable';
  readonly says?: RegExp;
}

/** As in a changed root, where only what the machine has registered counts. */
const rows: readonly Row[] = [
  { title: 'nothing', lines: [], end: 'architecture-unavailable', says: /nothing is registered for aarch64/ },
  { title: 'qemu with P and F', lines: [lineWith('PF')], end: 'reproduced' },
  { title: 'qemu with P, F, O and C', lines: [lineWith('POCF')], end: 'reproduced' },
  {
    title: 'qemu without P',
    lines: [lineWith('F')],
    end: 'architecture-unavailable',
    says: /lacks the flag P/,
  },
  {
    title: 'qemu without F',
    lines: [lineWith('P')],
    end: 'architecture-unavailable',
    says: /lacks the flag F/,
  },
  {
    title: 'an emulator of arm alone',
    lines: [armLine],
    end: 'architecture-unavailable',
    says: /nothing is registered/,
  },
  {
    title: 'qemu, switched off',
    lines: [lineWith('PF')],
    script: 'echo 0 > aarch64',
    end: 'architecture-unavailable',
    says: /nothing is registered/,
  },
  {
    title: 'qemu, with all of binfmt_misc switched off',
    lines: [lineWith('PF')],
    script: 'echo 0 > status',
    end: 'architecture-unavailable',
    says: /nothing is registered/,
  },
  {
    title: 'a program that emulates nothing',
    lines: [lineWith('PF').replace(emulator ?? '/', '/bin/true')],
    end: 'architecture-unavailable',
    says: /does not run under the registered emulator/,
  },
];

const cannotRegister =
  cannotRebuild || asRoot.skip || (existsSync('/usr/bin/newuidmap') ? false : 'newuidmap is not installed');
const inChroot = ['--sandbox', 'chroot', '--trust-recipe'];

describe('in a changed root, where a machine has registered', { skip: cannotRegister }, () => {
  for (const { title, lines, script, end, says } of rows) {
    it(`${title}: ${end}`, () => {
      const prefix = withRegistrations(material, lines, script);
      const found = verify(prefix, asRoot, [...inChroot, argv0]);
      assert.equal(found.reason ?? found.verdict, end, JSON.stringify(found));
      if (end === 'reproduced') assert.equal(found.emulation?.registered, 'on-machine');
      if (says !== undefined) assert.match(found.failure?.got ?? '', says);
    });
  }
});

describe('without an emulator', { skip: cannotRegister }, () => {
  const hidden = onMachine(hideEmulators);
  for (const [title, argv] of [
    ['the sandbox', []],
    ['a changed root', inChroot],
    ['the engine melange', ['--engine', 'melange', '--melange', '/bin/true']],
    ['both engines', ['--engine', 'both', '--melange', '/bin/true']],
  ] as const) {
    it(`${title} starts no step and names the command that helps`, () => {
      const found = verify(hidden, asRoot, [...argv, helloShell]);
      assert.equal(found.reason, 'architecture-unavailable', JSON.stringify(found));
      assert.equal(found.emulation, undefined);
    });
  }

  it('doctor says so', () => {
    const line = [
      ...hidden,
      process.execPath,
      program,
      'doctor',
      '--format',
      'json',
      '--cache',
      join(material, 'doctor'),
    ];
    const { stdout, status } = spawnSync(line[0]!, line.slice(1), { encoding: 'utf8' });
    const { found } = JSON.parse(stdout) as { found: { what: string; state: string; remedy?: string }[] };
    const aarch64 = found.find(({ what }) => what === 'aarch64');
    assert.equal(aarch64?.state, 'lesser');
    assert.match(aarch64?.remedy ?? '', /qemu-user-static|qemu-aarch64/);
    assert.equal(status, 0);
  });
});

describe('a native build on a machine with registered emulators', { skip: cannotRegister }, () => {
  const outcomeIn = async (sandbox: 'bubblewrap' | 'chroot') => {
    const guest = makeSmallGuest(['mkdir']);
    const program = join(guest, 'bin/foreign');
    writeFileSync(program, probeProgram('aarch64'));
    chmodSync(program, 0o755);
    try {
      const wrapper = withRegistrations(material, [lineWith('PF')]);
      const steps = ['/bin/foreign || echo "status $?"'];
      const [outcome] = await runBuilds(asRoot, sandbox, [{ name: 'foreign', steps }], {
        environment: guest,
        wrapper,
      });
      return outcome!;
    } finally {
      rmSync(guest, { recursive: true, force: true });
    }
  };

  it('cannot run a program of another architecture', async () => {
    const { log, caveats } = await outcomeIn('bubblewrap');
    assert.match(log, /status 126/);
    assert.deepEqual(caveats, []);
  });

  it('says so where a changed root cannot prevent it', async () => {
    const { log, caveats } = await outcomeIn('chroot');
    assert.match(log, new RegExp(`status ${'/'.charCodeAt(0)}`));
    assert.ok(
      caveats.some((caveat) => caveat.includes('other architectures')),
      caveats.join('\n'),
    );
  });
});

describe('the program that is tried', { skip: cannotEmulate }, () => {
  const host = processorHost(() => join(material, 'runs'), labOptions().machine.ids);
  it('runs under qemu, with its name', async () => {
    mkdirSync(join(material, 'runs'), { recursive: true });
    assert.equal(await host.testOwnFormats('aarch64', emulator!), 'runs');
  });

  it('shows an emulator that does not run it, and one that the kernel does not take', async () => {
    assert.equal(await host.testOwnFormats('aarch64', '/bin/true'), 'fails');
    assert.equal(await host.testOwnFormats('aarch64', '/nonexistent'), 'not-registered');
  });
});

it('where user namespaces are forbidden, a foreign package is as unavailable as a native one', {
  skip: cannotRebuild || asRoot.skip,
}, () => {
  const prefix = inContainer('echo 0 >/proc/sys/user/max_user_namespaces');
  const found = verify(prefix, { ...asRoot, prefix: [] }, [helloShell]);
  assert.equal(found.reason, 'sandbox-unavailable', JSON.stringify(found));
});

it('limits are wider under emulation, but for those that the user set', () => {
  const { native, emulated } = completeLimits({ stepSeconds: 60, memoryBytes: 1024 });
  assert.deepEqual([native.stepSeconds, emulated.stepSeconds], [60, 60]);
  assert.deepEqual([native.memoryBytes, emulated.memoryBytes], [1024, 1024]);
  assert.equal(emulated.processSeconds, 30 * native.processSeconds);
  assert.equal(emulated.processes, 2 * native.processes);
  assert.equal(emulated.diskBytes, native.diskBytes);
});
