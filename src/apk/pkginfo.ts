/** `.PKGINFO` exactly as it is written: order, duplicates and comments are kept (apk-package(5), melange pkg/build/package.go). */
import { decodeBytes } from '../bytes.ts';
import { addTo } from '../lists.ts';

export type PkgInfoLine =
  | { readonly kind: 'field'; readonly key: string; readonly value: string }
  | { readonly kind: 'comment'; readonly text: string }
  | { readonly kind: 'other'; readonly text: string };

export interface PkgInfo {
  readonly lines: readonly PkgInfoLine[];
  /** Whether the last line ends with a newline, as melange writes it. */
  readonly finalNewline: boolean;
  /** All values of each key, in order. */
  readonly values: ReadonlyMap<string, readonly string[]>;
}

/** Parses `.PKGINFO`. Never fails: a line that is neither field nor comment is kept as `other`. */
export function parsePkgInfo(bytes: Uint8Array): PkgInfo {
  const text = decodeBytes(bytes);
  const finalNewline = text.endsWith('\n');
  const lines = text === '' ? [] : (finalNewline ? text.slice(0, -1) : text).split('\n').map(parseLine);
  const values = new Map<string, string[]>();
  for (const line of lines) if (line.kind === 'field') addTo(values, line.key, line.value);
  return { lines, finalNewline, values };
}

function parseLine(text: string): PkgInfoLine {
  if (text.startsWith('#')) return { kind: 'comment', text };
  const at = text.indexOf(' = ');
  if (at > 0) return { kind: 'field', key: text.slice(0, at), value: text.slice(at + 3) };
  return { kind: 'other', text };
}

/** All values of a key, in order. */
export function pkgInfoValues({ values }: PkgInfo, key: string): readonly string[] {
  return values.get(key) ?? [];
}

/** The only value of a key; undefined where it is missing, the first where it is repeated. */
export function pkgInfoValue(info: PkgInfo, key: string): string | undefined {
  return pkgInfoValues(info, key)[0];
}

/** Seconds since 1970 of the build; undefined where the publisher gave no clock. */
export function buildDate(info: PkgInfo): number | undefined {
  const text = pkgInfoValue(info, 'builddate');
  return text !== undefined && /^\d{1,12}$/.test(text) ? Number(text) : undefined;
}
