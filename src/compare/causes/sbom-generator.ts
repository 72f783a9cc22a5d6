/** An SBOM that another program wrote than the one whose rules are followed. */
import { isSbomEntry } from '../../claim/traits/traits.ts';
import type { Detector, Evidence, Finding } from './evidence.ts';

export const sbomGenerator: Detector = {
  kind: 'sbom-generator',
  detect: (evidence) => {
    const { difference, published, rebuilt, changes, reorderings, ranges } = evidence;
    if (difference.kind !== 'content' || !isSbomEntry({ name: difference.path })) return [];
    if (published === undefined || rebuilt === undefined) return [];
    const [left, right] = [shapeOf(published), shapeOf(rebuilt)];
    if (left === undefined || right === undefined || left === right) return [];
    const finding: Finding = {
      confidence: 'likely',
      place: 'shape of the document',
      published: left,
      rebuilt: right,
      why: `members, their order or the layout are those of another program${generatorText(evidence)}`,
      explains: [...changes, ...reorderings, ...ranges],
    };
    return [finding];
  },
};

function generatorText({ plan }: Evidence): string {
  return plan === undefined ? '' : `; ours followed the rules of: ${plan.builder.sbomGenerator}`;
}

/** What shows the program: the members of the document in order, and the indentation. */
function shapeOf(bytes: Uint8Array): string | undefined {
  try {
    const text = Buffer.from(bytes).toString('utf8');
    const document: unknown = JSON.parse(text);
    if (typeof document !== 'object' || document === null) return undefined;
    const indentation = /^\{\n( *)"/.exec(text)?.[1]?.length ?? 0;
    return `${Object.keys(document).join(', ')}; indented by ${indentation}`;
  } catch {
    return undefined;
  }
}
