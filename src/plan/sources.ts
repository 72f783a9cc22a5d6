/** The sources that the steps will ask for, with the digests that the recipe records. */

import type { Recipe, Step } from '../claim/recipe/recipe.ts';
import { Failure } from '../failure.ts';
import { conditionHolds } from '../melange/condition.ts';
import type { Format } from '../melange/format.ts';
import { placedSteps } from './steps.ts';

export type PlannedSource = FetchSource | GitSource;

export interface FetchSource {
  readonly kind: 'fetch';
  /** Where it was published; attacker-controlled, and contacted only through what the user named. */
  readonly uri: string;
  readonly algorithm: 'sha256' | 'sha512';
  /** Lower-case hex. */
  readonly digest: string;
}

export interface GitSource {
  readonly kind: 'git';
  readonly repository: string;
  /** Full commit id; the step itself compares it after the checkout. */
  readonly commit: string;
  readonly reference: string;
}

/** Fails with `source-unpinned` where the recipe names a source without saying which bytes it is. */
export function plannedSources(recipe: Recipe, format: Format): PlannedSource[] {
  const sources: PlannedSource[] = [];
  for (const { step, package: packageName, position } of placedSteps(recipe)) {
    if (step.uses !== 'fetch' && step.uses !== 'git-checkout') continue;
    if (!conditionHolds(step.if, format.condition)) continue;
    const source = step.uses === 'fetch' ? fetchSource(step) : gitSource(step);
    if (source === undefined) {
      throw new Failure(
        'source-unpinned',
        `step ${position} of ${packageName} pins no digest of its source`,
        {
          got: step.with.get('uri') ?? step.with.get('repository') ?? '',
        },
      );
    }
    sources.push(source);
  }
  return sources;
}

const digestLengths = { sha256: 64, sha512: 128 } as const;

function fetchSource(step: Step): FetchSource | undefined {
  const uri = step.with.get('uri') ?? '';
  for (const algorithm of ['sha256', 'sha512'] as const) {
    const digest = (step.with.get(`expected-${algorithm}`) ?? '').toLowerCase();
    if (digest.length === digestLengths[algorithm] && /^[0-9a-f]+$/.test(digest)) {
      return { kind: 'fetch', uri, algorithm, digest };
    }
  }
  return undefined;
}

function gitSource(step: Step): GitSource | undefined {
  const commit = (step.with.get('expected-commit') ?? '').toLowerCase();
  if (!/^[0-9a-f]{40}$/.test(commit)) return undefined;
  const reference = step.with.get('tag') ?? step.with.get('branch') ?? '';
  return { kind: 'git', repository: step.with.get('repository') ?? '', commit, reference };
}
