import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { Apk } from '../../src/apk/apk.ts';
import { keyFingerprint } from '../../src/apk/apk-signature.ts';
import { q1 } from '../../src/apk/checksum.ts';
import { readApk } from '../../src/apk/read-apk.ts';
import {
  type IndexListing,
  indexLinks,
  type Link,
  otherListings,
  ownLinks,
  requireAuthentic,
  requireUnbroken,
} from '../../src/claim/chain.ts';
import type { RejectedReason } from '../../src/failure.ts';
import type { SignatureState } from '../../src/repository/keyring.ts';
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
  return { repository: 'somewhere', signature: signature ?? valid, records: [{ checksum }] };
}

test('a sound, signed and listed package has every link verified', async () => {
  const apk = await readParts({ data, key });
  const links = [...indexLinks(apk, [listingOf(apk)]), ...ownLinks(apk, [key.public])];
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

test('each broken link is named with its reason, and the first one ends the run', async () => {
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
    const links = ownLinks(await readApk(sourceOf(damaged)), [key.public]);
    assert.deepEqual(
      links.filter(({ state }) => state === 'broken').map((link) => link.reason),
      [reason],
      what,
    );
    assert.throws(() => requireUnbroken(links), failure(reason), what);
  }
  const listed = indexLinks(whole, [listingOf(whole, 'Q1other')]);
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
    const links = [
      ...indexLinks(apk, listing === undefined ? [] : [listing]),
      ...ownLinks(apk, keys ? [key.public] : []),
    ];
    requireUnbroken(links);
    if (code === undefined) requireAuthentic(links, apk);
    else assert.throws(() => requireAuthentic(links, apk), failure(code), what);
  }
});

test('a signature section without a signature of a known kind vouches for nothing', async () => {
  const control = gzipSync(tarOf([{ name: '.PKGINFO', content: 'pkgname = a\n' }], false));
  const strange = gzipSync(tarOf([{ name: '.SIGN.RSA512.test.rsa.pub', content: 'x' }], false));
  const apk = await readApk(sourceOf(Buffer.concat([strange, control, gzipSync(tarOf([]))])));
  const links = ownLinks(apk, [key.public]);
  assert.equal(links.find(({ link }) => link === 'package-signature')!.state, 'unverifiable');
  assert.throws(() => requireAuthentic(links, apk), failure('unsigned'));
});

test('where no entry carries a checksum there is nothing to verify', async () => {
  const apk = await readParts({ data: [directoryOf('a'), { name: 'b', content: 'x' }] });
  assert.deepEqual(statesOf(ownLinks(apk, [])), [
    'package-signature unverifiable',
    'datahash verified',
    'file-checksums unverifiable',
  ]);
});

test('of several indexes the one that says most counts, in every order, and one that no key vouches for breaks nothing', async () => {
  const apk = await readParts({ data, key });
  const unsigned: SignatureState = { kind: 'unsigned' };
  const right = listingOf(apk);
  const wrong = listingOf(apk, 'Q1other');
  const twice = { ...wrong, records: [...wrong.records, ...right.records] };
  const mistrusted = listingOf(apk, 'Q1other', unsigned);
  const accepted = listingOf(apk, undefined, unsigned);
  const cases: [what: string, listings: IndexListing[], states: string[], others: number][] = [
    ['none', [], [], 0],
    ['one', [right], ['verified', 'verified'], 0],
    ['another package', [wrong], ['verified', 'broken'], 0],
    ['this one and another package', [right, wrong], ['verified', 'verified'], 1],
    ['two checksums, one of which fits', [twice], ['verified', 'verified'], 0],
    ['another package, by nobody', [mistrusted], ['unverifiable', 'unverifiable'], 1],
    ['this one, by nobody', [accepted], ['unverifiable', 'verified'], 0],
    ['another by a key, this one by nobody', [wrong, accepted], ['verified', 'broken'], 0],
    ['this one, and another by nobody', [right, mistrusted], ['verified', 'verified'], 1],
  ];
  for (const [what, listings, states, others] of cases)
    for (const order of [listings, [...listings].reverse()]) {
      assert.deepEqual(
        indexLinks(apk, order).map(({ state }) => state),
        states,
        what,
      );
      assert.equal(otherListings(apk, order).length, others, what);
    }
});

test('a signature that does not fit names the fingerprint of the key that was given', async () => {
  const apk = await readParts({ data, key });
  const namesake = { ...makeKey('other').public, name: key.public.name };
  const [link] = ownLinks(apk, [namesake]);
  assert.equal(link!.reason, 'signature-invalid');
  assert.ok(link!.expected!.includes(keyFingerprint(namesake)), link!.expected);
});
