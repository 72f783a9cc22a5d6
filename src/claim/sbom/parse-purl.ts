import { decodeBytes, encodeBytes } from '../../bytes.ts';

/** A package URL taken apart and decoded; empty where a part is missing. */
export interface ParsedPurl {
  readonly type: string;
  /** Segments joined by `/`. */
  readonly namespace: string;
  readonly name: string;
  readonly version: string;
  readonly qualifiers: ReadonlyMap<string, string>;
  readonly subpath: string;
}

/** Reads a package URL in any escaping of packageurl-go (purl-spec, "how to parse"); undefined for other text. */
export function parsePurl(text: string): ParsedPurl | undefined {
  const match = /^pkg:([A-Za-z][A-Za-z0-9.+-]*)\/([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s.exec(text);
  if (match === null) return undefined;
  const [, type = '', path = '', query = '', fragment = ''] = match;
  const at = path.lastIndexOf('@');
  const beforeVersion = at < 0 ? path : path.slice(0, at);
  const slash = beforeVersion.lastIndexOf('/');
  const qualifiers = query.split('&').flatMap((pair): [string, string][] => {
    const equals = pair.indexOf('=');
    // `+` is a space only in the escaping of 0.1.3; later versions never write `+`.
    return equals < 1
      ? []
      : [[pair.slice(0, equals), percentDecode(pair.slice(equals + 1).replaceAll('+', ' '))]];
  });
  return {
    type: type.toLowerCase(),
    namespace: percentDecode(beforeVersion.slice(0, Math.max(slash, 0))),
    name: percentDecode(beforeVersion.slice(slash + 1)),
    version: at < 0 ? '' : percentDecode(path.slice(at + 1)),
    qualifiers: new Map(qualifiers),
    subpath: percentDecode(fragment),
  };
}

/** Text with its `%XX` undone; percent signs that do not escape anything stay. */
export function percentDecode(text: string): string {
  if (!text.includes('%')) return text;
  const parts = text
    .split(/(%[0-9A-Fa-f]{2})/)
    .map((part) => (/^%[0-9A-Fa-f]{2}$/.test(part) ? Buffer.from(part.slice(1), 'hex') : encodeBytes(part)));
  return decodeBytes(Buffer.concat(parts));
}
