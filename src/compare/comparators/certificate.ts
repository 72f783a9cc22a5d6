/** Certificates and keys: blocks of PEM (RFC 7468), each with what its DER says, and files of DER alone. */
import { decodeBytes } from '../../bytes.ts';
import { hexText } from '../../formats/byte-cursor.ts';
import { readDer } from '../../formats/der.ts';
import type { Structure } from '../../formats/structured-value.ts';
import { type Comparator, hasBytesAt } from './comparator.ts';
import { laidOut } from './laid-out.ts';
import { numbered } from './parts.ts';

const derNames = /\.(?:cer|crl|crt|csr|der|key|p12|p7[bcms]|pfx)$/i;
const mostPem = 16 * 1024 * 1024;

const isDer = (bytes: Uint8Array): boolean => bytes[0] === 0x30 && bytes.length > 16;
const begin = Buffer.from('-----BEGIN ');
/** Bags of certificates have comments in front of their blocks. */
const isPem = (bytes: Uint8Array): boolean =>
  hasBytesAt(bytes, [...begin]) || Buffer.from(bytes.subarray(0, 4096)).includes(`\n${begin}`);

export const certificate: Comparator = laidOut(
  'certificate',
  (published, rebuilt, path) =>
    (isPem(published) && isPem(rebuilt)) || (derNames.test(path) && isDer(published) && isDer(rebuilt)),
  (bytes, most) => {
    const structure = isPem(bytes) ? readPem(bytes, most) : readDer(bytes, most);
    return structure === undefined ? undefined : { structure };
  },
);

/** The blocks by their labels, and the lines around them; undefined where a block is not closed. */
function readPem(bytes: Uint8Array, most: number): Structure | undefined {
  if (bytes.length > mostPem) return undefined;
  const labels: string[] = [];
  const values: Structure[] = [];
  const around: string[] = [];
  let block: string[] | undefined;
  for (const line of decodeBytes(bytes).split(/\r?\n/)) {
    if (line.startsWith('-----BEGIN ')) {
      if (block !== undefined || labels.length >= most) return undefined;
      labels.push(line.slice(11).split('-----', 1)[0]!);
      block = [];
    } else if (line.startsWith('-----END ')) {
      if (block === undefined) return undefined;
      values.push(blockValue(block, most));
      block = undefined;
    } else (block ?? around).push(line);
  }
  if (block !== undefined || labels.length === 0) return undefined;
  const names = numbered(labels);
  return new Map<string, Structure>([
    ...names.map((name, at) => [name, values[at]!] as const),
    ['text around', around.join('\n')],
  ]);
}

/** Headers, such as those of OpenPGP and of old keys, are lines with a colon, before a blank one. */
function blockValue(lines: readonly string[], most: number): Structure {
  const blank = lines.indexOf('');
  const headers = blank < 0 ? [] : lines.slice(0, blank);
  const bytes = Buffer.from(lines.slice(blank + 1).join(''), 'base64');
  const value = readDer(bytes, most) ?? hexText(bytes);
  return headers.length === 0
    ? value
    : new Map<string, Structure>([
        ['headers', [...headers]],
        ['value', value],
      ]);
}
