/**
 * A separate binfmt_misc for the sandbox: the first mount of it in a user namespace hides what the machine has registered from all programs
 * there and below, and registrations through it end with it (Linux 6.7 and later, fs/binfmt_misc.c, `load_binfmt_misc`). The
 * shell lines run in the build's folder before the sandbox forbids namespaces and mounts.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Processor } from './processor.ts';
import { registrationLine } from './registrations.ts';

const folder = 'formats';

/** Makes the folder on which binfmt_misc is mounted. */
export function makeFormatsFolder(directory: string): void {
  mkdirSync(join(directory, folder), { recursive: true });
}

/** Mounts an empty binfmt_misc. */
export const mountFormats = `mount -n -t binfmt_misc none ${folder}`;

/** Registers an emulator there; the line that `registrationLine` made is `$1`. */
export const registerFormat = `printf %s "$1" > ${folder}/register`;

/**
 * The beginning of a shell script around a guest, and the argument that it takes before all others (empty where nothing is registered).
 * @param inside where the emulator is found in the namespaces
 */
export function formatLines(
  processor: Processor,
  inside: (path: string) => string,
): { readonly script: string; readonly argument: string } {
  if (processor.kind === 'native')
    // Kernels that refuse it leave what the machine has registered, which is then a caveat.
    return { script: `{ ${mountFormats}; } 2> /dev/null || :\nshift`, argument: '' };
  if (processor.registered === 'on-machine') return { script: 'shift', argument: '' };
  const argument = registrationLine(processor.architecture, inside(processor.emulator.path));
  return { script: `${mountFormats}\n${registerFormat}\nshift`, argument };
}
