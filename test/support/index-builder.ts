/** Indexes of repositories, put together from records. */
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { type Key, type Part, signatureOf, tarOf } from './apk-builder.ts';

export function recordText(fields: Readonly<Record<string, string>>): string {
  return `${Object.entries(fields)
    .map(([letter, value]) => `${letter}:${value}\n`)
    .join('')}\n`;
}

/** The checksum of a control section of these bytes. */
export function checksumOf(control: string | Uint8Array): string {
  return `Q1${createHash('sha1').update(control).digest('base64')}`;
}

export const usualRecord: Readonly<Record<string, string>> = {
  C: 'Q1AAAAAAAAAAAAAAAAAAAAAAAAAAA=',
  P: 'sample',
  V: '1.0-r0',
  A: 'x86_64',
  S: '1234',
  I: '5678',
  T: 'A sample: with a colon',
  U: 'https://example.org/',
  L: 'MIT',
  o: 'sample',
  m: 'wolfi',
  t: '1700000000',
  c: '0123456789abcdef0123456789abcdef01234567',
  D: 'so:libc.so.6 other>=1',
  p: 'cmd:sample=1.0-r0',
  k: '10',
};

export function archiveOf(text: string, more: readonly Part[] = []): Buffer {
  return gzipSync(tarOf([{ name: 'APKINDEX', content: text }, { name: 'DESCRIPTION' }, ...more]));
}

export function indexOf(text: string, key?: Key): Buffer {
  const archive = archiveOf(text);
  return key === undefined ? archive : Buffer.concat([signatureOf(archive, key), archive]);
}
