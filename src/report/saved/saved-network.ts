/** What the steps of a saved result fetched. */
import { unpinnedReasons } from '../../pins/judgement.ts';
import { type Refusal, refusalTitles } from '../../transcript/refusals.ts';
import { unansweredReasons } from '../../transcript/transcript.ts';
import type { HostSummary, ListsAsOf, NetworkSummary, PinSummary, Suspect } from '../../verdict/fetched.ts';
import {
  count,
  type Decoder,
  digest,
  list,
  members,
  optional,
  plain,
  seconds,
  text,
  word,
} from './decoder.ts';

type Expected = NonNullable<Suspect['expected']>[number];

const suspect: Decoder<Suspect> = members<Suspect>({
  method: plain,
  url: text,
  sha256: digest,
  why: word<Suspect['why']>([...unpinnedReasons, 'contradicted', 'chose-unpinned']),
  expected: optional(
    list(
      members<Expected>({
        algorithm: text,
        value: text,
        file: text,
        line: optional(count),
      }),
    ),
  ),
});

const pins: Decoder<PinSummary> = members<PinSummary>({
  conclusion: word<PinSummary['conclusion']>(['nothing-fetched', 'all-pinned', 'unpinned', 'contradicted']),
  pinned: count,
  unpinned: count,
  metadata: count,
  contradicted: count,
  suspects: list(suspect),
  gaps: list(
    members<PinSummary['gaps'][number]>({
      file: text,
      problem: word<PinSummary['gaps'][number]['problem']>([
        'not-read',
        'too-large',
        'not-this-format',
        'too-many-pins',
      ]),
    }),
  ),
});

export const network: Decoder<NetworkSummary> = members<NetworkSummary>({
  mode: word<NetworkSummary['mode']>(['recorded', 'replayed']),
  transcript: digest,
  hosts: list(members<HostSummary>({ host: text, requests: count, bytes: count })),
  objects: count,
  bytes: count,
  sentBytes: count,
  unanswered: list(
    members<NetworkSummary['unanswered'][number]>({
      method: plain,
      url: text,
      reason: word(unansweredReasons),
    }),
  ),
  refused: list(members<Refusal>({ kind: word(refusalTitles), target: text, count })),
  silent: optional(list(text)),
  pins,
  listsAsOf: optional(
    members<ListsAsOf>({ asOf: seconds, lists: count, removed: count, corrected: count, undated: count }),
  ),
});
