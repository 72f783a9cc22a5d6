/**
 * Text that came out of an archive is bytes, not Unicode. These functions carry it through
 * JavaScript strings without loss: valid UTF-8 becomes ordinary text, every other byte b becomes
 * the lone surrogate U+DC00 + b (the scheme of Python's PEP 383).
 */

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const loneSurrogate = /\p{Cs}/u;

/** Bytes to text, losslessly; `encodeBytes` is the inverse. */
export function decodeBytes(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes);
  } catch {
    return decodeEscaped(bytes);
  }
}

function decodeEscaped(bytes: Uint8Array): string {
  const parts: string[] = [];
  let start = 0;
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceLength(bytes, at);
    if (length > 0) {
      at += length;
      continue;
    }
    if (start < at) parts.push(strict.decode(bytes.subarray(start, at)));
    parts.push(String.fromCharCode(0xdc00 + bytes[at]!));
    at += 1;
    start = at;
  }
  return parts.join('') + strict.decode(bytes.subarray(start));
}

/** Length of the well-formed sequence at an offset; 0 where there is none (Unicode 15, table 3-7). */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const lead = bytes[at]!;
  if (lead < 0x80) return 1;
  const length = lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
  const [first, last] = secondBytes.get(lead) ?? [0x80, 0xbf];
  for (let index = 1; index < length; index++) {
    const byte = bytes[at + index] ?? 0;
    if (index === 1 ? byte < first || byte > last : (byte & 0xc0) !== 0x80) return 0;
  }
  return length;
}

/** Lead bytes whose second byte has a narrower range. */
const secondBytes: ReadonlyMap<number, readonly [first: number, last: number]> = new Map([
  [0xe0, [0xa0, 0xbf]],
  [0xed, [0x80, 0x9f]],
  [0xf0, [0x90, 0xbf]],
  [0xf4, [0x80, 0x8f]],
]);

/** Text to bytes; restores what `decodeBytes` escaped. */
export function encodeBytes(text: string): Buffer {
  if (!loneSurrogate.test(text)) return Buffer.from(text, 'utf8');
  const bytes = Buffer.alloc(Buffer.byteLength(text, 'utf8'));
  let [start, length] = [0, 0];
  for (const { 0: escaped, index } of text.matchAll(/[\udc80-\udcff]/gu)) {
    length += bytes.write(text.slice(start, index), length, 'utf8');
    length = bytes.writeUInt8(escaped.charCodeAt(0) - 0xdc00, length);
    start = index + 1;
  }
  return bytes.subarray(0, length + bytes.write(text.slice(start), length, 'utf8'));
}

const firstSurrogate = 0xd800;

/** Compares texts by their encoded bytes, which is how Go and apk sort names. */
export function compareBytes(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const [left, right] = [a.charCodeAt(at), b.charCodeAt(at)];
    if (left === right) continue;
    // Below the surrogates, units of UTF-16 sort as the bytes of UTF-8 do.
    return left < firstSurrogate && right < firstSurrogate
      ? left - right
      : Buffer.compare(encodeBytes(a), encodeBytes(b));
  }
  return a.length - b.length;
}

/** The values sorted by bytes, each once. */
export function sortedUnique(values: Iterable<string>): string[] {
  return [...new Set(values)].sort(compareBytes);
}

/** Characters that control the program that shows them: controls, bidirectional and other invisible formats, line separators. */
export const steeringCharacters = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/**
 * Attacker-controlled text made safe to show: control characters (terminal escapes), bidirectional
 * controls and bytes that are not UTF-8 appear as `\x1b`, `\u202e`, `\xff`.
 */
export function printable(text: string): string {
  return text.replace(steeringCharacters, (character) => {
    const code = character.codePointAt(0)!;
    if (code >= 0xdc80 && code <= 0xdcff) return `\\x${(code - 0xdc00).toString(16)}`;
    if (code < 0x100) return `\\x${code.toString(16).padStart(2, '0')}`;
    if (code < 0x10000) return `\\u${code.toString(16).padStart(4, '0')}`;
    return `\\u{${code.toString(16)}}`;
  });
}

/** A text without trailing characters of a set; a regular expression would backtrack over each run of them. */
export function trimmedEnd(text: string, characters: string): string {
  let end = text.length;
  while (end > 0 && characters.includes(text[end - 1]!)) end -= 1;
  return text.slice(0, end);
}

/** What follows the last slash of a path. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** `1 entry`, `2 entries`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** The place on disk of a path in this form below a folder; the caller vouches that it leads nowhere else. */
export function diskPath(folder: string, path: string): Buffer {
  return Buffer.concat([Buffer.from(`${folder}/`), encodeBytes(path)]);
}

/** What Node puts in the place of bytes of a name that are not UTF-8: the name is then lost. */
export const undecoded = '\ufffd';
