/** What can be changed in one entry of an archive. */
import type { Packing, PartEntry, Parts } from '../../support/parts.ts';

/** A package in its parts, with how they are packed. */
export interface Whole {
  readonly parts: Parts;
  readonly packing: Packing;
}

/**
 * What must become of a package that was changed. `any`: it is not known; if it is reproduced, a value of the plan covers it. `same`: it means
 * the same, and is reproduced. `other`: it is not reproduced. `not-run`: what was added runs in no case, so the build ends well.
 */
export type Expected = 'any' | 'same' | 'other' | 'build-failed' | 'not-run';

/** One change: of parts, of how they are packed, or of the file that comes out. */
export interface Change {
  readonly what: string;
  readonly parts?: Parts;
  readonly packing?: Partial<Packing>;
  /** `any` where it is not said. */
  readonly expected?: Expected;
  readonly bytes?: (whole: Uint8Array, sections: Sections) => Uint8Array;
}

export interface Sections {
  readonly signature: Uint8Array;
  readonly control: Uint8Array;
  readonly data: Uint8Array;
}

export type Field = readonly [name: string, change: (entry: PartEntry) => PartEntry | undefined];

/** The bytes with one bit of one byte changed. */
export const flip = (bytes: Uint8Array, at: number): Uint8Array =>
  bytes.map((byte, index) => (index === at ? byte ^ 1 : byte));

/** One attribute of an entry; undefined where the entry has no such thing. */
export const fields: readonly Field[] = [
  ['mode: set-user-id', (entry) => ({ ...entry, mode: entry.mode ^ 0o4000 })],
  ['mode: sticky', (entry) => ({ ...entry, mode: entry.mode ^ 0o1000 })],
  ['mode: others may write', (entry) => ({ ...entry, mode: entry.mode ^ 0o002 })],
  ['mode: file type bits', (entry) => ({ ...entry, mode: entry.mode | 0o100000 })],
  ['uid', (entry) => ({ ...entry, uid: entry.uid + 1 })],
  ['uid of an ordinary user', (entry) => ({ ...entry, uid: entry.uid === 1234 ? 1235 : 1234 })],
  ['uid of the build user', (entry) => ({ ...entry, uid: 1000 })],
  ['uid and gid of the build user', (entry) => ({ ...entry, uid: 1000, gid: 1000 })],
  ['gid', (entry) => ({ ...entry, gid: entry.gid + 20 })],
  ['uname', (entry) => ({ ...entry, uname: `${entry.uname}x` })],
  ['uname dropped', (entry) => (entry.uname === '' ? undefined : { ...entry, uname: '' })],
  ['gname', (entry) => ({ ...entry, gname: 'shadow' })],
  ['mtime', (entry) => ({ ...entry, mtime: entry.mtime + 1 })],
  ['device number', (entry) => ({ ...entry, devminor: entry.devminor + 1 })],
  ['link target', (entry) => (entry.type === '2' ? { ...entry, linkname: `${entry.linkname}x` } : undefined)],
  ['link name of a file', (entry) => (entry.type === '0' ? { ...entry, linkname: 'etc/passwd' } : undefined)],
  ['trailing slash', (entry) => ({ ...entry, name: entry.name.replace(/\/?$/, (end) => (end ? '' : '/')) })],
  ['name', (entry) => ({ ...entry, name: `${entry.name.replace(/\/$/, '')}-x` })],
  ['another pax record', (entry) => withRecord(entry, 'comment', 'x')],
  ['another attribute', (entry) => withRecord(entry, 'SCHILY.xattr.user.x', 'y')],
  ['a capability', (entry) => withRecord(entry, 'SCHILY.xattr.security.capability', 'AQAAAg==')],
  ['time with a fraction', (entry) => withRecord(entry, 'SCHILY.dev', '1')],
  ['type: contiguous file', (entry) => (entry.type === '0' ? { ...entry, type: '7' } : undefined)],
  ['type: hard link', (entry) => (entry.type === '2' ? { ...entry, type: '1' } : undefined)],
];

function withRecord(entry: PartEntry, key: string, value: string): PartEntry {
  return { ...entry, pax: new Map([...entry.pax, [key, Buffer.from(value)]]) };
}
