/** Builds after the first, which packages share: each is told only where it differs from its own first build. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ByteSource } from '../byte-source.ts';
import { type EmittedPackage, packageSource } from '../emit/package.ts';
import { usualEngine } from '../engine/choice.ts';
import type { RebuildRequest, Rebuilt } from '../engine/engine.ts';
import { secondsNow } from '../execute/facts.ts';
import type { Variation } from '../execute/variation.ts';
import { type Place, placesBetween } from '../explain/triangulation.ts';
import { Failure, failureOfPackage } from '../failure.ts';
import type { BuiltPackage } from './built-package.ts';
import type { RunOptions } from './options.ts';

/** Where a package differs from its first build, or why that is not known. */
export type BuildOutcome = readonly Place[] | Failure;

/** Builds once more. What befalls one package is its own outcome; a build that does not end is that of all. Fails with `usage` alone. */
export async function buildAgain(
  first: readonly BuiltPackage[],
  request: Omit<RebuildRequest, 'plans'>,
  variation: Variation | undefined,
  { engine = usualEngine, machine, limits }: RunOptions,
): Promise<readonly BuildOutcome[]> {
  const plans = first.map(({ plan }) => plan);
  try {
    const next = await engine.rebuild({
      ...request,
      plans,
      ...(variation === undefined ? {} : { variation }),
    });
    try {
      return await Promise.all(
        first.map(({ emitted }, index) =>
          placesOfPackage(emitted, next.packages[index]!, limits).catch((thrown: unknown) =>
            failureOfPackage(thrown, machine.signal),
          ),
        ),
      );
    } finally {
      await next.dispose();
    }
  } catch (thrown) {
    const failure = failureOfPackage(thrown, machine.signal);
    return first.map(() => failure);
  }
}

async function placesOfPackage(
  first: EmittedPackage | Failure,
  next: Rebuilt['packages'][number],
  limits: RunOptions['limits'],
): Promise<readonly Place[]> {
  if (first instanceof Failure) return [];
  if (next instanceof Failure) throw next;
  const same = first.data.sha256 === next.data.sha256 && Buffer.compare(first.control, next.control) === 0;
  if (same) return [];
  const source = (emitted: EmittedPackage): ByteSource => packageSource(emitted, undefined);
  return placesBetween(source(first), source(next), limits);
}

/** Two seconds, which is as exact as the coarsest clock of an archive (zip), so that what holds the time differs. */
const clockSeconds = 2;

/** Waits until a build holds another time than the first. */
export async function laterThan(
  { facts }: Pick<BuiltPackage, 'facts'>,
  { machine }: Pick<RunOptions, 'machine'>,
): Promise<void> {
  if (facts === undefined) return;
  const milliseconds = (facts.ended + clockSeconds) * 1000 - secondsNow() * 1000;
  if (milliseconds > 0) await sleep(milliseconds, undefined, { signal: machine.signal });
}
