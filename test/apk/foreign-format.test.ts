import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { foreignFormat } from '../../src/apk/foreign-format.ts';
import { readFront } from '../../src/apk/front.ts';
import { readApk } from '../../src/apk/read-apk.ts';
import { apkOf, fileOf, makeKey, sourceOf, tarOf } from '../support/apk-builder.ts';
import { codeOf, failure } from '../support/failures.ts';
import { indexOf, recordText, usualRecord } from '../support/index-builder.ts';

const key = makeKey('test.rsa.pub');
const bytes = (text: string) => Buffer.from(text, 'latin1');

test('a file of a different format is recognised as that, and not as a damaged package', async () => {
  const cases: [what: string, file: Buffer, format: RegExp][] = [
    ['apk version 3', bytes(`ADB.\0\0\0\0pckg${'\0'.repeat(600)}`), /apk version 3/],
    ['apk version 3, deflated', bytes('ADBd\x8d\x52'), /apk version 3/],
    ['apk version 3, with a header of its own', bytes('ADBc\x01\x06'), /apk version 3/],
    ['deb', bytes('!<arch>\ndebian-binary   1410122664  0     0     100644  4         `\n2.0\n'), /Debian/],
    ['ar', bytes('!<arch>\n'), /ar archive/],
    ['rpm', bytes('\xed\xab\xee\xdb\x03\0\0\0'), /RPM/],
    ['Android', bytes(`PK\x03\x04${'\0'.repeat(26)}AndroidManifest.xml`), /Android/],
    ['zip', bytes(`PK\x03\x04${'\0'.repeat(26)}classes.dex`), /zip/],
    ['tar', tarOf([fileOf('oci-layout', '{}')]), /tar/],
    ['HTML', bytes('<!DOCTYPE html><html>404 not found</html>'), /HTML/],
    ['HTML behind a byte order mark and empty lines', bytes('\xef\xbb\xbf\n\n<HTML><p>'), /HTML/],
    ['text', bytes('404: not found\n'), /text/],
    ['JSON', bytes('{"schemaVersion":2}'), /text/],
    ['text cut inside a character', bytes(`${'a'.repeat(1023)}\xc3\xa9`), /text/],
    ['xz', bytes('\xfd7zXZ\0\0'), /xz/],
    ['Zstandard', bytes('\x28\xb5\x2f\xfd\0'), /Zstandard/],
    ['ELF', bytes('\x7fELF\x02'), /ELF/],
    ['an index', indexOf(recordText(usualRecord)), /index/],
    ['a signed index', indexOf(recordText(usualRecord), key), /index/],
    ['PNG', bytes('\x89PNG\r\n\x1a\n\0'), /PNG/],
    ['UTF-16', bytes('\xff\xfe<\0h\0'), /UTF-16/],
    ['compressed HTML', gzipSync(bytes('<html>404')), /HTML page, compressed/],
    ['compressed deb', gzipSync(bytes('!<arch>\ndebian-binary   ')), /Debian package, compressed/],
    ['compressed apk version 3', gzipSync(bytes('ADB.\0\0\0\0pckg')), /apk version 3, compressed/],
    ['a compressed tar', gzipSync(tarOf([fileOf('manifest.json', '[]')])), /tar/],
  ];
  for (const [what, file, format] of cases) {
    await assert.rejects(readApk(sourceOf(file)), failure('unsupported-format'), what);
    await assert.rejects(readApk(sourceOf(file)), format, what);
  }
});

test('a package that is truncated or damaged is a damaged package, not a different format', async () => {
  const whole = apkOf({ data: [fileOf('a', 'x')], key });
  for (let length = 1; length < whole.length; length += 29)
    assert.equal(
      await codeOf(() => readApk(sourceOf(whole.subarray(0, length)))),
      'malformed',
      `cut at ${length}`,
    );
  const damaged: [what: string, file: Buffer][] = [
    ['an empty file', Buffer.alloc(0)],
    ['zeros', Buffer.alloc(4096)],
    ['another first byte', Buffer.concat([bytes('\x1e'), whole.subarray(1)])],
    ['gzip of nothing', gzipSync(bytes(''))],
    ['gzip of text', gzipSync(bytes('no archive\n'.repeat(100)))],
    ['gzip of a cut tar', gzipSync(tarOf([fileOf('.PKGINFO', 'pkgname = a\n')]).subarray(0, 600))],
    ['no .PKGINFO', Buffer.concat([gzipSync(tarOf([fileOf('a', '')], false)), gzipSync(tarOf([]))])],
  ];
  for (const [what, file] of damaged) {
    await assert.rejects(readApk(sourceOf(file)), failure('malformed'), what);
    await assert.rejects(readFront(sourceOf(file)), failure('malformed'), what);
  }
});

test('a format is recognised in whatever pieces a file is read', async () => {
  const html = bytes(`<!doctype html>${'<p>'.repeat(1000)}`);
  async function* drops() {
    for (const byte of html) yield Uint8Array.of(byte);
  }
  await assert.rejects(readApk({ name: 'drops', open: drops }), failure('unsupported-format'));
  assert.equal(foreignFormat(apkOf({ data: [fileOf('a', 'x')] })), undefined);
});
