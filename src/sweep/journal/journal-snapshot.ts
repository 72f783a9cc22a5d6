/**
 * What a journal came to when it was last closed, so that opening it again costs no reading of it all. It is only believed where the journal still
 * begins as it did then; without it, every line is read.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Sha256, sha256 } from '../../digest.ts';
import { writeBelow } from '../../folders.ts';
import { ownFileName } from '../../names.ts';
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
import type { JobNeeds } from '../attempt.ts';
import { attemptClass, jobPriority, sweepSubject } from '../sweep-decoders.ts';
import type { JournalFile, LinePlace } from './journal-file.ts';
import type { Again } from './journal-record.ts';
import { type AttemptMark, type EntryState, type JournalEntry, JournalState } from './journal-state.ts';

const fileName = ownFileName('snapshot.jsonl');
const schema = 'wolfi-repro/journal-snapshot/1';
const tailBytes = 4096;

interface Head {
  readonly schema: string;
  /** Bytes of the journal that it covers, and the digest of the last of them. */
  readonly covers: number;
  readonly tail: Sha256;
  readonly needs: readonly (JobNeeds & { readonly build: string })[];
}

const place = members<LinePlace>({ start: count, length: count });
type StateOf<K extends EntryState['kind']> = Extract<EntryState, { readonly kind: K }>;

const entry = members<JournalEntry>({
  ...sweepSubject,
  priority: jobPriority,
  tags: list(text),
  popularity: count,
  indexes: digest,
  place,
  state: byWord<EntryState>('kind', {
    queued: members<StateOf<'queued'>>({
      kind: kindOf('queued'),
      again: optional(members<Again>({ from: count, notBy: optional(text) })) as Decoder<Again | undefined>,
    }),
    running: members<StateOf<'running'>>({ kind: kindOf('running'), number: count, worker: text }),
    final: members<StateOf<'final'>>({ kind: kindOf('final') }),
  }),
  attempts: list(
    members<AttemptMark>({ number: count, class: attemptClass, worker: text, place }),
  ) as Decoder<AttemptMark[]>,
  before: count,
  rows: optional(place) as Decoder<LinePlace | undefined>,
});

const head = members<Head>({
  schema: kindOf(schema),
  covers: count,
  tail: digest,
  needs: list(
    members<Head['needs'][number]>({ build: text, memoryBytes: count, diskBytes: count, seconds: count }),
  ),
});

/** Writes what the whole journal comes to. */
export async function writeSnapshot(folder: string, file: JournalFile, state: JournalState): Promise<void> {
  const covers = file.size;
  const needs = [...state.needs].map(([build, each]) => ({ build, ...each }));
  const first = { schema, covers, tail: tailOf(file, covers), needs } satisfies Head;
  const lines = function* () {
    for (const each of [first, ...state.entries.values()]) yield Buffer.from(`${JSON.stringify(each)}\n`);
  };
  await writeBelow(folder, fileName, lines());
}

/** The state that was written, and how much of the journal it covers; an empty one where there is none to be believed. */
export function readSnapshot(folder: string, file: JournalFile): { state: JournalState; covers: number } {
  const state = new JournalState();
  try {
    const [first = '', ...lines] = readFileSync(join(folder, fileName), 'utf8').split('\n');
    const { covers, tail, needs } = head(JSON.parse(first), '');
    if (covers > file.size || tailOf(file, covers) !== tail) return { state, covers: 0 };
    for (const { build, ...each } of needs) state.needs.set(build, each);
    for (const line of lines) if (line !== '') state.restore(entry(JSON.parse(line), ''));
    return { state, covers };
  } catch {
    // It is only there to save time.
    return { state: new JournalState(), covers: 0 };
  }
}

function tailOf(file: JournalFile, covers: number): Sha256 {
  const start = Math.max(0, covers - tailBytes);
  return sha256(file.read({ start, length: covers - start }));
}
