/** `wolfi-repro sweep retry`. */
import { counted } from '../../bytes.ts';
import type { Sha256 } from '../../digest.ts';
import { Failure } from '../../failure.ts';
import { type AttemptClass, retriedClasses } from '../../sweep/attempt.ts';
import { fitsAnyName } from '../../sweep/plan/select-builds.ts';
import type { SweepRecords } from '../../sweep/sweep-store.ts';
import { openKnownStore } from '../open-sweep.ts';
import { printNote } from '../output.ts';
import type { RawOptions } from '../raw-options.ts';

export async function sweepRetryCommand(
  given: string,
  patterns: readonly string[],
  { class: classes = [] }: RawOptions,
): Promise<number> {
  const unknown = classes.find((each) => !retriedClasses.some((known) => known === each));
  if (unknown !== undefined)
    throw new Failure('usage', '--class takes a class of attempts', {
      expected: retriedClasses.join(', '),
      got: unknown,
    });
  const store = await openKnownStore(given);
  try {
    const wanted = classes.length === 0 ? retriedClasses : (classes as readonly AttemptClass[]);
    const reopened = await store.reopen(await keysOf(store, patterns, new Set(wanted)), 'retry');
    printNote(`queued ${counted(reopened, 'build')} again`);
    return 0;
  } finally {
    await store.close();
  }
}

async function keysOf(
  records: SweepRecords,
  patterns: readonly string[],
  classes: ReadonlySet<AttemptClass>,
): Promise<Sha256[]> {
  const last = new Map<Sha256, AttemptClass>();
  for await (const { job, class: ended } of records.attempts()) last.set(job, ended);
  const keys: Sha256[] = [];
  for await (const { key, origin, packages } of records.jobs()) {
    const ended = last.get(key);
    const names = [origin, ...packages.map(({ name }) => name)];
    if (ended !== undefined && classes.has(ended) && fitsAnyName(names, patterns)) keys.push(key);
  }
  return keys;
}
