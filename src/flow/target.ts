/** One package that somebody asked about: read, held against its signatures and digests, its claim read. */

import { basename } from 'node:path';
import type { Apk, ByteSource } from '../apk/apk.ts';
import { pkgInfoValue } from '../apk/pkginfo.ts';
import { busy } from '../busy.ts';
import {
  examineChain,
  type IndexListing,
  type Link,
  requireAuthentic,
  requireUnbroken,
} from '../claim/chain.ts';
import { type Claim, readClaim, readPublished } from '../claim/claim.ts';
import { publishedNames } from '../claim/published-names.ts';
import { asFailure, describeTried, Failure } from '../failure.ts';
import type { Subject } from '../verdict/result.ts';
import type { RunOptions } from './options.ts';
import type { OpenedRepositories, OpenRepositories } from './repositories.ts';

/** What was found out about a file before the first thing that failed. */
export interface Examined {
  readonly file: string;
  readonly source: ByteSource;
  readonly apk: Apk | undefined;
  readonly chain: readonly Link[];
  readonly claim: Claim | undefined;
  readonly failure: Failure | undefined;
}

/** A file that can be rebuilt. */
export interface Target extends Examined {
  readonly apk: Apk;
  readonly claim: Claim;
  readonly failure: undefined;
}

/** Examines a file. Findings and failures about the file are values; only `usage` and `internal` are thrown. */
export async function examine(
  file: string,
  source: ByteSource,
  repositories: OpenRepositories,
  options: Pick<RunOptions, 'keys' | 'allowUnsigned' | 'limits'>,
): Promise<Examined> {
  let found: Pick<Examined, 'apk' | 'chain' | 'claim'> = { apk: undefined, chain: [], claim: undefined };
  try {
    const apk = await readPublished(source, options.limits);
    found = { ...found, apk };
    const opened = await repositories(publishedNames(apk).architecture);
    const listing = findListing(apk, opened);
    const chain = busy(() => examineChain(apk, options.keys, listing));
    found = { ...found, chain };
    requireUnbroken(chain);
    if (!options.allowUnsigned) requireVouched(chain, apk, opened);
    found = { ...found, claim: busy(() => readClaim(apk, basename(file))) };
    return { file, source, ...found, failure: undefined };
  } catch (thrown) {
    const failure = asFailure(thrown);
    if (!(failure instanceof Failure) || failure.class === 'usage' || failure.class === 'internal')
      throw failure;
    return { file, source, ...found, failure };
  }
}

export function isTarget(examined: Examined): examined is Target {
  return examined.failure === undefined && examined.apk !== undefined && examined.claim !== undefined;
}

/** A repository that could not be asked may vouch for the package: nobody can say that no key does. */
function requireVouched(chain: readonly Link[], apk: Apk, { unreached }: OpenedRepositories): void {
  try {
    requireAuthentic(chain, apk);
  } catch (failure) {
    const tried = describeTried(unreached.map((each) => each.failure));
    if (tried === undefined) throw failure;
    throw new Failure('unreachable', 'no repository that vouches for the package could be asked', {
      got: tried,
      cause: failure,
    });
  }
}

function findListing(apk: Apk, { repositories }: OpenedRepositories): IndexListing | undefined {
  const key = `${pkgInfoValue(apk.control.pkginfo, 'pkgname')}=${pkgInfoValue(apk.control.pkginfo, 'pkgver')}`;
  for (const { location, signature, records } of repositories) {
    const record = records.get(key);
    if (record !== undefined) return { repository: location, signature, record };
  }
  return undefined;
}

export function subjectOf({ apk }: Examined): Subject | undefined {
  if (apk === undefined) return undefined;
  return {
    sha256: apk.sha256,
    size: apk.size,
    name: pkgInfoValue(apk.control.pkginfo, 'pkgname'),
    version: pkgInfoValue(apk.control.pkginfo, 'pkgver'),
  };
}
