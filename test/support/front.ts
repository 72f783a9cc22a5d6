/** The front of the program on bytes: file, package, chain, claim, what `inspect` says of it. No disk, no network. */
import { formatOfTraits } from '../../src/claim/traits/traits.ts';
import { type Examined, examine } from '../../src/flow/target.ts';
import { inspectExamined } from '../../src/inspect.ts';
import { plannedSteps } from '../../src/plan/planned-steps.ts';
import { renderInspectionJson, renderInspectionText } from '../../src/report/inspection.ts';
import { sourceOf } from './apk-builder.ts';

export interface Front {
  readonly examined: Examined;
  readonly text: string;
  readonly json: string;
}

export async function readFrontOf(bytes: Uint8Array): Promise<Front> {
  const nothing = async () => ({ repositories: [], skipped: [] });
  const examined = await examine('sample-1.0-r0.apk', sourceOf(bytes), nothing, {
    keys: [],
    allowUnsigned: true,
    missing: [],
  });
  const { claim } = examined;
  if (claim !== undefined) plannedSteps(claim.recipe, formatOfTraits(claim.traits));
  const inspection = [inspectExamined(examined)];
  return {
    examined,
    text: renderInspectionText(inspection, undefined, true),
    json: renderInspectionJson(inspection),
  };
}
