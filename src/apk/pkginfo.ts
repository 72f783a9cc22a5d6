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
}

/** The lines of `.PKGINFO`. Never fails: a line that is neither field nor comment is kept as `other`. */
export function parsePkgInfo(bytes: Uint8Array): PkgInfo {
  const text = decodeBytes(bytes);
  const finalNewline = text.endsWith('\n');
  const lines = (finalNewline ? text.slice(0, -1) : text).split('\n').map(parseLine);
  return { lines: text === '' ? [] : lines, finalNewline };
}

function parseLine(text: string): PkgInfoLine {
  if (text.startsWith('#')) return { kind: 'comment', text };
  const at = text.indexOf(' = ');
  if (at > 0) return { kind: 'field', key: text.slice(0, at), value: text.slice(at + 3) };
  return { kind: 'other', text };
}

/** Values by key: a question that is asked for every entry of a package must not look at every line each time. */
const valuesByKey = new WeakMap<PkgInfo, ReadonlyMap<string, readonly string[]>>();

/** All values of a key, in order. */
export function pkgInfoValues(info: PkgInfo, key: string): readonly string[] {
  const known = valuesByKey.get(info);
  if (known !== undefined) return known.get(key) ?? [];
  const values = new Map<string, string[]>();
  for (const line of info.lines) if (line.kind === 'field') addTo(values, line.key, line.value);
  valuesByKey.set(info, values);
  return values.get(key) ?? [];
}

/** The only value of a key; undefined where it is missing, the first where it is repeated. */
export function pkgInfoValue(info: PkgInfo, key: string): string | undefined {
  return pkgInfoValues(info, key)[0];
}
