/** Which packages are the same as in an earlier result or in an index. What is not known to be the same has changed. */
import type { Sha256 } from '../digest.ts';
import { parseIndex } from '../repository/apkindex.ts';
import type { StatedPackage } from '../verdict/stated.ts';
import type { SubjectFacts } from './subject-facts.ts';

/** Whether a package is the same as then. */
export type IsUnchanged = (subject: string, facts: SubjectFacts) => Promise<boolean>;

/**
 * The same as in an earlier result, and reproduced there: what was not is judged again, so that a run of what changed never passes because of
 * what it leaves out.
 * @param digest the SHA-256 of a file; undefined for what is not a file here
 */
export function reproducedBefore(
  packages: readonly StatedPackage[],
  digest: (subject: string) => Promise<Sha256 | undefined>,
): IsUnchanged {
  const reproduced = packages.filter(({ verdict }) => verdict.kind === 'reproduced');
  const known = new Set(reproduced.flatMap(({ subject }) => (subject === undefined ? [] : [subject.sha256])));
  return async (subject) => {
    const sha256 = known.size === 0 ? undefined : await digest(subject);
    return sha256 !== undefined && known.has(sha256);
  };
}

/**
 * The same as in an index: it lists the checksum of the control section, which holds the digest of the data. Fails as `parseIndex` does.
 * @param hasItsData whether the data of a file are those that its control section records
 */
export async function listedBefore(
  bytes: Uint8Array,
  hasItsData: (subject: string) => Promise<boolean>,
): Promise<IsUnchanged> {
  const { records } = await parseIndex(bytes);
  const known = new Set<string>();
  for (const [, { checksum }] of records) known.add(checksum);
  return async (subject, { checksum }) =>
    checksum !== undefined && known.has(checksum) && (await hasItsData(subject));
}
