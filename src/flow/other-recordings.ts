/** Other recordings of a build: those that the user named, and those that the store still has. */

import { requestKey } from '../transcript/request-key.ts';
import type { Transcript } from '../transcript/transcript.ts';
import { transcriptDigest } from '../transcript/transcript.ts';
import type { Candidate } from './candidate.ts';
import { recallTranscripts, recordedAsOf } from './chosen-network.ts';

/** Each once, those that the user named first; those that share no request with the build are of other builds. */
export async function otherRecordings(
  { target, run }: Candidate,
  transcript: Transcript,
): Promise<readonly Transcript[]> {
  const { recipeSha256, architecture, traits } = target.claim;
  const build = { recipeSha256, architecture, asOf: recordedAsOf(run, traits.clock) };
  const kept = await recallTranscripts(build, run.machine.inputs.store);
  const requests = new Set(transcript.exchanges.map(requestKey));
  const others = new Map(
    [...run.places.otherTranscripts, ...kept].map((each) => [transcriptDigest(each), each] as const),
  );
  others.delete(transcriptDigest(transcript));
  return [...others.values()].filter(({ exchanges }) =>
    exchanges.some((each) => requests.has(requestKey(each))),
  );
}
