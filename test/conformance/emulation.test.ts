/** Packages for aarch64 on a machine of another architecture, with registrations of every kind, each made for the test alone. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { architectureOfMachine, probeProgram } from '../../src/execute/processor/architectures.ts';
import { findEmulator } from '../../src/execute/processor/emulator.ts';
import { processorHost } from '../../src/execute/processor/host.ts';
import { registrationLine } from '../../src/execute/processor/registrations.ts';
import { completeLimits } from '../../src/execute/sandbox/sandbox.ts';
import { goldens, lab, root, sharedLab } from '../support/lab.ts';
import { labEnvironment, lacksForeignEnvironment } from '../support/lab-environment.ts';
import { hideEmulators, inContainer, onMachine, withRegistrations } from '../support/machines.ts';
import { putTogether, takeApart } from '../support/parts.ts';
import { cannotSandbox, folderOf, makeSmallGuest, runBuilds } from '../support/sandboxes.ts';
import { packedSources } from '../support/sources.ts';
import { type Identity, identities } from '../support/users.ts';
import { assertReproduced, labOptions, optionsOf, verifyGoldens } from './lab-run.ts';

const [asRoot, asUser, asNamedUser] = identities as [Identity, Identity, Identity];
const main = join(root, '.build/src/cli/main.js');
const foreignLab = join(lab, 'aarch64');
const foreign = goldens(foreignLab);
const helloShell = join(foreignLab, 'repository/v0.59.1/aarch64/hello-shell-1.4.2-r3.apk');
const argv0 = join(foreignLab, 'repository/v0.59.1/aarch64/argv0-1.0.0-r0.apk');
const emulator = findEmulator('aarch64').static;
const material = mkdtempSync('/var/tmp/wolfi-repro-emulation-');
after(() => rmSync(material, { recursive: true, force: true }));

const isNative = architectureOfMachine(process.arch) === 'x86_64';
const cannotEmulate: string | false =
  cannotSandbox(asUser) ||
  (isNative ? false : 'the machine is not x86_64') ||
  (emulator === undefined ? 'qemu-user-static is not installed' : false) ||
  ((await hasOwnFormats())
    ? false
    : 'the kernel gives a user namespace no binfmt_misc of its own (before 6.7)');
const cannotRebuild = cannotEmulate || lacksForeignEnvironment(helloShell, argv0);

async function hasOwnFormats(): Promise<boolean> {
  if (process.platform !== 'linux' || cannotSandbox(asUser) !== false) return false;
  return processorHost(() => join(material, 'runs'), labOptions().machine.ids).mountsOwnFormats();
}

interface Judged {
  readonly verdict: string;
  readonly reason?: string;
  readonly failure?: { readonly got?: string };
  readonly emulation?: { readonly program: string; readonly version: string; readonly registered: string };
  readonly caveats: readonly string[];
}

function verify(prefix: readonly string[], identity: Identity, argv: readonly string[]): Judged {
  const cache = folderOf(identity);
  try {
    const line = [...prefix, ...identity.prefix, process.execPath, main, 'verify', '--format', 'json'];
    const known = ['--cache', cache, '--key', join(lab, 'lab.rsa.pub'), '--repository', labEnvironment ?? ''];
    const { stdout, stderr } = spawnSync(line[0]!, [...line.slice(1), ...known, ...argv], {
      cwd: '/',
      encoding: 'utf8',
    });
    assert.notEqual(stdout, '', stderr);
    return (JSON.parse(stdout) as { packages: readonly [Judged] }).packages[0];
  } finally {
    rmSync(cache, { recursive: true, force: true });
  }
}

describe('goldens for aarch64', {
  skip: cannotRebuild || lacksForeignEnvironment(...foreign.map(({ file }) => join(foreignLab, file))),
  concurrency: false,
}, () => {
  it('come out reproduced, and each says what ran it', async () => {
    for (const signed of [true, false]) {
      const group = foreign.filter((golden) => golden.signed === signed && golden.sourceDir === undefined);
      const judged = await verifyGoldens(group, foreignLab, labOptions({ allowUnsigned: !signed }));
      assert.ok(judged.length > 0);
      for (const [, result] of judged) {
        assertReproduced(result, signed ? 'valid' : 'unsigned');
        assert.equal(result.emulation?.architecture, 'aarch64');
        assert.match(result.emulation?.version ?? '', /^\d/);
      }
    }
  });

  it('come out reproduced with what lay beside the recipe', async () => {
    const group = foreign.filter(({ sourceDir }) => sourceDir !== undefined);
    assert.ok(group.length > 0);
    const options = labOptions(optionsOf(group[0]!, foreignLab));
    for (const [, result] of await verifyGoldens(group, foreignLab, options))
      assertReproduced(result, 'valid');
  });
});

const theirs = sharedLab === undefined ? undefined : join(sharedLab, 'aarch64');
describe('goldens for aarch64 whose recipes carry melange’s own pipelines', {
  skip:
    cannotRebuild ||
    (theirs === undefined || !existsSync(theirs) ? 'the larger lab is not beside the checkout' : false),
}, () => {
  it('come out reproduced', async () => {
    const known = new Set(foreign.map(({ file }) => file));
    const group = goldens(theirs).filter(({ file }) => !known.has(file));
    const { cache, mirror } = packedSources();
    const options = labOptions({ sourceCaches: [cache], sourceMirrors: [mirror] });
    for (const [, result] of await verifyGoldens(group, theirs!, options)) assertReproduced(result, 'valid');
  });
});

describe('a package for aarch64', { skip: cannotRebuild }, () => {
  for (const identity of [asRoot, asUser, asNamedUser]) {
    it(`is reproduced ${identity.title}`, { skip: cannotSandbox(identity) }, () => {
      const found = verify([], identity, [helloShell]);
      assert.equal(found.verdict, 'reproduced', JSON.stringify(found));
      assert.equal(found.emulation?.registered, 'in-sandbox');
      assert.deepEqual(found.caveats, []);
    });
  }

  it('keeps the names of its programs', () => {
    const found = verify([], asRoot.skip === false ? asRoot : asUser, [argv0]);
    assert.equal(found.verdict, 'reproduced', JSON.stringify(found));
  });
});

describe('what differs under emulation', { skip: cannotRebuild }, () => {
  const identity = asRoot.skip === false ? asRoot : asUser;

  it('is not reproduced, and is to be confirmed on the real architecture', async () => {
    const { parts, packing } = await takeApart(readFileSync(helloShell));
    const changed = parts.data.map((entry) => {
      const content = Buffer.from(entry.content);
      if (entry.name.startsWith('usr/') && content.length > 0) content.fill('#', content.length - 1);
      return { ...entry, content };
    });
    const path = join(material, 'hello-shell-1.4.2-r3.apk');
    writeFileSync(path, await putTogether({ ...parts, data: changed }, packing));
    const found = verify([], identity, [path]);
    assert.equal(found.verdict, 'not-reproduced', JSON.stringify(found));
    assert.ok(
      found.caveats.some((caveat) => /^built under emulation \(qemu.*aarch64 machine$/.test(caveat)),
      found.caveats.join('\n'),
    );
  });

  it('is no verdict where a limit was exceeded', () => {
    const flint = join(foreignLab, 'repository/v0.59.1/aarch64/flint-0.9.12-r4.apk');
    const found = verify([], identity, ['--step-seconds', '1', flint]);
    assert.equal(found.reason, 'emulated', JSON.stringify(found));
    assert.equal(found.emulation?.registered, 'in-sandbox');
  });
});

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
      main,
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
