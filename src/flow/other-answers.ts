/** Builds of a package that differs with the answers that other recordings hold, which show where these give the published bytes. */
import type { Difference } from '../compare/difference.ts';
import { packageSource } from '../emit/package.ts';
import { withRebuilt } from '../engine/engine.ts';
import { placeOf, placesBetween } from '../explain/triangulation.ts';
import { Failure } from '../failure.ts';
import { Slots } from '../inputs/network/slots.ts';
import { type Transcript, transcriptDigest } from '../transcript/transcript.ts';
import { type Built, observeSteps, rebuildRequest } from './candidate.ts';
import { replayOf } from './chosen-network.ts';
import { endsAll } from './run.ts';

/** What builds with other answers showed. */
export interface BuiltInstead {
  /** The recording whose answers give the published bytes where a difference is. */
  readonly givenElsewhere: (difference: Difference) => string | undefined;
  readonly caveats: readonly string[];
}

/** Other recordings that are built with; each build takes as long as the first. */
const mostBuilds = 4;
/** The packages of a build are judged at once, and each can be one of many: their builds follow each other. */
const turns = new Slots(1);

/** Builds with the answers of each recording that the user named. */
export async function builtInstead(built: Built, recordings: readonly Transcript[]): Promise<BuiltInstead> {
  const { otherTranscripts } = built.candidate.run.places;
  const { conversation } = built.rebuilt;
  const named = new Set(otherTranscripts.map(transcriptDigest));
  const builds: { readonly name: string; readonly differing: ReadonlySet<string> }[] = [];
  const caveats: string[] = [];
  for (const recording of recordings
    .filter((each) => named.has(transcriptDigest(each)))
    .slice(0, mostBuilds)) {
    const name = `the recording ${transcriptDigest(recording).slice(0, 12)}`;
    const done = await turns.take(
      conversation === undefined ? '' : transcriptDigest(conversation.transcript),
    );
    const differing = await differingWith(built, recording).finally(done);
    if (differing instanceof Failure) caveats.push(`with the answers of ${name}: ${differing.message}`);
    else builds.push({ name, differing });
  }
  const same = builds.find(({ differing }) => differing.size === 0);
  if (same !== undefined)
    caveats.push(
      `a build that was given the answers of ${same.name} has every published byte: verify with it alone`,
    );
  return {
    givenElsewhere: (difference) =>
      builds.find(({ differing }) => !differing.has(JSON.stringify(placeOf(difference))))?.name,
    caveats,
  };
}

/** The places where a build with other answers differs from the published file. */
async function differingWith(
  { candidate, rebuilt }: Built,
  recording: Transcript,
): Promise<ReadonlySet<string> | Failure> {
  const { target, run } = candidate;
  const observer = observeSteps(target.claim.recipe.package.name, run.watch);
  const request = rebuildRequest([candidate], observer);
  const ports =
    request.network.kind === 'record' || request.network.kind === 'replay' ? request.network.ports : [];
  const network = replayOf(recording, ports);
  try {
    return await withRebuilt(
      run.builds.engine,
      { ...request, plans: [rebuilt.plan], network },
      async ([next]) => {
        const outcome = next!.outcome;
        if (outcome instanceof Failure) throw outcome;
        const places = await placesBetween(target.source, packageSource(outcome, undefined));
        return new Set(places.map((place) => JSON.stringify(place)));
      },
    );
  } catch (failure) {
    if (failure instanceof Failure && !endsAll(failure, run)) return failure;
    throw failure;
  }
}
