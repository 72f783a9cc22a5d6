/** Decides whether enough rebuilders confirm files, from their signed statements alone: no network, no rebuild. */
import {
  type AskedFile,
  decideSubject,
  type SubjectDecision,
  type Terms,
} from './attest/decision/decide-subject.ts';
import { collectVotes, type StatementFile, type Votes } from './attest/decision/statement-votes.ts';
import { VoteIndex } from './attest/decision/vote-index.ts';
import type { TrustedRebuilders } from './attest/trust/trusted-keys.ts';
import { Failure } from './failure.ts';

export interface AttestationQuestion extends Terms {
  readonly trust: TrustedRebuilders;
  /** Seconds since 1970: expiry and freshness depend on it. */
  readonly now: number;
  /** The files that are asked about; every file that a vote names where there are none. */
  readonly files: readonly AskedFile[];
}

/** `refused` comes before all else: a file that was named is not what its signer signed. */
export type AttestationOutcome = 'refused' | SubjectDecision['outcome'];

export interface AttestationDecision extends Omit<Votes, 'votes'> {
  readonly outcome: AttestationOutcome;
  readonly require: number;
  readonly subjects: readonly SubjectDecision[];
}

/** Exit codes, as those of verdicts. */
export const attestationExitCodes: Readonly<Record<AttestationOutcome, number>> = {
  confirmed: 0,
  dissent: 1,
  'too-few': 4,
  refused: 5,
};

/** Fails with `usage` where more rebuilders are asked for than are trusted, since that can never be. */
export function requirePossible(require: number, { rebuilders }: TrustedRebuilders): void {
  if (require > rebuilders.length)
    throw new Failure('usage', `${require} rebuilders are required, and ${rebuilders.length} are trusted`);
}

/** Fails as `requirePossible` does. */
export function verifyAttestations(
  statements: readonly StatementFile[],
  { trust, now, files, require, noDissent }: AttestationQuestion,
): AttestationDecision {
  requirePossible(require, trust);
  const { votes: counted, ignored, refused } = collectVotes(statements, trust, now);
  const votes = new VoteIndex(counted);
  const asked = files.length > 0 ? files : votes.files().map((sha256) => ({ sha256, name: undefined }));
  const subjects = asked.map((file) => decideSubject(file, votes, { require, noDissent }));
  return { outcome: outcomeOf(subjects, refused.length), require, subjects, ignored, refused };
}

function outcomeOf(subjects: readonly SubjectDecision[], refused: number): AttestationOutcome {
  if (refused > 0) return 'refused';
  const outcomes = subjects.map(({ outcome }) => outcome);
  if (outcomes.includes('dissent')) return 'dissent';
  return outcomes.length === 0 || outcomes.includes('too-few') ? 'too-few' : 'confirmed';
}
