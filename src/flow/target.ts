/** One package that the user asks about: read, its signatures and digests verified, its claim read. */

import { basename } from 'node:path';
import type { Apk } from '../apk/apk.ts';
import { q1 } from '../apk/checksum.ts';
import { pkgInfoValue } from '../apk/pkginfo.ts';
import { busy } from '../busy.ts';
import type { ByteSource } from '../byte-source.ts';
import {
  type IndexListing,
  indexLinks,
  isAuthentic,
  type Link,
  otherListings,
  ownLinks,
  requireAuthentic,
  requireUnbroken,
} from '../claim/chain.ts';
import { type Claim, readClaim, readPublished } from '../claim/claim.ts';
import type { ClaimFinding } from '../claim/findings.ts';
import { publishedNames } from '../claim/published-names.ts';
import { asFailure, describeTried, Failure, isUnreached } from '../failure.ts';
import { verifySignatures } from '../repository/keyring.ts';
import type { Subject, TakenPackage } from '../verdict/result.ts';
import { type OpenedRepositories, type OpenRepositories, repositoryFindings } from './repositories.ts';
import type { Trust } from './run.ts';

/** What was found about a file. */
interface Found {
  /** The file as the user named it. */
  readonly file: string;
  readonly source: ByteSource;
  /** What the name was taken for; absent where a file was named. */
  readonly taken?: TakenPackage;
  readonly apk: Apk | undefined;
  readonly chain: readonly Link[];
  readonly claim: Claim | undefined;
  /** What was noticed about the keys and repositories that vouch for it. */
  readonly noticed: readonly ClaimFinding[];
  /** What weakens the statement about it. */
  readonly caveats: readonly string[];
}

/** A file that was refused, with what was found before the first failure. */
export interface Refused extends Found {
  readonly failure: Failure;
}

/** A file that can be rebuilt. */
export interface Target extends Found {
  readonly apk: Apk;
  readonly claim: Claim;
  readonly failure: undefined;
}

export type Examined = Refused | Target;

/**
 * Examines a file: first what it is in itself (form, signature, digests, recipe), so that a defect of the file is reported even where
 * repositories have defects; then what vouches for it. Findings and failures about the file are values; only `usage` and `internal`
 * are thrown.
 * @param known repositories that were opened to find the file
 */
export async function examine(
  file: string,
  source: ByteSource,
  repositories: OpenRepositories,
  trust: Trust,
  known?: OpenedRepositories,
): Promise<Examined> {
  let found = nothingFound;
  try {
    const apk = await readPublished(source);
    const own = busy(() => ownLinks(apk, trust.keys));
    const noticed = renamedKey(apk, trust);
    found = {
      ...found,
      apk,
      noticed,
      chain: [...(known === undefined ? [] : indexLinks(apk, findListings(apk, known))), ...own],
    };
    requireUnbroken(own);
    const claim = busy(() => attempt(() => readClaim(apk, basename(file))));
    if (claim instanceof Failure && claim.class === 'rejected') throw claim;
    const opened = known ?? (await repositories(publishedNames(apk).architecture));
    const listings = findListings(apk, opened);
    const chain = [...indexLinks(apk, listings), ...own];
    found = {
      ...found,
      chain,
      noticed: [...noticed, ...repositoryFindings(opened), ...otherFindings(apk, listings)],
    };
    requireUnbroken(chain);
    if (!trust.allowUnsigned)
      requireVouched(chain, apk, [...trust.missing, ...opened.skipped.map(({ failure }) => failure)]);
    if (claim instanceof Failure) throw claim;
    const caveats = isAuthentic(chain) ? [] : ['no given key vouches for the package (--allow-unsigned)'];
    return { file, source, ...found, apk, claim, caveats, failure: undefined };
  } catch (thrown) {
    const failure = asFailure(thrown);
    if (!(failure instanceof Failure) || failure.class === 'usage' || failure.class === 'internal')
      throw failure;
    return { file, source, ...found, failure };
  }
}

/** What is known of a file that was not examined: nothing. */
export const nothingFound: Omit<Found, 'file' | 'source'> = {
  apk: undefined,
  chain: [],
  claim: undefined,
  noticed: [],
  caveats: [],
};

function attempt<V>(work: () => V): V | Failure {
  try {
    return work();
  } catch (failure) {
    if (failure instanceof Failure) return failure;
    throw failure;
  }
}

/**
 * Requires that a key vouches for the package. A repository or a key that could not be reached, or cannot be used, might: then it is not known that no key does.
 * @param failures why keys and repositories are missing
 */
function requireVouched(chain: readonly Link[], apk: Apk, failures: readonly Failure[]): void {
  try {
    requireAuthentic(chain, apk);
  } catch (cause) {
    const got = describeTried(failures) ?? '';
    if (failures.some(({ code }) => code === 'environment-invalid'))
      throw new Failure(
        'environment-invalid',
        'an index or a key that may vouch for the package cannot be used',
        {
          got,
          cause,
        },
      );
    if (failures.some(isUnreached))
      throw new Failure('unreachable', 'nothing that may vouch for the package could be reached', {
        got,
        cause,
      });
    throw cause;
  }
}

function findListings(apk: Apk, { repositories }: OpenedRepositories): IndexListing[] {
  return repositories.flatMap(({ location, signature, records }) => {
    const listed = records.of(nameAndVersion(apk));
    return listed.length === 0 ? [] : { repository: location, signature, records: listed };
  });
}

function nameAndVersion({ control: { pkginfo } }: Apk): string {
  return `${pkgInfoValue(pkginfo, 'pkgname')}=${pkgInfoValue(pkginfo, 'pkgver')}`;
}

function otherFindings(apk: Apk, listings: readonly IndexListing[]): ClaimFinding[] {
  return otherListings(apk, listings).map(({ repository }) => ({
    kind: 'index-differs',
    detail: `${repository}: ${nameAndVersion(apk)}`,
  }));
}

function renamedKey({ signature, control }: Apk, { keys }: Trust): ClaimFinding[] {
  const state = verifySignatures(signature?.signatures ?? [], control.bytes, keys);
  if (state.kind !== 'valid' || state.givenAs === undefined) return [];
  const detail = `the package names ${state.keyName}, the key was given as ${state.givenAs}`;
  return [{ kind: 'key-renamed', detail }];
}

export function subjectOf({ apk }: Examined): Subject | undefined {
  if (apk === undefined) return undefined;
  const datahash = pkgInfoValue(apk.control.pkginfo, 'datahash');
  return {
    sha256: apk.sha256,
    size: apk.size,
    name: pkgInfoValue(apk.control.pkginfo, 'pkgname'),
    version: pkgInfoValue(apk.control.pkginfo, 'pkgver'),
    architecture: pkgInfoValue(apk.control.pkginfo, 'arch'),
    ...(datahash === undefined ? {} : { datahash }),
    q1: q1(apk.control.sha1),
  };
}
