/** What was true of the guest while the steps ran: what a rebuilt value can be recognised by. */
import { readFileSync } from 'node:fs';
import { availableParallelism, hostname, release } from 'node:os';
import { type Emulation, emulationOf, type Processor } from './processor/processor.ts';
import { hasNamespaces, type SandboxKind } from './sandbox/sandbox.ts';

export interface BuildFacts {
  /** The host name that the steps saw. */
  readonly hostname: string;
  /** `uname -r`. */
  readonly kernelRelease: string;
  readonly cpuCount: number;
  /** `MemTotal` of /proc/meminfo; undefined where it cannot be read. */
  readonly memoryKib: number | undefined;
  /** `model name` of /proc/cpuinfo; undefined where it shows none. An emulator hands it through. */
  readonly processorName: string | undefined;
  /** What emulated the guest's programs; undefined where nothing did. */
  readonly emulation: Emulation | undefined;
  /** Folder that the steps worked in. */
  readonly workspace: string;
  /** Seconds since 1970, whole: when the first step began and when the last one had ended. */
  readonly began: number;
  readonly ended: number;
}

/** The name that every sandbox with a namespace for names gives to its guest. */
export const guestHostname = 'localhost';

/** Seconds since 1970, rounded down. */
export function secondsNow(): number {
  return Math.floor(Date.now() / 1000);
}

/** Facts of a build that began at a time and has ended now. */
export function factsOfBuild(
  began: number,
  sandbox: SandboxKind,
  processor: Processor,
  named = guestHostname,
): BuildFacts {
  return {
    hostname: hasNamespaces[sandbox] ? named : hostname(),
    kernelRelease: release(),
    cpuCount: availableParallelism(),
    memoryKib: memoryKib(),
    processorName: fieldOf('/proc/cpuinfo', /^model name\s*: (.+)$/m),
    emulation: emulationOf(processor),
    workspace: '/home/build',
    began,
    ended: secondsNow(),
  };
}

function memoryKib(): number | undefined {
  const kib = fieldOf('/proc/meminfo', /^MemTotal:\s+(\d+) kB$/m);
  return kib === undefined ? undefined : Number(kib);
}

function fieldOf(path: string, field: RegExp): string | undefined {
  try {
    return field.exec(readFileSync(path, 'latin1'))?.[1];
  } catch {
    return undefined;
  }
}
