/** What was true of the guest while the steps ran: what a rebuilt value can be recognised by. */
import { readFileSync } from 'node:fs';
import { availableParallelism, hostname, release } from 'node:os';
import { hasNamespaces, type SandboxKind } from './sandbox/sandbox.ts';

export interface BuildFacts {
  /** The host name that the steps saw. */
  readonly hostname: string;
  /** `uname -r`. */
  readonly kernelRelease: string;
  readonly cpuCount: number;
  /** `MemTotal` of /proc/meminfo; undefined where it cannot be read. */
  readonly memoryKib: number | undefined;
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
export function factsOfBuild(began: number, sandbox: SandboxKind, named = guestHostname): BuildFacts {
  return {
    hostname: hasNamespaces[sandbox] ? named : hostname(),
    kernelRelease: release(),
    cpuCount: availableParallelism(),
    memoryKib: memoryKib(),
    workspace: '/home/build',
    began,
    ended: secondsNow(),
  };
}

function memoryKib(): number | undefined {
  try {
    const kib = /^MemTotal:\s+(\d+) kB$/m.exec(readFileSync('/proc/meminfo', 'latin1'))?.[1];
    return kib === undefined ? undefined : Number(kib);
  } catch {
    return undefined;
  }
}
