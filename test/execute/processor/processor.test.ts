import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sha256 } from '../../../src/digest.ts';
import {
  probeProgram,
  programHeader,
  type RebuiltArchitecture,
} from '../../../src/execute/processor/architectures.ts';
import { processorsOf } from '../../../src/execute/processor/host.ts';
import {
  describeEmulation,
  emulationCaveat,
  emulationOf,
  failureUnder,
  ownProcessor,
  type Processor,
  type ProcessorHost,
  processorCaveats,
  processorFor,
  type SelfTest,
} from '../../../src/execute/processor/processor.ts';
import type { Registration } from '../../../src/execute/processor/registrations.ts';
import type { SandboxKind } from '../../../src/execute/sandbox/sandbox.ts';
import { Failure, type FailureCode } from '../../../src/failure.ts';

/** A machine as a row of the table has it. */
interface Machine {
  readonly architecture?: RebuiltArchitecture;
  readonly registered?: readonly Registration[];
  readonly emulator?: 'static' | 'dynamic';
  readonly own?: SelfTest;
  readonly machine?: SelfTest;
}

const registration = (flags: string, architecture: RebuiltArchitecture = 'aarch64'): Registration => ({
  name: 'any',
  interpreter: '/opt/qemu',
  flags,
  match: { offset: 0, ...programHeader(architecture) },
});

function hostOf({
  architecture = 'x86_64',
  registered = [],
  emulator,
  own = 'runs',
  machine = 'runs',
}: Machine): ProcessorHost {
  const path = '/usr/bin/qemu-static';
  return {
    architecture,
    registrations: () => registered,
    findEmulator: () => ({
      static: emulator === 'static' ? path : undefined,
      dynamic: emulator === 'dynamic' ? path : undefined,
    }),
    identify: async (each) => ({
      path: each,
      program: each.slice(each.lastIndexOf('/') + 1),
      version: '7.2.22',
      sha256: sha256(Buffer.from(each)),
    }),
    probe: probeProgram,
    testOwnFormats: async () => own,
    testMachine: async () => machine,
    mountsOwnFormats: async () => own !== 'not-mounted',
    installCommand: (name) => `install ${name}`,
  };
}

function said(found: Processor | Failure): string {
  if (found instanceof Failure) return `${found.code}: ${found.got}; ${found.hint}`;
  if (found.kind === 'native') return found.runsForeign ? 'native, leaking' : 'native';
  return `emulated by ${found.emulator.program}, ${found.registered}`;
}

const modern: SandboxKind = 'bubblewrap';
const older = { own: 'not-mounted' } as const;

const rows: readonly (readonly [string, string, SandboxKind, Machine, RegExp])[] = [
  ['its own programs run natively', 'x86_64', modern, {}, /^native$/],
  ['an aarch64 machine runs its own natively', 'aarch64', modern, { architecture: 'aarch64' }, /^native$/],
  [
    'what the machine has registered is hidden',
    'x86_64',
    modern,
    { registered: [registration('PF')] },
    /^native$/,
  ],
  [
    'an older kernel cannot hide it',
    'x86_64',
    modern,
    { ...older, registered: [registration('PF')] },
    /^native, leaking$/,
  ],
  [
    'a changed root cannot hide it',
    'x86_64',
    'chroot',
    { registered: [registration('PF')] },
    /^native, leaking$/,
  ],
  ['an older kernel has nothing to hide', 'x86_64', modern, older, /^native$/],
  [
    'a static emulator is registered in the sandbox',
    'aarch64',
    modern,
    { emulator: 'static' },
    /^emulated by qemu-static, in-sandbox$/,
  ],
  [
    'the same for x86_64 on aarch64',
    'x86_64',
    modern,
    { architecture: 'aarch64', emulator: 'static' },
    /^emulated by qemu-static, in-sandbox$/,
  ],
  [
    'the sandbox’s own comes before the machine’s',
    'aarch64',
    modern,
    { emulator: 'static', registered: [registration('')] },
    /in-sandbox$/,
  ],
  [
    'nothing is there',
    'aarch64',
    modern,
    {},
    /^architecture-unavailable: there is no static qemu-aarch64; nothing is registered for aarch64 on this machine; install qemu-user-static/,
  ],
  [
    'an emulator needs libraries',
    'aarch64',
    modern,
    { emulator: 'dynamic' },
    /only one that needs libraries/,
  ],
  [
    'the kernel is older, nothing registered',
    'aarch64',
    modern,
    { ...older, emulator: 'static' },
    /older than 6\.7.*; use Linux 6\.7 or later, or register/,
  ],
  [
    'the kernel is older, registered with both flags',
    'aarch64',
    modern,
    { ...older, emulator: 'static', registered: [registration('POCF')] },
    /^emulated by qemu, on-machine$/,
  ],
  [
    'the kernel is older, registered without P',
    'aarch64',
    modern,
    { ...older, emulator: 'static', registered: [registration('OCF')] },
    /^architecture-unavailable: .*lacks the flag P/,
  ],
  [
    'the kernel is older, registered without F',
    'aarch64',
    modern,
    { ...older, emulator: 'static', registered: [registration('P')] },
    /lacks the flag F/,
  ],
  [
    'one of two registrations lacks a flag',
    'aarch64',
    modern,
    { ...older, registered: [registration('PF'), registration('F')] },
    /lacks the flag P/,
  ],
  [
    'another architecture is registered',
    'aarch64',
    modern,
    { ...older, registered: [registration('PF', 'x86_64')] },
    /nothing is registered for aarch64/,
  ],
  [
    'a changed root has the machine’s',
    'aarch64',
    'chroot',
    { emulator: 'static', registered: [registration('PF')] },
    /on-machine$/,
  ],
  [
    'a changed root has no other',
    'aarch64',
    'chroot',
    { emulator: 'static' },
    /^architecture-unavailable: nothing is registered/,
  ],
  [
    'a program under it loses its name',
    'aarch64',
    modern,
    { emulator: 'static', own: 'name-lost' },
    /does not learn the name/,
  ],
  [
    'a program under it does not run',
    'aarch64',
    modern,
    { emulator: 'static', own: 'fails' },
    /does not run under the emulator/,
  ],
  [
    'the kernel takes no emulator',
    'aarch64',
    modern,
    { emulator: 'static', own: 'not-registered' },
    /does not take the emulator/,
  ],
  [
    'the registered one loses the name',
    'aarch64',
    'chroot',
    { registered: [registration('PF')], machine: 'name-lost' },
    /under the registered emulator a program does not learn/,
  ],
  [
    'the registered one does not run',
    'aarch64',
    'chroot',
    { registered: [registration('PF')], machine: 'fails' },
    /does not run under the registered emulator/,
  ],
  ...['riscv64', 'armv7', 'ppc64le', 's390x', '386', 'noarch'].map(
    (name) =>
      [
        `${name} is not rebuilt`,
        name,
        modern,
        { emulator: 'static', registered: [registration('PF')] },
        new RegExp(`^architecture-unavailable: ${name};`),
      ] as const,
  ),
];

describe('what runs the programs of a package', () => {
  for (const [title, architecture, sandbox, machine, expected] of rows) {
    it(`${title}`, async () => {
      assert.match(said(await processorFor(architecture, sandbox, hostOf(machine))), expected);
    });
  }

  it('is found out once for each architecture', async () => {
    let tests = 0;
    const host: ProcessorHost = {
      ...hostOf({ emulator: 'static' }),
      testOwnFormats: async () => {
        tests += 1;
        return 'runs';
      },
    };
    const processors = processorsOf('bubblewrap', host);
    await Promise.all([processors('aarch64'), processors('aarch64'), processors('x86_64')]);
    assert.equal(tests, 1);
  });

  it('is a failure as a value where nothing can be tried', async () => {
    const refused = new Failure('sandbox-unavailable', 'no namespaces');
    const host: ProcessorHost = {
      ...hostOf({ emulator: 'static' }),
      testOwnFormats: () => Promise.reject(refused),
    };
    assert.equal(await processorsOf('bubblewrap', host)('aarch64'), refused);
  });
});

describe('under emulation', async () => {
  const emulated = (await processorFor('aarch64', 'bubblewrap', hostOf({ emulator: 'static' }))) as Processor;

  const codes: readonly (readonly [FailureCode, FailureCode])[] = [
    ['step-failed', 'emulated'],
    ['output-missing', 'emulated'],
    ['build-limit', 'emulated'],
    ['assertion-failed', 'assertion-failed'],
    ['network-required', 'network-required'],
    ['sandbox-unavailable', 'sandbox-unavailable'],
    ['cancelled', 'cancelled'],
  ];
  for (const [code, becomes] of codes) {
    it(`${code} is ${becomes}`, () => {
      const failure = new Failure(code, 'something', { got: 'text', expected: 'more' });
      const under = failureUnder(emulated, failure);
      assert.deepEqual([under.code, under.got, under.expected], [becomes, 'text', 'more']);
      assert.equal(failureUnder(ownProcessor, failure), failure);
    });
  }

  it('reports name the emulator, its version and its digest, and not where it lies', () => {
    const emulation = emulationOf(emulated)!;
    assert.equal('path' in emulation, false);
    assert.equal(emulationOf(ownProcessor), undefined);
    assert.match(describeEmulation(emulation), /^qemu-static 7\.2\.22, sha256 [0-9a-f]{64}$/);
    assert.match(emulationCaveat(emulation), /confirm the difference on an aarch64 machine/);
  });

  it('nothing weakens a build but what leaks', () => {
    assert.deepEqual(processorCaveats(emulated), []);
    assert.deepEqual(processorCaveats(ownProcessor), []);
    assert.equal(processorCaveats({ kind: 'native', runsForeign: true }).length, 1);
  });
});
