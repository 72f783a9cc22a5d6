/** Rows of verdicts, from the results of a job's packages. */
import { canonicalJson } from '../../canonical.ts';
import type { CauseKind } from '../../compare/cause.ts';
import { allDifferences } from '../../compare/comparison.ts';
import { type Sha256, sha256 } from '../../digest.ts';
import type { StatedPackage } from '../../verdict/stated.ts';
import type { JobPackage, SweepJob } from '../job.ts';
import type { AttemptOutcome } from '../sweep-store.ts';

type Row = AttemptOutcome['rows'][number];

/** The name by which a package of a job is asked for. */
export function subjectOf(job: Pick<SweepJob, 'architecture'>, { name, version }: JobPackage): string {
  return `${name}=${version}:${job.architecture}`;
}

/**
 * A row for each package of a job.
 * @param results by the name by which each was asked for
 * @param tool the version of the program that judged
 * @param result the whole result among the artifacts
 * @returns undefined where a package has no result
 */
export function verdictRows(
  job: SweepJob,
  results: ReadonlyMap<string, StatedPackage>,
  tool: string,
  result: Sha256,
): readonly Row[] | undefined {
  const rows = job.packages.map((listed) => {
    const found = results.get(subjectOf(job, listed));
    return found === undefined ? undefined : verdictRow(job, listed, found, { tool, result });
  });
  return rows.every((row) => row !== undefined) ? rows : undefined;
}

function verdictRow(
  job: SweepJob,
  listed: JobPackage,
  found: StatedPackage,
  { tool, result }: Pick<Row, 'tool' | 'result'>,
): Row {
  const { origin, architecture, repository, commit, builtAt, popularity } = job;
  const { name, version, checksum, size } = listed;
  const isListed = isAsListed(listed, found);
  const plan = isListed ? found.plan : undefined;
  return {
    ...{ name, version, architecture, origin, repository, commit, builtAt, checksum, size },
    sha256: isListed ? found.subject?.sha256 : undefined,
    ...(isListed ? verdictOf(found) : { verdict: 'inconclusive', reason: 'package-unavailable', causes: [] }),
    sbom: isListed ? (found.sbom ?? '') : '',
    melange: plan?.plan.builder.melange ?? '',
    plan: plan?.identity,
    recipe: plan?.plan.recipe.sha256,
    environment: plan === undefined ? undefined : sha256(Buffer.from(canonicalJson(plan.plan.environment))),
    sandbox: isListed ? (found.sandbox ?? '') : '',
    caveats: isListed ? keptCaveats(found.caveats) : [],
    tool,
    popularity,
    result,
  };
}

/** What a package says can stand in a caveat: the whole of it is in the result. */
const mostCaveats = 100;
const mostCaveat = 1000;

function keptCaveats(caveats: readonly string[]): readonly string[] {
  return caveats.slice(0, mostCaveats).map((each) => each.slice(0, mostCaveat));
}

/**
 * Whether what was judged is what the job's index lists, where the job is from one: a repository may have given the name and version to a different file since. A file that could not be
 * read as a package has no checksum, and cannot be reproduced either.
 */
export function isAsListed({ checksum }: JobPackage, { subject, verdict }: StatedPackage): boolean {
  if (checksum === '') return true;
  return subject?.q1 === undefined ? verdict.kind !== 'reproduced' : subject.q1 === checksum;
}

function verdictOf({ verdict }: StatedPackage): Pick<Row, 'verdict' | 'reason' | 'causes'> {
  return {
    verdict: verdict.kind,
    reason: verdict.kind === 'reproduced' ? '' : verdict.reason,
    causes: causesOf(verdict),
  };
}

function causesOf(verdict: StatedPackage['verdict']): readonly CauseKind[] {
  if (!('comparison' in verdict) || verdict.comparison === undefined) return [];
  const kinds = allDifferences(verdict.comparison.sections).flatMap(({ causes = [] }) =>
    causes.map(({ kind }) => kind),
  );
  return [...new Set(kinds)].sort();
}
