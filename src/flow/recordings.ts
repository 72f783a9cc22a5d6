/** Transcripts that were recorded, kept for later runs and for the user. */
import type { NetworkRequest } from '../engine/engine.ts';
import { writeNamed } from '../folders.ts';
import type { Conversation } from '../gateway/gateway.ts';
import { transcriptBytes } from '../transcript/transcript.ts';
import type { Candidate } from './candidate.ts';
import { noteOf, recordedAsOf } from './chosen-network.ts';

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
    store.remember(noteOf(build), store.add(bytes));
    if (run.places.transcript !== undefined) writeNamed(run.places.transcript, bytes);
  }
}
