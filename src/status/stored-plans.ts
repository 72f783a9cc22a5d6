/** The plans of builds, as results that a sweep keeps among its artifacts hold them. */
import type { Sha256 } from '../digest.ts';
import { Failure, isFaultOfFile } from '../failure.ts';
import { parseSavedRun } from '../report/saved/saved-run.ts';
import type { VerdictRow } from '../sweep/verdict-row.ts';
import type { StatedPackage, StatedPlan } from '../verdict/stated.ts';

/** Reads an artifact; undefined where the sweep does not keep it, or not any more. */
export type ReadArtifact = (digest: Sha256) => Promise<Uint8Array | undefined>;

/**
 * The plan that a verdict rests on; undefined where none was made or the result is not kept, cannot be read by this version, or says of that file and that plan something else than the
 * row does.
 */
export async function storedPlan(
  { result, plan: identity, sha256, verdict }: Pick<VerdictRow, 'result' | 'plan' | 'sha256' | 'verdict'>,
  readArtifact: ReadArtifact,
): Promise<StatedPlan | undefined> {
  if (result === undefined || identity === undefined) return undefined;
  const bytes = await readArtifact(result);
  if (bytes === undefined) return undefined;
  try {
    const isOfRow = (each: StatedPackage) =>
      each.plan?.identity === identity && each.subject?.sha256 === sha256 && each.verdict.kind === verdict;
    return parseSavedRun(bytes).packages.find(isOfRow)?.plan?.plan;
  } catch (failure) {
    if (failure instanceof Failure && (failure.class === 'usage' || isFaultOfFile(failure))) return undefined;
    throw failure;
  }
}
