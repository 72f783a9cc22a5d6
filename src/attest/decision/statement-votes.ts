/** From files of unknown origin to votes: what each document says, who says it, and why the others do not count. */
import { type EnvelopeFault, readDocuments, SignedDocument } from '../envelopes/signed-document.ts';
import { linkObservation, type Observation, observationOf } from '../statements/observation.ts';
import { isExpired, type TrustedKey, type TrustedRebuilders } from '../trust/trusted-keys.ts';

/** Why a document does not count, though nothing is wrong with it. */
export type IgnoredReason =
  | 'unknown-signer'
  | 'key-expired'
  | 'kind-not-accepted'
  | 'stale'
  | 'undated'
  | 'in-the-future'
  | 'not-a-vote';

/** Why a document is refused: somebody changed it, or it is not what it says that it is. */
export type RefusedReason = EnvelopeFault | 'signature-invalid' | 'malformed';

export interface Vote {
  readonly file: string;
  readonly rebuilder: string;
  readonly observation: Observation;
}

/** A document that is not a vote, with the rebuilders whose keys it has or names. */
export interface Uncounted<R> {
  readonly file: string;
  /** Its place among the documents of the file, from 1. */
  readonly document: number;
  readonly why: R;
  readonly rebuilders: readonly string[];
}

export interface Votes {
  readonly votes: readonly Vote[];
  readonly ignored: readonly Uncounted<IgnoredReason>[];
  readonly refused: readonly Uncounted<RefusedReason>[];
}

export interface StatementFile {
  /** As the user named it. */
  readonly name: string;
  readonly content: Uint8Array;
}

const secondsPerDay = 86_400;
/** How far clocks may be apart. */
const mostSkew = 3600;

/** Opens every document of every file with the keys that are trusted. `now` is in seconds since 1970. */
export function collectVotes(files: readonly StatementFile[], trust: TrustedRebuilders, now: number): Votes {
  const votes: Vote[] = [];
  const ignored: Uncounted<IgnoredReason>[] = [];
  const refused: Uncounted<RefusedReason>[] = [];
  for (const { name, content } of files) {
    readDocuments(content).forEach((document, at) => {
      const place = { file: name, document: at + 1 };
      const outcome = outcomeOf(document, trust, now);
      if ('refused' in outcome)
        refused.push({ ...place, why: outcome.refused, rebuilders: namesOf(outcome.keys) });
      else if ('ignored' in outcome)
        ignored.push({ ...place, why: outcome.ignored, rebuilders: namesOf(outcome.keys) });
      else
        for (const rebuilder of outcome.rebuilders)
          votes.push({ file: name, rebuilder, observation: outcome.observation });
    });
  }
  return { votes, ignored, refused };
}

function namesOf(keys: readonly TrustedKey[]): string[] {
  return [...new Set(keys.map(({ rebuilder }) => rebuilder))];
}

type Outcome =
  | { readonly refused: RefusedReason; readonly keys: readonly TrustedKey[] }
  | { readonly ignored: IgnoredReason; readonly keys: readonly TrustedKey[] }
  | { readonly observation: Observation; readonly rebuilders: readonly string[] };

function outcomeOf(
  document: SignedDocument | { readonly fault: EnvelopeFault },
  trust: TrustedRebuilders,
  now: number,
): Outcome {
  if (!(document instanceof SignedDocument)) return { refused: document.fault, keys: [] };
  const opened = document.open(trust.keys);
  switch (opened.state) {
    case 'unknown-signer':
      return { ignored: 'unknown-signer', keys: [] };
    case 'signature-invalid':
      return { refused: 'signature-invalid', keys: opened.keys };
    case 'unreadable':
      return { refused: opened.fault, keys: opened.keys };
    case 'verified':
      return voteOf(document.form, opened.content, opened.keys, trust, now);
  }
}

function voteOf(
  form: SignedDocument['form'],
  content: unknown,
  keys: readonly TrustedKey[],
  trust: TrustedRebuilders,
  now: number,
): Outcome {
  const observation = form === 'dsse' ? observationOf(content) : linkObservation(content);
  if (observation === 'malformed') return { refused: 'malformed', keys };
  if (observation === undefined) return { ignored: 'not-a-vote', keys };
  const live = keys.filter((key) => !isExpired(key, now));
  if (live.length === 0) return { ignored: 'key-expired', keys };
  const accepting = new Set(
    trust.rebuilders.filter(({ accepts }) => accepts.includes(observation.kind)).map(({ name }) => name),
  );
  const rebuilders = namesOf(live).filter((name) => accepting.has(name));
  if (rebuilders.length === 0) return { ignored: 'kind-not-accepted', keys: live };
  const untimely = untimeliness(observation.time, trust.mostAgeDays, now);
  return untimely === undefined ? { observation, rebuilders } : { ignored: untimely, keys: live };
}

function untimeliness(
  time: number | undefined,
  mostAgeDays: number | undefined,
  now: number,
): IgnoredReason | undefined {
  if (time !== undefined && time > now + mostSkew) return 'in-the-future';
  if (mostAgeDays === undefined) return undefined;
  if (time === undefined) return 'undated';
  return now - time > mostAgeDays * secondsPerDay ? 'stale' : undefined;
}
