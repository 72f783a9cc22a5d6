/** Explains what differs: causes for each difference, and the counterfactual over all of them. */

import type { ByteSource } from '../byte-source.ts';
import type { UnequalComparison } from '../compare/comparison.ts';
import { nameCauses } from '../explain/causes/name.ts';
import { explain } from '../explain/counterfactual/counterfactual.ts';
import type { Explanation } from '../explain/counterfactual/explanation.ts';
import type { Plan } from '../plan/plan.ts';
import { placedSteps } from '../plan/planned-steps.ts';
import { describeSubstituted } from '../plan/substituted.ts';
import type { Built } from './candidate.ts';

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
  { candidate: { target, prepared }, rebuilt, rebuiltSource, signature }: Unequal,
): Promise<{ comparison: UnequalComparison; explanation: Explanation }> {
  const { recipe, substituted } = prepared.inputs;
  const named = await nameCauses(
    afterScan(comparison, rebuilt.plan),
    { published: target.source, rebuilt: rebuiltSource },
    {
      plan: rebuilt.plan,
      steps: placedSteps(recipe).map(({ step }) => step.runs),
      environment: recipe.environment.environment,
      facts: rebuilt.facts,
      substituted: substituted === undefined ? undefined : describeSubstituted(substituted),
    },
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
  return { comparison: named, explanation };
}
