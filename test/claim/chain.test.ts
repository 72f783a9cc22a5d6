import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { type Apk, readApk } from '../../src/apk/apk.ts';
import { q1 } from '../../src/apk/checksum.ts';
import {
  buildDate,
  examineChain,
  type IndexListing,
  type Link,
  requireAuthentic,
  requireUnbroken,
} from '../../src/claim/chain.ts';
import type { RejectedReason } from '../../src/failure.ts';
import type { SignatureState } from '../../src/repository/keyring.ts';
import type { IndexRecord } from '../../src/repository/records.ts';
import {
  type ApkParts,
  apkOf,
  directoryOf,
  fileOf,
  linkOf,
  makeKey,
  readParts,
  signatureOf,
  sourceOf,
  tarOf,
  usualPkgInfo,
} from '../support/apk-builder.ts';
import { failure } from '../support/failures.ts';

const key = makeKey('test.rsa.pub');
const data = [directoryOf('usr'), fileOf('usr/file', 'content'), linkOf('usr/link', 'file')];

function statesOf(links: readonly Link[]): string[] {
  return links.map(({ link, state }) => `${link} ${state}`);
}

function listingOf(
  apk: Apk,
  checksum: string = q1(apk.control.sha1),
  signature?: SignatureState,
): IndexListing {
  const valid: SignatureState = { kind: 'valid', keyName: 'index', algorithm: 'RSA256' };
  return { repository: 'somewhere', signature: signature ?? valid, record: { checksum } as IndexRecord };
}

test('a sound, signed and listed package has every link verified', async () => {
  const apk = await readParts({ data, key });
  const links = examineChain(apk, [key.public], listingOf(apk));
  assert.deepEqual(statesOf(links), [
    'index-signature verified',
    'index-checksum verified',
    'package-signature verified',
    'datahash verified',
    'file-checksums verified',
  ]);
  requireUnbroken(links);
  requireAuthentic(links, apk);
});

test('each broken link is named with its reason, and the first one ends everything', async () => {
  const other = gzipSync(tarOf([fileOf('other', '')]));
  const bytes = apkOf({ data, key });
  const whole = await readApk(sourceOf(bytes));
  const swapped = Buffer.concat([bytes.subarray(0, whole.data.start), other]);
  const foreign = Buffer.concat([
    signatureOf(Buffer.from('other'), key),
    bytes.subarray(whole.control.start),
  ]);
  const wrongSum = { name: 'a', content: 'x', pax: [['APK-TOOLS.checksum.SHA1', '0'.repeat(40)] as const] };
  const upperSum = {
    name: 'a',
    content: '',
    pax: [['APK-TOOLS.checksum.SHA1', 'DA39A3EE5E6B4B0D3255BFEF95601890AFD80709'] as const],
  };
  const wrongLink = { ...linkOf('a', 'b'), link: 'c' };
  const cases: [what: string, bytes: Buffer, reason: RejectedReason][] = [
    ['another data section', swapped, 'datahash-mismatch'],
    ['another control section', foreign, 'signature-invalid'],
    ['no datahash', apkOf({ pkginfo: [...usualPkgInfo, 'datahash'], data }), 'datahash-missing'],
    [
      'two datahashes',
      apkOf({
        pkginfo: [...usualPkgInfo, `datahash = ${whole.data.sha256}`, `datahash = ${'0'.repeat(64)}`],
        data,
      }),
      'datahash-mismatch',
    ],
    ['an empty datahash', apkOf({ pkginfo: [...usualPkgInfo, 'datahash = '], data }), 'datahash-mismatch'],
    ['a wrong checksum', apkOf({ data: [wrongSum] }), 'checksum-mismatch'],
    ['a checksum in upper case', apkOf({ data: [upperSum] }), 'checksum-mismatch'],
    ['a link with the checksum of another', apkOf({ data: [wrongLink] }), 'checksum-mismatch'],
  ];
  for (const [what, damaged, reason] of cases) {
    const links = examineChain(await readApk(sourceOf(damaged)), [key.public], undefined);
    assert.deepEqual(
      links.filter(({ state }) => state === 'broken').map((link) => link.reason),
      [reason],
      what,
    );
    assert.throws(() => requireUnbroken(links), failure(reason), what);
  }
  const listed = examineChain(whole, [key.public], listingOf(whole, 'Q1other'));
  assert.throws(() => requireUnbroken(listed), failure('index-mismatch'));
});

test('a package is authentic by its own signature or by a signed index that lists it', async () => {
  const valid: SignatureState = { kind: 'valid', keyName: 'index', algorithm: 'RSA256' };
  const unsigned: SignatureState = { kind: 'unsigned' };
  const cases: [
    what: string,
    parts: ApkParts,
    keys: boolean,
    index: SignatureState | undefined,
    code: 'unsigned' | 'unknown-key' | undefined,
  ][] = [
    ['signed', { key }, true, undefined, undefined],
    ['signed, key not given', { key }, false, undefined, 'unknown-key'],
    ['unsigned', {}, true, undefined, 'unsigned'],
    ['unsigned, listed', {}, true, valid, undefined],
    ['unsigned, listed by an unsigned index', {}, true, unsigned, 'unsigned'],
    ['key not given, listed', { key }, false, valid, undefined],
    ['key not given, listed by an unsigned index', { key }, false, unsigned, 'unknown-key'],
  ];
  for (const [what, parts, keys, index, code] of cases) {
    const apk = await readParts(parts);
    const listing = index === undefined ? undefined : listingOf(apk, undefined, index);
    const links = examineChain(apk, keys ? [key.public] : [], listing);
    requireUnbroken(links);
    if (code === undefined) requireAuthentic(links, apk);
    else assert.throws(() => requireAuthentic(links, apk), failure(code), what);
  }
});

test('a signature section without a signature of a known kind vouches for nothing', async () => {
  const control = gzipSync(tarOf([{ name: '.PKGINFO', content: 'pkgname = a\n' }], false));
  const strange = gzipSync(tarOf([{ name: '.SIGN.RSA512.test.rsa.pub', content: 'x' }], false));
  const apk = await readApk(sourceOf(Buffer.concat([strange, control, gzipSync(tarOf([]))])));
  const links = examineChain(apk, [key.public], undefined);
  assert.equal(links.find(({ link }) => link === 'package-signature')!.state, 'unverifiable');
  assert.throws(() => requireAuthentic(links, apk), failure('unsigned'));
});

test('where no entry carries a checksum there is nothing to verify', async () => {
  const apk = await readParts({ data: [directoryOf('a'), { name: 'b', content: 'x' }] });
  assert.deepEqual(statesOf(examineChain(apk, [], undefined)), [
    'package-signature unverifiable',
    'datahash verified',
    'file-checksums unverifiable',
  ]);
});

test('the date of the build is a plain number of seconds or unknown', async () => {
  const cases: [line: string, date: number | undefined][] = [
    ['builddate = 1718452800', 1_718_452_800],
    ['builddate = 0', 0],
    ['builddate = -1', undefined],
    ['builddate = 1e9', undefined],
    ['builddate = ', undefined],
    ['builddate = 9999999999999', undefined],
    ['other = 1', undefined],
  ];
  for (const [line, date] of cases) {
    assert.equal(buildDate(await readParts({ pkginfo: [...usualPkgInfo, line] })), date, line);
  }
});
