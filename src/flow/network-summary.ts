/** What the steps of a build fetched, as the result of a package gives it, and how far that weakens the verdict. */
import { counted } from '../bytes.ts';
import type { Conversation } from '../gateway/gateway.ts';
import { refusalTitles } from '../transcript/refusals.ts';
import { type NetworkSummary, summarise } from '../transcript/summary.ts';
import type { Candidate } from './candidate.ts';

export function networkSummary(
  { prepared }: Candidate,
  { transcript, refusals }: Conversation,
): NetworkSummary {
  const mode = prepared.inputs.network.kind === 'replay' ? 'replayed' : 'recorded';
  return summarise(mode, transcript, refusals);
}

/** The caveats in words for the report; none where nothing was fetched. */
export function networkCaveats({ mode, objects, unanswered, refused }: NetworkSummary): string[] {
  const by = mode === 'recorded' ? 'from the network' : 'from a transcript';
  return [
    ...(objects === 0
      ? []
      : [`the steps fetched ${counted(objects, 'object')} ${by}: nothing here shows what pins them`]),
    ...(unanswered.length === 0
      ? []
      : [`nobody answered ${counted(unanswered.length, 'request')} of the steps, which went on without`]),
    ...refused.map(
      ({ kind, target, count }) =>
        `refused ${count === 1 ? 'once' : `${count} times`}: ${refusalTitles[kind]} (${target})`,
    ),
  ];
}
