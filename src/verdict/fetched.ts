/** What a build fetched, counted: what reports say about a transcript. */
import { compareBytes } from '../bytes.ts';
import type { Sha256 } from '../digest.ts';
import type { PinReport, UnpinnedReason } from '../pins/judgement.ts';
import type { Refusal } from '../transcript/refusals.ts';
import { type Transcript, transcriptDigest, type UnansweredReason } from '../transcript/transcript.ts';

export interface NetworkSummary {
  /** Whether the build asked the network itself, or a transcript answered. */
  readonly mode: 'recorded' | 'replayed';
  readonly transcript: Sha256;
  readonly hosts: readonly HostSummary[];
  /** Bodies of answers, each counted once. */
  readonly objects: number;
  readonly bytes: number;
  /** Bytes that steps sent as bodies of requests. */
  readonly sentBytes: number;
  readonly unanswered: readonly {
    readonly method: string;
    readonly url: string;
    readonly reason: UnansweredReason;
  }[];
  readonly refused: readonly Refusal[];
  /** Where connections over TLS ended before anything was asked: a spare one, or a program that does not trust the gateway. Absent where none did. */
  readonly silent?: readonly string[];
  readonly pins: PinSummary;
  /** Lists of registries that are as of a time; absent where there are none. */
  readonly listsAsOf?: ListsAsOf;
}

/** What was done to the lists of registries of a build, all of them together. */
export interface ListsAsOf {
  /** Seconds since 1970. */
  readonly asOf: number;
  readonly lists: number;
  readonly removed: number;
  readonly corrected: number;
  readonly undated: number;
}

/** What the recorded sources say about the answers. */
export interface PinSummary {
  readonly conclusion: PinReport['conclusion'];
  /** Answers of each kind; metadata chooses what is fetched and is not taken in. */
  readonly pinned: number;
  readonly unpinned: number;
  readonly metadata: number;
  readonly contradicted: number;
  /** What a difference may come from, the worst first. */
  readonly suspects: readonly Suspect[];
  /** Recorded files that may hold pins and could not be read. */
  readonly gaps: PinReport['gaps'];
}

export interface Suspect {
  readonly method: string;
  readonly url: string;
  readonly sha256: Sha256;
  /** The reason why it is not pinned; that its pins contradict it; or that it chose what is not pinned. */
  readonly why: UnpinnedReason | 'contradicted' | 'chose-unpinned';
  /** Digests that contradict it, with where they are recorded. */
  readonly expected?: readonly {
    readonly algorithm: string;
    readonly value: string;
    readonly file: string;
    readonly line?: number;
  }[];
}

export interface HostSummary {
  /** The host, with the port where it is not the usual one. */
  readonly host: string;
  readonly requests: number;
  readonly bytes: number;
}

/** What steps asked of the network. */
export interface Heard {
  readonly transcript: Transcript;
  readonly refusals: readonly Refusal[];
  readonly silent: readonly string[];
}

export function summarise(
  mode: NetworkSummary['mode'],
  { transcript, refusals, silent }: Heard,
  pins: PinSummary,
): NetworkSummary {
  const { exchanges, unanswered } = transcript;
  const hosts = new Map<string, { requests: number; bytes: number }>();
  const objects = new Map<Sha256, number>();
  for (const { url, body } of exchanges) {
    const { host } = new URL(url);
    const known = hosts.get(host) ?? { requests: 0, bytes: 0 };
    hosts.set(host, { requests: known.requests + 1, bytes: known.bytes + body.size });
    if (body.size > 0) objects.set(body.sha256, body.size);
  }
  const sum = (values: Iterable<number>) => [...values].reduce((total, each) => total + each, 0);
  return {
    mode,
    transcript: transcriptDigest(transcript),
    hosts: [...hosts]
      .sort(([a], [b]) => compareBytes(a, b))
      .map(([host, { requests, bytes }]) => ({ host, requests, bytes })),
    objects: objects.size,
    bytes: sum(objects.values()),
    sentBytes: sum([...exchanges, ...unanswered].map(({ requestBody }) => requestBody?.size ?? 0)),
    unanswered: unanswered.map(({ method, url, reason }) => ({ method, url, reason })),
    refused: refusals,
    ...(silent.length === 0 ? {} : { silent }),
    pins,
    ...listsAsOf(exchanges),
  };
}

function listsAsOf(exchanges: Transcript['exchanges']): Pick<NetworkSummary, 'listsAsOf'> {
  const lists = exchanges.flatMap(({ filtered }) => filtered ?? []);
  const [first] = lists;
  if (first === undefined) return {};
  const sum = (key: 'removed' | 'corrected' | 'undated') =>
    lists.reduce((total, each) => total + each[key], 0);
  return {
    listsAsOf: {
      asOf: first.asOf,
      lists: lists.length,
      removed: sum('removed'),
      corrected: sum('corrected'),
      undated: sum('undated'),
    },
  };
}
