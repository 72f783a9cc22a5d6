/** What the steps of a build fetched, as the result of a package gives it, and how far that weakens or supports the verdict. */
import { counted } from '../bytes.ts';
import type { ClaimFinding } from '../claim/findings.ts';
import type { Conversation } from '../gateway/gateway.ts';
import { refusalTitles } from '../transcript/refusals.ts';
import { mayBeGivenInPart } from '../transcript/transcript.ts';
import { type NetworkSummary, type PinSummary, summarise } from '../verdict/fetched.ts';
import type { Candidate } from './candidate.ts';

export async function networkSummary(
  candidate: Candidate,
  conversation: Conversation,
): Promise<NetworkSummary> {
  const { pinSummary } = await import('./pin-summary.ts');
  const mode = candidate.prepared.inputs.network.kind === 'replay' ? 'replayed' : 'recorded';
  return summarise(mode, conversation, await pinSummary(candidate, conversation));
}

/** In words for the report; nothing where nothing was fetched that weakens the verdict. */
export function networkCaveats({ pins, unanswered, refused }: NetworkSummary): string[] {
  return [
    ...pinCaveats(pins, unanswered),
    ...(unanswered.length === 0
      ? []
      : [`${counted(unanswered.length, 'request')} of the steps got no answer, and they went on without`]),
    ...refused.map(
      ({ kind, target, count }) =>
        `refused ${count === 1 ? 'once' : `${count} times`}: ${refusalTitles[kind]} (${target})`,
    ),
  ];
}

function pinCaveats(
  { conclusion, contradicted, suspects, pinned }: PinSummary,
  unanswered: NetworkSummary['unanswered'],
): string[] {
  const inPart = unanswered.filter(({ reason }) => mayBeGivenInPart[reason]).length;
  switch (conclusion) {
    case 'nothing-fetched':
    case 'all-pinned':
      return [];
    case 'unpinned':
      return [
        `the recorded sources do not pin all that the steps fetched: ${counted(suspects.length, 'answer')} not pinned, ${pinned} pinned${inPart === 0 ? '' : `, ${inPart} that came only in part`}`,
      ];
    case 'contradicted':
      return [
        `${counted(contradicted, 'answer')} that the steps got contradicts a digest of the recorded sources`,
      ];
  }
}

/** Answers that contradict their pins, whatever the build made of them. */
export function networkFindings({ pins }: NetworkSummary): ClaimFinding[] {
  return pins.suspects.flatMap(({ url, why, expected = [] }) =>
    why === 'contradicted'
      ? [
          {
            kind: 'pin-contradicted' as const,
            detail: `${url}: ${expected.map(({ file, algorithm, value }) => `${file} has ${algorithm}:${value}`).join(', ')}`,
          },
        ]
      : [],
  );
}
