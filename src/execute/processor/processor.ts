/**
 * What runs the programs of a guest: the machine's own processor, or an emulator. One rule serves all sandboxes and engines, and is applied before
 * anything is downloaded.
 */
import { Failure, type FailureCode } from '../../failure.ts';
import { hasNamespaces, type SandboxKind } from '../sandbox/sandbox.ts';
import { type RebuiltArchitecture, rebuiltArchitecture, rebuiltArchitectures } from './architectures.ts';
import type { Emulator } from './emulator.ts';
import { handsOver, isRegistrable, neededFlags, type Registration } from './registrations.ts';

export type Processor =
  | {
      readonly kind: 'native';
      /** Whether steps can run programs of other architectures too, since nothing hides what the machine has registered. */
      readonly runsForeign: boolean;
    }
  | {
      readonly kind: 'emulated';
      readonly architecture: RebuiltArchitecture;
      readonly emulator: Emulator;
      /** Who registered the emulator: the sandbox for itself alone, or whoever set this machine up. */
      readonly registered: 'in-sandbox' | 'on-machine';
    };

/** Caveats about a build that come from what ran its programs. */
export function processorCaveats(processor: Processor): string[] {
  if (processor.kind === 'emulated' || !processor.runsForeign) return [];
  return ['steps could run programs of other architectures, which this machine hands to an emulator'];
}

/** What emulated a build, for reports; undefined where nothing did. */
export function emulationOf(processor: Processor): Emulation | undefined {
  if (processor.kind === 'native') return undefined;
  const { program, version, sha256 } = processor.emulator;
  return { architecture: processor.architecture, program, version, sha256, registered: processor.registered };
}

/** Where an emulator is registered, in words. */
export const registeredWords: Readonly<Record<Emulation['registered'], string>> = {
  'in-sandbox': 'in the sandbox alone',
  'on-machine': 'on this machine',
};

export interface Emulation extends Omit<Emulator, 'path'> {
  readonly architecture: RebuiltArchitecture;
  readonly registered: 'in-sandbox' | 'on-machine';
}

/** `qemu-aarch64-static 7.2.22, sha256 …`. */
export function describeEmulation({ program, version, sha256 }: Emulation): string {
  return `${program} ${version === '' ? 'of no version' : version}, sha256 ${sha256}`;
}

/** The caveat about a difference between bytes that were built under emulation. */
export function emulationCaveat(emulation: Emulation): string {
  return `built under emulation (${describeEmulation(emulation)}): confirm the difference on an ${emulation.architecture} machine`;
}

/** Failures of a build that the emulator may have caused: under emulation they say nothing about the package. */
const blamable: ReadonlySet<FailureCode> = new Set(['step-failed', 'output-missing', 'build-limit']);

/** The failure of a build, as far as it can be stated about programs that were emulated. */
export function failureUnder(processor: Processor, failure: Failure): Failure {
  const emulation = emulationOf(processor);
  if (emulation === undefined || !blamable.has(failure.code)) return failure;
  return new Failure('emulated', `${failure.message}, under emulation`, {
    ...(failure.expected === undefined ? {} : { expected: failure.expected }),
    ...(failure.got === undefined ? {} : { got: failure.got }),
    hint: `run it on an ${emulation.architecture} machine: the emulator may be the reason (${describeEmulation(emulation)})`,
    cause: failure,
  });
}

/**
 * The result of running a program. `not-mounted`: the sandbox gets no binfmt_misc of its own; `not-registered`: that takes no emulator;
 * `name-lost`: the program does not learn the name by which it was called; `fails`: it does not run.
 */
export type SelfTest = 'runs' | 'not-mounted' | 'not-registered' | 'name-lost' | 'fails';

/** For programs of this machine. */
export const ownProcessor: Processor = { kind: 'native', runsForeign: false };

/** What the rule needs to know about a machine. */
export interface ProcessorHost {
  /** Of the machine itself; undefined where no package is rebuilt natively. */
  readonly architecture: RebuiltArchitecture | undefined;
  registrations(): readonly Registration[];
  /** Paths of an emulator that needs no loader, and of one that needs one. */
  findEmulator(architecture: RebuiltArchitecture): {
    readonly static: string | undefined;
    readonly dynamic: string | undefined;
  };
  identify(path: string): Promise<Emulator | undefined>;
  probe(architecture: RebuiltArchitecture): Uint8Array;
  testOwnFormats(architecture: RebuiltArchitecture, emulator: string): Promise<SelfTest>;
  testMachine(architecture: RebuiltArchitecture): Promise<SelfTest>;
  mountsOwnFormats(): Promise<boolean>;
  /** The command that installs a Debian package on this machine. */
  installCommand(debian: string): string;
}

/** How programs of an architecture run in a kind of sandbox on a machine, or why they do not (`architecture-unavailable`). */
export async function processorFor(
  name: string,
  sandbox: SandboxKind,
  host: ProcessorHost,
): Promise<Processor | Failure> {
  const architecture = rebuiltArchitecture(name);
  if (architecture === undefined)
    return new Failure('architecture-unavailable', `packages for ${name} are not rebuilt by this version`, {
      expected: rebuiltArchitectures.join(' or '),
      got: name,
    });
  if (architecture === host.architecture) return nativeProcessor(sandbox, host);
  return emulatedProcessor(architecture, sandbox, host);
}

async function nativeProcessor(sandbox: SandboxKind, host: ProcessorHost): Promise<Processor> {
  const runsForeign =
    host.registrations().length > 0 && !(hasNamespaces[sandbox] && (await host.mountsOwnFormats()));
  return { kind: 'native', runsForeign };
}

/** Why an emulator cannot be used, and what remedies it. */
interface Lack {
  readonly why: string;
  readonly remedy: string;
}

async function emulatedProcessor(
  architecture: RebuiltArchitecture,
  sandbox: SandboxKind,
  host: ProcessorHost,
): Promise<Processor | Failure> {
  const own = hasNamespaces[sandbox] ? await ownEmulator(architecture, host) : undefined;
  if (own !== undefined && 'kind' in own) return own;
  const machine = await machineEmulator(architecture, host);
  if ('kind' in machine) return machine;
  const lacks = [...(own === undefined ? [] : [own]), machine];
  return new Failure('architecture-unavailable', `this machine cannot run programs for ${architecture}`, {
    expected: `an ${architecture} machine, or a static qemu-${architecture}`,
    got: lacks.map(({ why }) => why).join('; '),
    hint: `${lacks[0]!.remedy}, or use an ${architecture} machine`,
  });
}

async function ownEmulator(
  architecture: RebuiltArchitecture,
  host: ProcessorHost,
): Promise<Processor | Lack> {
  const found = host.findEmulator(architecture);
  const path = found.static;
  const install = host.installCommand('qemu-user-static');
  if (path === undefined || !isRegistrable(path))
    return {
      why: `there is no static qemu-${architecture}${found.dynamic === undefined ? '' : ', only one that needs libraries'}`,
      remedy: install,
    };
  const test = await host.testOwnFormats(architecture, path);
  if (test !== 'runs') return { why: ownWords[test], remedy: ownRemedies[test] };
  const emulator = await host.identify(path);
  if (emulator === undefined) return { why: 'the emulator cannot be read', remedy: install };
  return { kind: 'emulated', architecture, emulator, registered: 'in-sandbox' };
}

const ownWords: Readonly<Record<Exclude<SelfTest, 'runs'>, string>> = {
  'not-mounted': 'the kernel gives the sandbox no binfmt_misc of its own (it is older than 6.7, or lacks it)',
  'not-registered': 'the kernel does not take the emulator for the sandbox',
  'name-lost': 'a program under the emulator does not learn the name that it was called by',
  fails: 'a program does not run under the emulator',
};

const registerRemedy = `register qemu on this machine with the flags ${neededFlags.join(' and ')} (Debian’s qemu-user-static does)`;
const ownRemedies: Readonly<Record<Exclude<SelfTest, 'runs'>, string>> = {
  'not-mounted': `use Linux 6.7 or later, or ${registerRemedy}`,
  'not-registered': registerRemedy,
  'name-lost': 'use another version of qemu',
  fails: 'use another version of qemu',
};

async function machineEmulator(
  architecture: RebuiltArchitecture,
  host: ProcessorHost,
): Promise<Processor | Lack> {
  const lack = (why: string): Lack => ({ why, remedy: registerRemedy });
  const program = host.probe(architecture);
  const matching = host.registrations().filter((each) => handsOver(each, program));
  const [first] = matching;
  if (first === undefined) return lack(`nothing is registered for ${architecture} on this machine`);
  // Of several registrations the kernel takes the one that was made last, and nothing shows which that is.
  const lacking = neededFlags.filter((flag) => matching.some(({ flags }) => !flags.includes(flag)));
  if (lacking.length > 0)
    return lack(
      `what this machine has registered for ${architecture} lacks ${lacking.map((flag) => flagWords[flag]).join(' and ')}`,
    );
  const test = await host.testMachine(architecture);
  if (test !== 'runs')
    return lack(
      test === 'name-lost'
        ? 'under the registered emulator a program does not learn the name that it was called by'
        : 'a program does not run under the registered emulator',
    );
  const emulator = await host.identify(first.interpreter);
  if (emulator === undefined) return lack('the registered emulator cannot be read');
  return { kind: 'emulated', architecture, emulator, registered: 'on-machine' };
}

const flagWords: Readonly<Record<string, string>> = {
  P: 'the flag P (programs lose the name that they were called by)',
  F: 'the flag F (the guest does not have the emulator)',
};
