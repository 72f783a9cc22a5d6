/** Transcripts that were recorded, kept for later runs and for the user. */
import type { NetworkRequest } from '../engine/engine.ts';
import { writeNamed } from '../folders.ts';
import type { Conversation } from '../gateway/gateway.ts';
import { transcriptBytes } from '../transcript/transcript.ts';
import type { Candidate } from './candidate.ts';
import { recordedAsOf, rememberTranscript } from './chosen-network.ts';

/** Writes what was recorded of a build that failed to the file that was named, to be looked at and compared; no later run takes it from the store. Fails with `usage`. */
export function keepFailedRecording(candidate: Candidate, conversation: Conversation | undefined): void {
  const { prepared, run } = candidate;
  const { transcript } = run.places;
  if (prepared.inputs.network.kind !== 'record' || conversation === undefined || transcript === undefined)
    return;
  writeNamed(transcript, transcriptBytes(conversation.transcript));
}

/** Keeps what was recorded: in the store, and in the file that was named. Fails with `usage` where that cannot be written. */
export async function keepRecordings(
  candidates: readonly Candidate[],
  request: NetworkRequest,
  conversation: Conversation | undefined,
): Promise<void> {
  if (request.kind !== 'record' || conversation === undefined) return;
  const bytes = transcriptBytes(conversation.transcript);
  for (const { target, run } of candidates) {
    const { store } = run.machine.inputs;
    const { recipeSha256, architecture, traits } = target.claim;
    const build = { recipeSha256, architecture, asOf: recordedAsOf(run, traits.clock) };
    rememberTranscript(build, store.add(bytes), store);
    if (run.places.transcript !== undefined) writeNamed(run.places.transcript, bytes);
  }
}
