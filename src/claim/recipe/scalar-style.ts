/** How yaml.v3 quotes a text: the choice of its encoder, corrected by what its emitter can write. */
import { encodeBytes } from '../../bytes.ts';
import { readsAsText } from './resolve.ts';

export type ScalarStyle = 'plain' | 'single-quoted' | 'double-quoted' | 'literal';

export interface StyledScalar {
  readonly style: ScalarStyle;
  readonly tag: '' | '!!binary';
  /** The text itself, or base64 of it where it is not UTF-8. */
  readonly text: string;
}

/** Line breaks. Carriage return and NEL are never written raw, but count as breaks. */
const lineBreak = '\\r\\n\\x85\\u2028\\u2029';
const patterns = {
  break: new RegExp(`[${lineBreak}]`),
  /** Everything that has to be escaped, but for tab; the characters of surrogate pairs are beyond U+FFFF. */
  special: /[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd]/,
  tab: /\t/,
  edge: new RegExp(`^[ ${lineBreak}]|[ ${lineBreak}]$`),
  trailingSpace: / $/,
  breakThenSpace: new RegExp(`[${lineBreak}] `),
  spaceThenBreak: new RegExp(` [${lineBreak}]`),
  /** Texts in which a block mapping or sequence would read more than text. */
  indicator: new RegExp(
    `^(?:---|\\.\\.\\.|[#,[\\]{}&*!|>'"%@\`]|[-?](?:[ \\t]|$))|:(?:[ \\t]|$)|[ \\t\\0${lineBreak}]#`,
  ),
};

/**
 * Chooses the style of a text in a block mapping or sequence. Source: gopkg.in/yaml.v3 v3.0.1, encode.go (stringv)
 * and emitterc.go (analyze_scalar, select_scalar_style).
 */
export function styleOf(text: string): StyledScalar {
  if (/\p{Cs}/u.test(text)) return styleOfBytes(encodeBytes(text));
  return { style: styleOfText(text), tag: '', text };
}

/** The style of bytes that are not UTF-8: base64, in lines of 70 where one line is too short. */
function styleOfBytes(bytes: Buffer): StyledScalar {
  const base64 = bytes.toString('base64');
  if (base64.length < 70) return { style: 'plain', tag: '!!binary', text: base64 };
  return { style: 'literal', tag: '!!binary', text: base64.replace(/.{1,70}/g, '$&\n') };
}

function styleOfText(text: string): ScalarStyle {
  const unquotable = patterns.special.test(text) || patterns.spaceThenBreak.test(text);
  if (text.includes('\n')) {
    return unquotable || patterns.trailingSpace.test(text) ? 'double-quoted' : 'literal';
  }
  if (!readsAsText(text) || unquotable || patterns.tab.test(text) || patterns.breakThenSpace.test(text)) {
    return 'double-quoted';
  }
  const quoted = patterns.edge.test(text) || patterns.break.test(text) || patterns.indicator.test(text);
  return quoted ? 'single-quoted' : 'plain';
}

/** Whether the text can be a key without `?`: on one line, and of at most 128 bytes with its tag. */
export function isSimpleKey({ text, tag }: StyledScalar): boolean {
  return !patterns.break.test(text) && tag.length + Buffer.byteLength(text) <= 128;
}

const escapes: ReadonlyMap<string, string> = new Map([
  ['\0', '0'],
  ['\x07', 'a'],
  ['\b', 'b'],
  ['\t', 't'],
  ['\n', 'n'],
  ['\v', 'v'],
  ['\f', 'f'],
  ['\r', 'r'],
  ['\x1b', 'e'],
  ['"', '"'],
  ['\\', '\\'],
  ['\x85', 'N'],
  ['\xa0', '_'],
  ['\u2028', 'L'],
  ['\u2029', 'P'],
]);

/** The inside of a double-quoted scalar; after a leading U+FEFF every character is escaped. */
export function escapeDoubleQuoted(text: string): string {
  const escaped = text.startsWith('\ufeff')
    ? /./gsu
    : /[^\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]|["\\]/gu;
  return text.replace(escaped, (character) => `\\${escapes.get(character) ?? escapeCode(character)}`);
}

function escapeCode(character: string): string {
  const code = character.codePointAt(0)!;
  const digits = code.toString(16).toUpperCase();
  if (code <= 0xff) return `x${digits.padStart(2, '0')}`;
  return code <= 0xffff ? `u${digits.padStart(4, '0')}` : `U${digits.padStart(8, '0')}`;
}
