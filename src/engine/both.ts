/** Two engines on one plan: a package is handed on only where they agree on it. */

import { sha256 } from '../digest.ts';
import type { EmittedPackage } from '../emit/package.ts';
import { Failure } from '../failure.ts';
import { paired } from '../lists.ts';
import {
  type Engine,
  type RebuildRequest,
  type Rebuilt,
  type RebuiltPackage,
  withRebuilt,
} from './engine.ts';

/** Rebuilds with both; a package on which they differ is a failure `engines-disagree`. */
export function bothEngines(first: Engine, second: Engine): Engine {
  return { name: 'both', rebuild: (request) => rebuild(first, second, request) };
}

async function rebuild(first: Engine, second: Engine, request: RebuildRequest): Promise<Rebuilt> {
  const ours = await first.rebuild(request);
  try {
    const names: EngineNames = [first.name, second.name];
    return await withRebuilt(second, request, async (theirs) => ({
      packages: paired(ours.packages, theirs).map(([our, their]) => joined(our, their, names)),
      dispose: ours.dispose,
    }));
  } catch (failure) {
    await ours.dispose();
    throw failure;
  }
}

type EngineNames = readonly [ours: string, theirs: string];

/** Our package, where theirs agrees; of theirs, only what was compared is kept. */
function joined(ours: RebuiltPackage, theirs: RebuiltPackage, names: EngineNames): RebuiltPackage {
  const { otherwise } = ours;
  return {
    ...ours,
    outcome: agreed(ours.outcome, theirs.outcome, ...names),
    caveats: [...new Set([...ours.caveats, ...theirs.caveats])],
    otherwise: otherwise && {
      digests: otherwise.digests,
      emit: async (plan) => joined(await otherwise.emit(plan), theirs, names),
    },
  };
}

function agreed(
  ours: EmittedPackage | Failure,
  theirs: EmittedPackage | Failure,
  ourName: string,
  theirName: string,
): EmittedPackage | Failure {
  if (ours instanceof Failure || theirs instanceof Failure) return ours instanceof Failure ? ours : theirs;
  const [left, right] = [digests(ours), digests(theirs)];
  if (left === right && sameData(ours, theirs)) return ours;
  return new Failure(
    'engines-disagree',
    `${ourName} and ${theirName} built different packages from the same plan`,
    {
      expected: `${theirName}: ${right}`,
      got: `${ourName}: ${left}`,
      hint: 'rebuild with each engine (--engine) into a folder and compare the two with `wolfi-repro diff`',
    },
  );
}

function digests({ control, data }: EmittedPackage): string {
  return `control sha256:${sha256(control)}, data sha256:${data.sha256}`;
}

/** Digests are equal already; sizes guard against a defect of how they were made. */
function sameData(ours: EmittedPackage, theirs: EmittedPackage): boolean {
  return ours.data.size === theirs.data.size;
}
