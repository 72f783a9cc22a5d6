/** Extended attributes as tar archives carry them: pax records with a prefix of star's, which GNU tar and Go write as well. */
import type { TarHeader } from './tar-header.ts';

const prefix = 'SCHILY.xattr.';

export interface RecordedXattr {
  readonly name: string;
  readonly value: Uint8Array;
}

/** The attributes of an entry, in the order of their records. */
export function recordedXattrs({ pax }: Pick<TarHeader, 'pax'>): RecordedXattr[] {
  return pax.flatMap(({ key, value }) => {
    const name = xattrName(key);
    return name === undefined ? [] : [{ name, value }];
  });
}

/** The name of the attribute that a record carries; undefined for other records. */
export function xattrName(key: string): string | undefined {
  return key.startsWith(prefix) ? key.slice(prefix.length) : undefined;
}

/** The key of an attribute's record. */
export function xattrKey(name: string): string {
  return `${prefix}${name}`;
}
