/** `.PKGINFO` as it stands: order, duplicates and comments are kept (apk-package(5), melange pkg/build/package.go). */
import { decodeBytes } from '../bytes.ts';

export type PkgInfoLine =
  | { readonly kind: 'field'; readonly key: string; readonly value: string }
  | { readonly kind: 'comment'; readonly text: string }
  | { readonly kind: 'other'; readonly text: string };

export interface PkgInfo {
  readonly lines: readonly PkgInfoLine[];
  /** Whether the last line ends with a newline, as melange writes it. */
  readonly finalNewline: boolean;
}

/** Never fails: what is neither field nor comment is kept as `other`. */
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

/** All values of a key, in order. */
export function pkgInfoValues(info: PkgInfo, key: string): string[] {
  return info.lines.flatMap((line) => (line.kind === 'field' && line.key === key ? [line.value] : []));
}

/** The only value of a key; undefined where it is missing, the first where it is repeated. */
export function pkgInfoValue(info: PkgInfo, key: string): string | undefined {
  return pkgInfoValues(info, key)[0];
}
