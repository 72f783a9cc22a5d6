/**
 * The chain from a key to every byte of a published file: index signature, index checksum, package signature, datahash,
 * checksum of each file. A broken link ends the run; nothing of the package is believed before the whole chain holds.
 */
import type { Apk } from '../apk/apk.ts';
import type { PublicKey } from '../apk/apk-signature.ts';
import { expectedChecksum, q1, recordedChecksum } from '../apk/checksum.ts';
import { entryPath } from '../apk/entry-rules.ts';
import { pkgInfoValues } from '../apk/pkginfo.ts';
import { counted, encodeBytes } from '../bytes.ts';
import { sha1 } from '../digest.ts';
import { Failure, type RejectedReason } from '../failure.ts';
import { keysOf, type SignatureState, signerOf, verifyPublishedSignatures } from '../repository/keyring.ts';
import type { IndexRecord } from '../repository/records.ts';

export type LinkName =
  | 'index-signature'
  | 'index-checksum'
  | 'package-signature'
  | 'datahash'
  | 'file-checksums';

export interface Link {
  readonly link: LinkName;
  readonly state: 'verified' | 'unverifiable' | 'broken';
  /** Why, in the words of the report; attacker-controlled parts are not yet made printable. */
  readonly detail: string;
  /** The code of a broken link. */
  readonly reason?: RejectedReason;
  readonly expected?: string;
  readonly got?: string;
}

/** The records of an index that list the package, and what that index's signature is worth. */
export interface IndexListing {
  readonly repository: string;
  readonly signature: SignatureState;
  /** At least one; more where the index gives several checksums for one name and version. */
  readonly records: readonly Pick<IndexRecord, 'checksum'>[];
}

/** The links that the file has in itself, in order, broken ones included; never fails. */
export function ownLinks(apk: Apk, keys: readonly PublicKey[]): Link[] {
  return [packageSignatureLink(apk, keys), datahashLink(apk), fileChecksumsLink(apk)];
}

/**
 * The links of the indexes that list it, taken from the listing that says most. A signed index that lists this file comes before one that
 * lists a different one; an index that no key vouches for breaks nothing.
 */
export function indexLinks(apk: Apk, listings: readonly IndexListing[]): Link[] {
  const listing = [...listings].sort((a, b) => rankOf(apk, a) - rankOf(apk, b))[0];
  return listing === undefined ? [] : listingLinks(apk, listing);
}

function rankOf(apk: Apk, { signature, records }: IndexListing): number {
  const fits = records.some(({ checksum }) => checksum === q1(apk.control.sha1));
  return (signature.kind === 'valid' ? 0 : 2) + (fits ? 0 : 1);
}

/** The listings of a different file that break nothing: because a listing of this file is there as well, or because no key vouches for them. */
export function otherListings(apk: Apk, listings: readonly IndexListing[]): IndexListing[] {
  const ranks = listings.map((each) => rankOf(apk, each));
  const isListed = ranks.includes(0);
  return listings.filter((_, at) => ranks[at] === 3 || (ranks[at] === 1 && isListed));
}

/** Fails with the reason of the first broken link. */
export function requireUnbroken(links: readonly Link[]): void {
  const broken = links.find(({ state }) => state === 'broken');
  if (broken?.reason === undefined) return;
  throw new Failure(broken.reason, broken.detail, {
    ...(broken.expected === undefined ? {} : { expected: broken.expected }),
    ...(broken.got === undefined ? {} : { got: broken.got }),
  });
}

/** Whether a key of this run vouches for the file: by the file's own signature, or by an index that lists it. */
export function isAuthentic(links: readonly Link[]): boolean {
  const verified = (name: LinkName) => links.some(({ link, state }) => link === name && state === 'verified');
  return verified('package-signature') || (verified('index-signature') && verified('index-checksum'));
}

/** Fails with `unsigned` or `unknown-key` unless some key vouches for the file. */
export function requireAuthentic(links: readonly Link[], apk: Apk): void {
  if (isAuthentic(links)) return;
  const named = apk.signature?.signatures[0]?.keyName;
  if (named === undefined) {
    throw new Failure('unsigned', 'the package is not signed, and no given signed index lists it', {
      hint: 'give the index that lists it (--repository), or accept unsigned packages with --allow-unsigned',
    });
  }
  throw new Failure('unknown-key', 'the package is signed with a key that was not given', {
    got: named,
    hint: 'give the public key with --key FILE, in a file of that name, or accept unknown keys with --allow-unsigned',
  });
}

function listingLinks(apk: Apk, { signature, records, repository }: IndexListing): Link[] {
  const signed = signature.kind === 'valid';
  const got = q1(apk.control.sha1);
  const link = 'index-checksum';
  const differs = 'the index lists a different package under this name and version';
  const expected = records.map(({ checksum }) => checksum).join(' ');
  const checksum: Link = records.some((record) => record.checksum === got)
    ? { link, state: 'verified', detail: got }
    : signed
      ? { link, state: 'broken', reason: 'index-mismatch', detail: differs, expected, got }
      : { link, state: 'unverifiable', detail: `${differs}, and no key vouches for the index` };
  return [
    {
      link: 'index-signature',
      state: signed ? 'verified' : 'unverifiable',
      detail: signed
        ? `${repository} is signed by ${signerOf(signature)}`
        : `${repository}: ${signature.kind}`,
    },
    checksum,
  ];
}

function packageSignatureLink(apk: Apk, keys: readonly PublicKey[]): Link {
  const link = 'package-signature';
  if (apk.signature === undefined)
    return { link, state: 'unverifiable', detail: 'the package is not signed' };
  const state = verifyPublishedSignatures(apk.signature.signatures, apk.control.bytes, keys);
  switch (state.kind) {
    case 'valid':
      return { link, state: 'verified', detail: `${state.algorithm} signature of ${signerOf(state)}` };
    case 'invalid':
      return {
        link,
        state: 'broken',
        reason: 'signature-invalid',
        detail: `the signature does not match the key that it names, ${state.keyName}`,
        expected: `a signature by the key ${keysOf(state)}`,
      };
    case 'unknown-key':
      return { link, state: 'unverifiable', detail: `signed with ${state.keyName}, which was not given` };
    case 'unsigned':
      return {
        link,
        state: 'unverifiable',
        detail: 'the signature section has no signature of a known kind',
      };
  }
}

function datahashLink(apk: Apk): Link {
  const link = 'datahash';
  const recorded = pkgInfoValues(apk.control.pkginfo, 'datahash');
  const expected = recorded[0];
  if (expected === undefined) {
    return {
      link,
      state: 'broken',
      reason: 'datahash-missing',
      detail: '.PKGINFO records no datahash, so nothing ties the data to the signature',
    };
  }
  if (recorded.length === 1 && expected === apk.data.sha256)
    return { link, state: 'verified', detail: expected };
  return {
    link,
    state: 'broken',
    reason: 'datahash-mismatch',
    detail: 'the data section is not the one that .PKGINFO records',
    expected: recorded.join(' '),
    got: apk.data.sha256,
  };
}

function fileChecksumsLink(apk: Apk): Link {
  const link = 'file-checksums';
  let verified = 0;
  for (const entry of apk.data.entries) {
    const expected = recordedChecksum(entry);
    const got = expectedChecksum(entry, (target) => sha1(encodeBytes(target)));
    if (expected === undefined || got === undefined) continue;
    if (expected !== got) {
      return {
        link,
        state: 'broken',
        reason: 'checksum-mismatch',
        detail: `the checksum of ${entryPath(entry)} is not that of its content`,
        expected,
        got,
      };
    }
    verified += 1;
  }
  if (verified === 0) return { link, state: 'unverifiable', detail: 'no entry carries a checksum' };
  return { link, state: 'verified', detail: counted(verified, 'entry', 'entries') };
}
