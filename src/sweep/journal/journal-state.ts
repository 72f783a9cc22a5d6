/** What the lines of a journal come to, in memory: little of each job, and where the rest of it lies in the file. */
import type { Sha256 } from '../../digest.ts';
import { type Attempt, type AttemptClass, conclusiveClasses, type JobNeeds } from '../attempt.ts';
import { compareJobs, type SweepJob } from '../job.ts';
import { joinedNeeds, nothingKnown, shownNeeds } from '../learned-needs.ts';
import type { LinePlace } from './journal-file.ts';
import type { Again, JournalRecord } from './journal-record.ts';

/** What an attempt was, and the line of its end. */
export interface AttemptMark {
  readonly number: number;
  readonly class: AttemptClass;
  readonly worker: string;
  readonly place: LinePlace;
}

export type EntryState =
  | { readonly kind: 'queued'; readonly again?: Again | undefined }
  | { readonly kind: 'running'; readonly number: number; readonly worker: string }
  | { readonly kind: 'final' };

/** A job without its packages. */
export interface JournalEntry
  extends Pick<
    SweepJob,
    'key' | 'origin' | 'version' | 'architecture' | 'priority' | 'tags' | 'popularity' | 'indexes'
  > {
  readonly place: LinePlace;
  readonly state: EntryState;
  readonly attempts: AttemptMark[];
  /** How many of the attempts were made before it was last queued again; they do not count. */
  readonly before: number;
  /** The line with its last rows. */
  readonly rows: LinePlace | undefined;
}

export class JournalState {
  readonly entries = new Map<Sha256, JournalEntry>();
  /** By architecture and origin. */
  readonly needs = new Map<string, JobNeeds>();
  #sorted: readonly JournalEntry[] | undefined;

  /** Follows one line. Returns what is wrong with it: it fits no line before it. */
  follow(record: JournalRecord, place: LinePlace): string | undefined {
    if (record.kind === 'job') {
      const { key, origin, version, architecture, priority, tags, popularity, indexes } = record.job;
      if (this.entries.has(key)) return 'its job is there already';
      const own = { key, origin, version, architecture, priority, tags, popularity, indexes };
      const state = { kind: 'queued' } as const;
      this.restore({ ...own, place, state, attempts: [], before: 0, rows: undefined });
      return undefined;
    }
    const entry = this.entries.get(record.kind === 'settled' ? record.attempt.job : record.key);
    if (entry === undefined) return 'its job is not there';
    return this.#change(entry, record, place);
  }

  /** Adds a job as it was when it was written down. */
  restore(entry: JournalEntry): void {
    this.entries.set(entry.key, entry);
    this.#sorted = undefined;
  }

  #change(
    entry: JournalEntry,
    record: Exclude<JournalRecord, { readonly kind: 'job' }>,
    place: LinePlace,
  ): string | undefined {
    const { state } = entry;
    switch (record.kind) {
      case 'raised':
        this.restore({ ...entry, priority: record.priority, popularity: record.popularity });
        return undefined;
      case 'reopened': {
        if (state.kind !== 'final') return 'its job is not final';
        const { priority, indexes = entry.indexes } = record;
        const queued = { kind: 'queued' } as const;
        this.restore({ ...entry, priority, indexes, state: queued, before: entry.attempts.length });
        return undefined;
      }
      case 'taken':
        if (state.kind !== 'queued') return 'its job is not queued';
        this.entries.set(entry.key, {
          ...entry,
          state: { kind: 'running', number: record.number, worker: record.worker },
        });
        return undefined;
      case 'settled': {
        const { attempt, rows, again } = record;
        if (state.kind !== 'running' || state.number !== attempt.number) return 'its job is not taken';
        this.#learn(entry, attempt);
        const { number, class: ended, worker } = attempt;
        entry.attempts.push({ number, class: ended, worker, place });
        this.entries.set(entry.key, {
          ...entry,
          state: again === undefined ? { kind: 'final' } : { kind: 'queued', again },
          rows: rows.length === 0 ? entry.rows : place,
        });
        return undefined;
      }
    }
  }

  #learn(entry: JournalEntry, attempt: Attempt): void {
    const build = buildName(entry);
    this.needs.set(build, joinedNeeds(this.needs.get(build) ?? nothingKnown, shownNeeds(attempt)));
  }

  needsOf(entry: JournalEntry): JobNeeds {
    return this.needs.get(buildName(entry)) ?? nothingKnown;
  }

  /** Keys in the order in which a sweep is read. */
  sorted(): Sha256[] {
    this.#sorted ??= [...this.entries.values()].sort(compareJobs);
    return this.#sorted.map(({ key }) => key);
  }

  count(): Readonly<Record<'queued' | 'running' | 'settled' | 'dead', number>> {
    const counts = { queued: 0, running: 0, settled: 0, dead: 0 };
    for (const { state, attempts } of this.entries.values()) {
      const last = attempts.at(-1)?.class;
      if (state.kind !== 'final') counts[state.kind] += 1;
      else counts[last !== undefined && conclusiveClasses.has(last) ? 'settled' : 'dead'] += 1;
    }
    return counts;
  }
}

function buildName({ architecture, origin }: Pick<SweepJob, 'architecture' | 'origin'>): string {
  return `${architecture}/${origin}`;
}
