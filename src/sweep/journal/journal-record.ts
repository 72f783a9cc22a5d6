/** The lines of a journal: what happened to a sweep, each a JSON object on its own. */
import type { Sha256 } from '../../digest.ts';
import { Failure } from '../../failure.ts';
import {
  byWord,
  count,
  type Decoder,
  digest,
  kindOf,
  list,
  members,
  optional,
  text,
} from '../../report/saved/decoder.ts';
import type { Attempt } from '../attempt.ts';
import type { JobPriority, SweepJob } from '../job.ts';
import { attempt, jobPriority, sweepJob, verdictRow } from '../sweep-decoders.ts';
import type { VerdictRow } from '../verdict-row.ts';

/** When, and by whom not, a job is tried again. */
export interface Again {
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly notBy?: string | undefined;
}

export type JournalRecord =
  | { readonly kind: 'job'; readonly job: SweepJob }
  /** A job that waits is wanted more, or more urgently, than before. */
  | {
      readonly kind: 'raised';
      readonly key: Sha256;
      readonly priority: JobPriority;
      readonly popularity: number;
    }
  | {
      readonly kind: 'reopened';
      readonly key: Sha256;
      readonly priority: JobPriority;
      readonly indexes?: Sha256 | undefined;
    }
  | { readonly kind: 'taken'; readonly key: Sha256; readonly number: number; readonly worker: string }
  | {
      readonly kind: 'settled';
      readonly attempt: Attempt;
      readonly rows: readonly VerdictRow[];
      /** Absent where the job is final. */
      readonly again?: Again | undefined;
    };

type RecordOf<K extends JournalRecord['kind']> = Extract<JournalRecord, { readonly kind: K }>;

const journalRecord: Decoder<JournalRecord> = byWord<JournalRecord>('kind', {
  job: members<RecordOf<'job'>>({ kind: kindOf('job'), job: sweepJob }),
  raised: members<RecordOf<'raised'>>({
    kind: kindOf('raised'),
    key: digest,
    priority: jobPriority,
    popularity: count,
  }),
  reopened: members<RecordOf<'reopened'>>({
    kind: kindOf('reopened'),
    key: digest,
    priority: jobPriority,
    indexes: optional(digest),
  }),
  taken: members<RecordOf<'taken'>>({ kind: kindOf('taken'), key: digest, number: count, worker: text }),
  settled: members<RecordOf<'settled'>>({
    kind: kindOf('settled'),
    attempt,
    rows: list(verdictRow),
    again: optional(members<Again>({ from: count, notBy: optional(text) })),
  }),
});

const settledAttempt = members<Pick<RecordOf<'settled'>, 'kind' | 'attempt'>>({
  kind: kindOf('settled'),
  attempt,
});

/** Reads the attempt of a line without its rows, which takes a third of the time. Fails as `readRecord` does. */
export function readAttempt(bytes: Buffer, path: string, at: number): Attempt {
  return readLine(settledAttempt, bytes, path, at).attempt;
}

/** Reads a line. Fails with `usage` for one that this version does not write: only the last line of a journal can be torn, and it has no newline. */
export function readRecord(bytes: Buffer, path: string, at: number): JournalRecord {
  return readLine(journalRecord, bytes, path, at);
}

function readLine<T>(decoder: Decoder<T>, bytes: Buffer, path: string, at: number): T {
  try {
    return decoder(JSON.parse(bytes.toString('utf8')), '');
  } catch (cause) {
    if (!(cause instanceof SyntaxError) && !(cause instanceof Failure)) throw cause;
    throw new Failure('usage', `${path} is damaged: the line at byte ${at} is not one of a journal`, {
      ...(cause instanceof Failure ? { got: cause.message } : {}),
      hint: 'nothing was changed; restore the file from a copy, or remove the line if you know what it was',
      cause,
    });
  }
}
