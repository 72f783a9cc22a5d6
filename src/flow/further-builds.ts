/** Builds after the first, which packages share: each package gets only the places where it differs from its own first build. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ByteSource } from '../byte-source.ts';
import { type EmittedPackage, packageSource } from '../emit/package.ts';
import { type Machine, type RebuildRequest, withRebuilt } from '../engine/engine.ts';
import { type BuildFacts, secondsNow } from '../execute/facts.ts';
import { type Place, placesBetween } from '../explain/triangulation.ts';
import { Failure, failureOfPackage } from '../failure.ts';
import { paired } from '../lists.ts';
import type { Built } from './candidate.ts';
import type { Run, Watch } from './run.ts';

type FurtherRun = Pick<Run, 'builds' | 'machine' | 'watch'>;

/** A further build, for whoever watches. */
export interface BegunBuild {
  /** From 1, which is the first. */
  readonly number: number;
  /** The number of builds that there will be; undefined where what they show decides. */
  readonly of: number | undefined;
  /** What is different in it; empty where nothing is. */
  readonly what: string;
}

/** Numbers the builds of packages. */
export class BuildNumbers {
  #number = 1;
  readonly #of: number | undefined;

  /** @param of the number of builds that there will be; undefined where what they show decides */
  constructor(of: number | undefined) {
    this.#of = of;
  }

  /** Numbers for repeated builds and those with a factor changed or held, where their number is known before. */
  static of(builds: number, { vary, pin }: Pick<Run['builds'], 'vary' | 'pin'>): BuildNumbers {
    if (vary === 'auto' || pin === 'auto') return new BuildNumbers(undefined);
    return new BuildNumbers(builds + vary.length + (pin === 'unnamed' ? 0 : 2 * pin.length));
  }

  /** The next build of several that are alike. */
  next(what: string, builds = 1): BegunBuild {
    const number = this.#number + 1;
    this.#number += builds;
    return { number, of: this.#of === undefined ? undefined : Math.max(this.#of, this.#number), what };
  }
}

/** Says that a further build begins. */
export function tellBuild(
  [first]: readonly Pick<Built, 'candidate'>[],
  { onProgress }: Watch,
  begun: BegunBuild,
): void {
  if (first === undefined) return;
  onProgress({ kind: 'build', subject: first.candidate.target.claim.recipe.package.name, ...begun });
}

/** Where a package differs from its first build, or why that is not known. */
export type BuildOutcome = readonly Place[] | Failure;

/**
 * Builds again what was built, with the guest changed or not. What happens to one package is its own outcome; a build that fails is
 * the outcome of all. Fails only with `usage`.
 * @returns the outcomes in the order of the packages
 */
export async function buildAgain(
  first: readonly Built[],
  request: RebuildRequest,
  { builds, machine, watch }: FurtherRun,
  begun: BegunBuild,
): Promise<readonly BuildOutcome[]> {
  tellBuild(first, watch, begun);
  const plans = first.map(({ rebuilt }) => rebuilt.plan);
  try {
    return await withRebuilt(builds.engine, { ...request, plans }, (next) =>
      Promise.all(
        paired(first, next).map(([{ rebuilt }, again]) =>
          placesOfPackage(rebuilt.outcome, again.outcome).catch((thrown: unknown) =>
            failureOfPackage(thrown, machine.signal),
          ),
        ),
      ),
    );
  } catch (thrown) {
    const failure = failureOfPackage(thrown, machine.signal);
    return first.map(() => failure);
  }
}

/** Where two builds with factors held differ from each other, and where the first of them differs from the published file. */
export interface HeldBuilds {
  readonly between: readonly Place[];
  readonly fromPublished: readonly Place[];
}

/**
 * Builds twice with the guest changed. Neither is the plan, so nothing of them is judged: they are only compared. Fails only with `usage`.
 * @returns the outcomes in the order of the packages
 */
export async function buildHeld(
  first: readonly Built[],
  request: RebuildRequest,
  { builds, machine, watch }: FurtherRun,
  begun: BegunBuild,
): Promise<readonly (HeldBuilds | Failure)[]> {
  tellBuild(first, watch, begun);
  const asked = { ...request, plans: first.map(({ rebuilt }) => rebuilt.plan) };
  const failed = (thrown: unknown) => failureOfPackage(thrown, machine.signal);
  try {
    return await withRebuilt(builds.engine, asked, async (one) => {
      await laterThan(one[0]?.facts, machine);
      tellBuild(first, watch, { ...begun, number: begun.number + 1 });
      return withRebuilt(builds.engine, asked, (two) =>
        Promise.all(
          first.map(({ candidate }, at) =>
            heldPlaces(candidate.target.source, one[at]!.outcome, two[at]!.outcome).catch(failed),
          ),
        ),
      );
    });
  } catch (thrown) {
    const failure = failed(thrown);
    return first.map(() => failure);
  }
}

async function heldPlaces(
  published: ByteSource,
  one: EmittedPackage | Failure,
  two: EmittedPackage | Failure,
): Promise<HeldBuilds> {
  if (one instanceof Failure) throw one;
  const between = await placesOfPackage(one, two);
  return { between, fromPublished: await placesBetween(published, packageSource(one, undefined)) };
}

/** Where two builds of a package differ. Fails as the second did; the places of a first build that gave none are not asked for. */
export async function placesOfPackage(
  first: EmittedPackage | Failure,
  next: EmittedPackage | Failure,
): Promise<readonly Place[]> {
  if (first instanceof Failure) return [];
  if (next instanceof Failure) throw next;
  const same = first.data.sha256 === next.data.sha256 && Buffer.compare(first.control, next.control) === 0;
  if (same) return [];
  const source = (emitted: EmittedPackage): ByteSource => packageSource(emitted, undefined);
  return placesBetween(source(first), source(next));
}

/** Two seconds, which is as exact as the coarsest clock of an archive (zip), so that what holds the time differs. */
const clockSeconds = 2;

/** Waits until a build would hold a different time than the first. */
export async function laterThan(
  facts: BuildFacts | undefined,
  { signal }: Pick<Machine, 'signal'>,
): Promise<void> {
  if (facts === undefined) return;
  const milliseconds = (facts.ended + clockSeconds) * 1000 - secondsNow() * 1000;
  if (milliseconds > 0) await sleep(milliseconds, undefined, { signal });
}
