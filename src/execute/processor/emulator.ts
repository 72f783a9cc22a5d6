/** Programs of this machine that run those of another architecture. */
import { readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { type Sha256, sha256 } from '../../digest.ts';
import { contentOf } from '../../formats/content.ts';
import { parseElf } from '../../formats/elf/reader.ts';
import { findProgram, hostPath, runShortly } from '../../process.ts';
import { emulatorNames, type RebuiltArchitecture } from './architectures.ts';

export interface Emulator {
  /** Where the emulator is on this machine; no report shows it. */
  readonly path: string;
  /** File name of the program. */
  readonly program: string;
  /** The version as the program prints it; empty where it prints none. */
  readonly version: string;
  readonly sha256: Sha256;
}

/** The most bytes that are read of a program for its digest; a static qemu has 13 MB. */
const mostBytes = 256 * 1024 * 1024;
const namesItsLoader = 3;

/** The first static emulator on the search path; where there is none, one that is not static, if there is one. */
export function findEmulator(architecture: RebuiltArchitecture): {
  readonly static: string | undefined;
  readonly dynamic: string | undefined;
} {
  const found = emulatorNames(architecture).flatMap((name) => findProgram(name) ?? []);
  return { static: found.find(isStatic), dynamic: found.find((path) => !isStatic(path)) };
}

/** Whether a program needs no loader (System V ABI, PT_INTERP), which it would look for in the guest. */
function isStatic(path: string): boolean {
  const bytes = readProgram(path);
  const elf = bytes === undefined ? undefined : parseElf(contentOf(bytes));
  return elf?.segments.every(({ type }) => type !== namesItsLoader) ?? false;
}

/** The bytes of a program; undefined for anything that is not a program of a sensible size. */
function readProgram(path: string): Uint8Array | undefined {
  try {
    const stat = statSync(path);
    return stat.isFile() && stat.size <= mostBytes ? readFileSync(path) : undefined;
  } catch {
    return undefined;
  }
}

/** What a program is, by its bytes and by what it prints about itself; undefined where it cannot be read or started. */
export async function identifyEmulator(path: string): Promise<Emulator | undefined> {
  const bytes = readProgram(path);
  if (bytes === undefined) return undefined;
  return { path, program: basename(path), version: await printedVersion(path), sha256: sha256(bytes) };
}

/** `qemu-aarch64 version 7.2.22 (Debian …)`: the word after `version`. */
async function printedVersion(path: string): Promise<string> {
  try {
    const env = { PATH: hostPath, LC_ALL: 'C' };
    const { output } = await runShortly(path, ['--version'], { env });
    return /\bversion ([0-9][\w.+~-]{0,63})/.exec(output.slice(0, 4096))?.[1] ?? '';
  } catch {
    return '';
  }
}
