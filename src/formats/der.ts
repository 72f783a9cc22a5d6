/** ASN.1 in DER (ITU-T X.690): certificates by the names of their fields (RFC 5280), anything else by its structure. */
import { decodeBytes } from '../bytes.ts';
import { Allowance, ByteCursor, hexText, readWhole } from './byte-cursor.ts';
import type { Structure } from './structured-value.ts';

const deepest = 40;

/** The value; undefined where the bytes are not all of one value. */
export function readDer(bytes: Uint8Array, most: number): Structure | undefined {
  return readWhole(bytes, (cursor) => {
    const value = new DerReader(most).value(cursor, 0);
    if (cursor.left > 0) throw new RangeError('bytes behind the value');
    return certificateOf(value) ?? value;
  });
}

const oids: ReadonlyMap<string, string> = new Map([
  ['1.2.840.113549.1.1.1', 'rsaEncryption'],
  ['1.2.840.113549.1.1.5', 'sha1WithRSA'],
  ['1.2.840.113549.1.1.11', 'sha256WithRSA'],
  ['1.2.840.113549.1.1.12', 'sha384WithRSA'],
  ['1.2.840.113549.1.1.13', 'sha512WithRSA'],
  ['1.2.840.10045.2.1', 'ecPublicKey'],
  ['1.2.840.10045.3.1.7', 'P-256'],
  ['1.2.840.10045.4.3.2', 'ecdsaWithSHA256'],
  ['1.3.101.112', 'Ed25519'],
  ['1.2.840.113549.1.7.2', 'signedData'],
  ['1.2.840.113549.1.9.5', 'signingTime'],
  ['2.5.4.3', 'CN'],
  ['2.5.4.5', 'serialNumber'],
  ['2.5.4.6', 'C'],
  ['2.5.4.7', 'L'],
  ['2.5.4.8', 'ST'],
  ['2.5.4.10', 'O'],
  ['2.5.4.11', 'OU'],
  ['2.5.29.14', 'subjectKeyIdentifier'],
  ['2.5.29.15', 'keyUsage'],
  ['2.5.29.17', 'subjectAltName'],
  ['2.5.29.19', 'basicConstraints'],
  ['2.5.29.35', 'authorityKeyIdentifier'],
  ['2.5.29.37', 'extKeyUsage'],
]);

const texts: ReadonlySet<number> = new Set([12, 18, 19, 20, 22, 26, 27]);

class DerReader {
  readonly #allowance: Allowance;

  constructor(most: number) {
    this.#allowance = new Allowance(4 * most);
  }

  value(cursor: ByteCursor, depth: number): Structure {
    this.#allowance.spend();
    if (depth > deepest) throw new RangeError('too deep');
    const tag = cursor.u8();
    if ((tag & 0x1f) === 0x1f) throw new RangeError('a long tag');
    const content = new ByteCursor(cursor.take(lengthOf(cursor)));
    if ((tag & 0x20) !== 0) {
      const items: Structure[] = [];
      while (content.left > 0) items.push(this.value(content, depth + 1));
      return tag >> 6 === 2 ? new Map([[`[${tag & 0x1f}]`, items.length === 1 ? items[0]! : items]]) : items;
    }
    if (tag >> 6 !== 0) return new Map([[`[${tag & 0x1f}]`, hexText(content.bytes)]]);
    return this.#primitive(tag, content, depth);
  }

  #primitive(tag: number, content: ByteCursor, depth: number): Structure {
    const { bytes } = content;
    if (texts.has(tag)) return decodeBytes(bytes);
    switch (tag) {
      case 1:
        return bytes[0] !== 0;
      case 2:
      case 10:
        return bytes.length <= 6 && bytes.length > 0
          ? String(bytes.readIntBE(0, bytes.length))
          : `0x${hexText(bytes)}`;
      case 3:
        return this.#nested(bytes.subarray(1), depth);
      case 4:
        return this.#nested(bytes, depth);
      case 5:
        return null;
      case 6:
        return oidOf(content);
      case 23:
      case 24:
        return timeOf(bytes.toString('latin1'));
      case 30:
        return Buffer.from(bytes.subarray(0, bytes.length & ~1))
          .swap16()
          .toString('utf16le');
      default:
        return hexText(bytes);
    }
  }

  /** The value inside a string of bytes, where there is one. */
  #nested(bytes: Buffer, depth: number): Structure {
    if (bytes[0] !== 0x30 && bytes[0] !== 0x04 && bytes[0] !== 0x03) return hexText(bytes);
    const nested = readWhole(bytes, (cursor) => {
      const value = this.value(cursor, depth + 1);
      if (cursor.left > 0) throw new RangeError('bytes behind the value');
      return { value };
    });
    return nested === undefined ? hexText(bytes) : nested.value;
  }
}

function lengthOf(cursor: ByteCursor): number {
  const first = cursor.u8();
  if (first < 0x80) return first;
  const count = first & 0x7f;
  if (count === 0 || count > 4) throw new RangeError('a length that is not DER');
  return cursor.take(count).readUIntBE(0, count);
}

function oidOf(content: ByteCursor): string {
  const numbers: number[] = [];
  while (content.left > 0) {
    let number = 0;
    for (;;) {
      const byte = content.u8();
      number = number * 128 + (byte & 0x7f);
      if (byte < 0x80) break;
      if (number > Number.MAX_SAFE_INTEGER / 256) throw new RangeError('too large');
    }
    numbers.push(number);
  }
  const [first = 0, ...rest] = numbers;
  const top = Math.min(2, Math.floor(first / 40));
  const text = [top, first - 40 * top, ...rest].join('.');
  return oids.get(text) ?? text;
}

/** UTCTime and GeneralizedTime with the century spelled out (RFC 5280, 4.1.2.5). */
function timeOf(text: string): string {
  const found = /^(\d\d)?(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (found === null) return text;
  const [, century, year, month, day, hour, minute, second] = found;
  const years = `${century ?? (Number(year) < 50 ? '20' : '19')}${year}`;
  return `${years}-${month}-${day}T${hour}:${minute}:${second}Z`;
}

const fields = [
  'serial number',
  'signature algorithm',
  'issuer',
  'validity',
  'subject',
  'public key',
] as const;

/** A certificate by the names of RFC 5280, 4.1; undefined for other structures. */
function certificateOf(value: Structure): Structure | undefined {
  if (!Array.isArray(value) || value.length !== 3 || !Array.isArray(value[0])) return undefined;
  const [content, algorithm, signature] = value as [readonly Structure[], Structure, Structure];
  const hasVersion = content[0] instanceof Map;
  const own = hasVersion ? content.slice(1) : content;
  const validity = own[3];
  if (own.length < 6 || !Array.isArray(validity) || validity.length !== 2) return undefined;
  const [start, end] = validity as [Structure, Structure];
  const named = new Map<string, Structure>(fields.map((name, at) => [name, own[at]!]));
  for (const name of ['issuer', 'subject'] as const) named.set(name, nameText(named.get(name)!));
  named.set(
    'validity',
    new Map([
      ['not before', start],
      ['not after', end],
    ]),
  );
  if (own.length > 6) named.set('further', own.slice(6));
  return new Map<string, Structure>([...named, ['algorithm', algorithm], ['signature', signature]]);
}

/** A distinguished name, such as `C=DE, O=Lab`; other values stay as they are. */
function nameText(value: Structure): Structure {
  if (!Array.isArray(value)) return value;
  const attributes = (value as readonly Structure[]).flatMap((set) =>
    Array.isArray(set) ? (set as Structure[]) : [set],
  );
  const isPair = (each: Structure): each is readonly Structure[] =>
    Array.isArray(each) && each.length === 2 && each.every((part) => typeof part === 'string');
  return attributes.every(isPair) ? attributes.map((pair) => pair.join('=')).join(', ') : value;
}
