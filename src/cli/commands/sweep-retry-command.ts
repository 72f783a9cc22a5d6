/** `wolfi-repro sweep retry`. */
import { counted } from '../../bytes.ts';
import type { Sha256 } from '../../digest.ts';
import { Failure } from '../../failure.ts';
import { type AttemptClass, retriedClasses } from '../../sweep/attempt.ts';
import { fitsAnyName } from '../../sweep/plan/select-builds.ts';
import type { SweepRecords } from '../../sweep/sweep-store.ts';
import { printNote } from '../output.ts';
import { queueAgain } from '../queue-jobs.ts';
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
  const wanted = new Set(classes.length === 0 ? retriedClasses : (classes as readonly AttemptClass[]));
  const { builds, by } = await queueAgain(given, (records) => keysOf(records, patterns, wanted), 'retry');
  const how =
    by === undefined
      ? ''
      : `: process ${by}, which works on the sweep, takes them over before its next build`;
  printNote(`queued ${counted(builds, 'build')} again${how}`);
  return 0;
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
