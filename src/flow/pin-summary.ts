/** What pins the objects that a build fetched, counted and named for its result. */
import { Failure } from '../failure.ts';
import { type Content, contentOf } from '../formats/content.ts';
import type { Conversation } from '../gateway/gateway.ts';
import type { JudgedExchange, PinReport } from '../pins/judgement.ts';
import { judgePins } from '../pins/pins.ts';
import { stepFormat } from '../plan/plan.ts';
import type { StoredBytes } from '../transcript/exchange.ts';
import { mayBeGivenInPart, type Transcript } from '../transcript/transcript.ts';
import type { PinSummary, Suspect } from '../verdict/fetched.ts';
import type { Candidate } from './candidate.ts';
import { fileContent } from './file-content.ts';
import { recordedSources } from './recorded-sources.ts';

const known = new WeakMap<Conversation, Promise<PinSummary>>();

/** Packages of one build share it. */
export function pinSummary(candidate: Candidate, conversation: Conversation): Promise<PinSummary> {
  const made = known.get(conversation) ?? judge(candidate, conversation);
  known.set(conversation, made);
  return made;
}

async function judge({ prepared, run }: Candidate, { transcript }: Conversation): Promise<PinSummary> {
  const { recipe, sources } = prepared.inputs;
  const { inputs } = run.machine;
  const recorded = await recordedSources(recipe, stepFormat(prepared.plan), sources, inputs);
  const read = async ({ sha256, size }: StoredBytes): Promise<Content> => {
    if (size === 0) return contentOf(new Uint8Array(0));
    const path = await inputs.store.get(sha256);
    if (path === undefined) throw new Failure('transcript-incomplete', 'an answer is no longer in the store');
    return fileContent(path);
  };
  return summaryOf(await judgePins(transcript.exchanges, read, recorded), transcript);
}

function summaryOf(report: PinReport, transcript: Transcript): PinSummary {
  const { exchanges, suspects, gaps } = report;
  const count = (kind: JudgedExchange['judgement']['kind']) =>
    exchanges.filter(({ judgement }) => judgement.kind === kind).length;
  return {
    conclusion: conclusionOf(report, transcript),
    pinned: count('pinned'),
    unpinned: count('unpinned'),
    metadata: count('metadata'),
    contradicted: count('contradicted'),
    suspects: suspects.map(suspectOf),
    gaps,
  };
}

/** What came of an answer that was cut is not kept, so nothing shows what it was, and a step may have taken it in. */
function conclusionOf({ conclusion }: PinReport, { unanswered }: Transcript): PinReport['conclusion'] {
  if (conclusion === 'contradicted') return conclusion;
  return unanswered.some(({ reason }) => mayBeGivenInPart[reason]) ? 'unpinned' : conclusion;
}

function suspectOf({ exchange, judgement }: JudgedExchange): Suspect {
  const { method, url, body } = exchange;
  const place = { method, url, sha256: body.sha256 };
  switch (judgement.kind) {
    case 'contradicted':
      return {
        ...place,
        why: 'contradicted',
        expected: judgement.expected.map(({ algorithm, value, place: { file, line } }) => ({
          algorithm,
          value,
          file,
          ...(line === undefined ? {} : { line }),
        })),
      };
    case 'unpinned':
      return { ...place, why: judgement.reason };
    default:
      return { ...place, why: 'chose-unpinned' };
  }
}
