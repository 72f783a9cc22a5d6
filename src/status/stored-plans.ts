/** The plans of builds, as results that a sweep keeps among its artifacts hold them. */
import type { Sha256 } from '../digest.ts';
import { Failure, isFaultOfFile } from '../failure.ts';
import { parseSavedRun } from '../report/saved/saved-run.ts';
import type { VerdictRow } from '../sweep/verdict-row.ts';
import type { StatedPlan } from '../verdict/stated.ts';

/** Reads an artifact; undefined where the sweep does not keep it, or not any more. */
export type ReadArtifact = (digest: Sha256) => Promise<Uint8Array | undefined>;

/** The plan that a verdict rests on; undefined where none was made or the result is not kept, or cannot be read by this version. */
export async function storedPlan(
  { result, plan: identity }: Pick<VerdictRow, 'result' | 'plan'>,
  readArtifact: ReadArtifact,
): Promise<StatedPlan | undefined> {
  if (result === undefined || identity === undefined) return undefined;
  const bytes = await readArtifact(result);
  if (bytes === undefined) return undefined;
  try {
    return parseSavedRun(bytes).packages.find(({ plan }) => plan?.identity === identity)?.plan?.plan;
  } catch (failure) {
    if (failure instanceof Failure && (failure.class === 'usage' || isFaultOfFile(failure))) return undefined;
    throw failure;
  }
}
