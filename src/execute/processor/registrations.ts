/**
 * Formats of programs that the kernel hands to other programs (binfmt_misc): what this machine has registered, and how one is
 * registered (Linux Documentation/admin-guide/binfmt-misc.rst; fs/binfmt_misc.c).
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { programHeader, type RebuiltArchitecture } from './architectures.ts';

/** Where the kernel shows its registrations, if binfmt_misc is mounted. */
const registrationsFolder = '/proc/sys/fs/binfmt_misc';

/** A registration that is switched on. */
export interface Registration {
  readonly name: string;
  /** The program to which files are handed. */
  readonly interpreter: string;
  /** `P`: the program keeps the name by which it was called; `F`: the interpreter was opened when it was registered. */
  readonly flags: string;
  /** The offset of the magic; undefined for registrations by the end of a file's name. */
  readonly match:
    | { readonly offset: number; readonly magic: Uint8Array; readonly mask: Uint8Array }
    | undefined;
}

const mostRegistrations = 1000;

/** What is registered and switched on; empty where nothing is, or where it cannot be read. */
export function readRegistrations(folder: string = registrationsFolder): Registration[] {
  if (readText(folder, 'status')?.trim() !== 'enabled') return [];
  const names = readdirSync(folder).filter((name) => name !== 'status' && name !== 'register');
  return names.slice(0, mostRegistrations).flatMap((name) => {
    const text = readText(folder, name);
    const registration = text === undefined ? undefined : parseRegistration(name, text);
    return registration === undefined ? [] : [registration];
  });
}

function readText(folder: string, name: string): string | undefined {
  try {
    return readFileSync(join(folder, name), 'latin1');
  } catch {
    return undefined;
  }
}

/** The text of a registration's file (fs/binfmt_misc.c, `entry_status`); undefined for one that is switched off. */
export function parseRegistration(name: string, text: string): Registration | undefined {
  const [state, ...lines] = text.split('\n');
  if (state !== 'enabled') return undefined;
  const value = (label: string) =>
    lines.find((line) => line.startsWith(`${label} `))?.slice(label.length + 1) ?? '';
  const magic = parseHex(value('magic'));
  const mask = value('mask');
  return {
    name,
    interpreter: value('interpreter'),
    flags: value('flags:'),
    match:
      magic.length === 0
        ? undefined
        : {
            offset: Number(value('offset')),
            magic,
            mask: mask === '' ? new Uint8Array(magic.length).fill(0xff) : parseHex(mask),
          },
  };
}

function parseHex(text: string): Uint8Array {
  return Buffer.from(text.trim(), 'hex');
}

/** Whether the kernel hands a program to the registered one. */
export function handsOver({ match }: Registration, program: Uint8Array): boolean {
  if (match === undefined) return false;
  const { offset, magic, mask } = match;
  return magic.every((byte, at) => ((program[offset + at] ?? -1) & mask[at]!) === (byte & mask[at]!));
}

/** Flags without which a registration cannot be used: the name of a program is kept, and no file of the guest is needed. */
export const neededFlags: readonly string[] = ['P', 'F'];

/** The characters that a path in a registration cannot hold: the divider, the end of the line, and what starts an escape. */
const unregistrable = /[:\n\\]/;

/** Whether the kernel takes a path for an interpreter (`MAX_REGISTER_LENGTH` is 1,920 bytes for the whole line). */
export function isRegistrable(path: string): boolean {
  return path.startsWith('/') && !unregistrable.test(path) && Buffer.byteLength(path) < 1024;
}

/** The line that hands programs of an architecture to an interpreter, with its zero bytes and the divider escaped. */
export function registrationLine(architecture: RebuiltArchitecture, interpreter: string): string {
  const { magic, mask } = programHeader(architecture);
  return `:${architecture}:M:0:${escaped(magic)}:${escaped(mask)}:${interpreter}:${neededFlags.join('')}`;
}

function escaped(bytes: Uint8Array): string {
  return [...bytes].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
}
