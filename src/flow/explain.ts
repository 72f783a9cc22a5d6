/** Explains what differs: causes for each difference, and the counterfactual over all of them. */

import type { ByteSource } from '../byte-source.ts';
import type { UnequalComparison } from '../compare/comparison.ts';
import { type BuildContext, nothingBuiltAgain } from '../explain/causes/evidence.ts';
import { nameCauses } from '../explain/causes/name.ts';
import { explain } from '../explain/counterfactual/counterfactual.ts';
import type { Explanation } from '../explain/counterfactual/explanation.ts';
import { Failure } from '../failure.ts';
import type { Plan } from '../plan/plan.ts';
import { placedSteps } from '../plan/planned-steps.ts';
import { describeSubstituted } from '../plan/substituted.ts';
import type { Built } from './candidate.ts';
import { unpinnedInputs } from './unpinned-inputs.ts';

export interface Unequal extends Built {
  readonly rebuiltSource: ByteSource;
  /** The signature section in front of the rebuilt package. */
  readonly signature: Uint8Array | undefined;
}

/** Where a scan was repeated, an element that it did not find is a difference like any other. */
function afterScan(comparison: UnequalComparison, { builder }: Plan): UnequalComparison {
  if ((builder.scan?.programs.length ?? 0) === 0) return comparison;
  const sbomDifferences = comparison.sbomDifferences.map((each) =>
    each.kind === 'unregenerated' ? { ...each, kind: 'only-published' as const } : each,
  );
  return { ...comparison, sbomDifferences };
}

/** Names the causes of what a comparison found, and proves how much of it they explain. */
export async function explainComparison(
  comparison: UnequalComparison,
  { candidate, rebuilt, rebuiltSource, signature }: Unequal,
): Promise<{ comparison: UnequalComparison; explanation: Explanation; caveats: readonly string[] }> {
  const { target } = candidate;
  const named = await nameCauses(
    afterScan(comparison, rebuilt.plan),
    { published: target.source, rebuilt: rebuiltSource },
    await contextOf({ candidate, rebuilt }, { stability: nothingBuiltAgain }),
  );
  const explanation =
    rebuilt.reemit === undefined
      ? ({ explained: 'not-attempted', why: 'the engine cannot emit what it built again' } as const)
      : await explain({
          published: target.source,
          apk: target.apk,
          rebuilt: rebuiltSource,
          comparison: named,
          signature,
          reemit: rebuilt.reemit,
        });
  const { caveats } = await unpinnedInputs({ candidate, rebuilt });
  return { comparison: named, explanation, caveats };
}

/** What further builds showed. */
type Shown = Pick<BuildContext, 'stability' | 'heldBy'>;

/** What the builds of a package show, for naming causes. */
async function contextOf({ candidate, rebuilt }: Built, shown: Shown): Promise<BuildContext> {
  const { recipe, substituted } = candidate.prepared.inputs;
  return {
    plan: rebuilt.plan,
    steps: placedSteps(recipe).map(({ step }) => step.runs),
    environment: recipe.environment.environment,
    facts: rebuilt.facts,
    substituted: substituted === undefined ? undefined : describeSubstituted(substituted),
    unpinned: (await unpinnedInputs({ candidate, rebuilt })).inputs,
    ...shown,
  };
}

/** The comparison with its causes named again, knowing what further builds showed. */
export async function explainAfterBuilds(
  comparison: UnequalComparison,
  built: Built,
  shown: Shown,
): Promise<UnequalComparison> {
  const { outcome } = built.rebuilt;
  if (outcome instanceof Failure) return comparison;
  const { packageSource } = await import('../emit/package.ts');
  const sources = { published: built.candidate.target.source, rebuilt: packageSource(outcome, undefined) };
  return nameCauses(comparison, sources, await contextOf(built, shown));
}
