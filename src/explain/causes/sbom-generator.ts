/** An SBOM that a different program wrote than the one whose rules are followed, or that holds elements of a scan that was not repeated here. */
import { compareSbomElements } from '../../compare/sbom-elements.ts';
import type { Change, Detector, Evidence, Finding } from './evidence.ts';

/** Whether a path is that of an SPDX document, which always has a generator. */
function isSpdxDocument(path: string): boolean {
  return path.startsWith('var/lib/db/sbom/') && path.endsWith('.spdx.json');
}

export const sbomGenerator: Detector = {
  kind: 'sbom-generator',
  detect: (evidence) => {
    const { difference, published, rebuilt } = evidence;
    if (difference.kind !== 'content' || !isSpdxDocument(difference.path)) return [];
    if (published === undefined || rebuilt === undefined) return [];
    return [...otherShape(evidence, published, rebuilt), ...unscanned(evidence, published, rebuilt)].slice(
      0,
      1,
    );
  },
};

function otherShape(evidence: Evidence, published: Uint8Array, rebuilt: Uint8Array): Finding[] {
  const { changes, reorderings, ranges } = evidence;
  const [left, right] = [shapeOf(published), shapeOf(rebuilt)];
  if (left === undefined || right === undefined || left === right) return [];
  return [
    {
      confidence: 'likely',
      place: 'shape of the document',
      published: left,
      rebuilt: right,
      why: `members, their order or the layout are those of a different program${generatorText(evidence)}`,
      explains: [...changes, ...reorderings, ...ranges],
    },
  ];
}

function generatorText({ plan }: Evidence): string {
  return plan === undefined ? '' : `; ours followed the rules of: ${plan.builder.sbomGenerator}`;
}

/** Members that every program leaves out where they are empty. */
const optionalMembers = new Set(['hasExtractedLicensingInfos']);

/** The shape of a document, which shows the program: its members in order, and the indentation. */
function shapeOf(bytes: Uint8Array): string | undefined {
  try {
    const text = Buffer.from(bytes).toString('utf8');
    const document: unknown = JSON.parse(text);
    if (typeof document !== 'object' || document === null) return undefined;
    const indentation = /^\{\n( *)"/.exec(text)?.[1]?.length ?? 0;
    const members = Object.keys(document).filter((member) => !optionalMembers.has(member));
    return `${members.join(', ')}; indented by ${indentation}`;
  } catch {
    return undefined;
  }
}

/** Findings for elements of which the published document says that a scan found them: only a scan can show whether that is true. */
function unscanned({ plan, changes }: Evidence, published: Uint8Array, rebuilt: Uint8Array): Finding[] {
  const { sbomGenerator: generator, scan } = plan?.builder ?? {};
  if (generator !== 'production' || (scan?.programs.length ?? 0) > 0) return [];
  const found = compareSbomElements(published, rebuilt).filter(({ kind }) => kind === 'unregenerated');
  const licenses = found.flatMap((each) => each.published?.match(/LicenseRef-[A-Za-z0-9.-]+/g) ?? []);
  const ids = new Set([...found.map(({ element }) => element), ...licenses]);
  const about = changes.filter((change) => mentioned(change).some((id) => ids.has(id)));
  if (about.length === 0) return [];
  return [
    {
      confidence: 'possible',
      place: 'packages',
      published: `${found.length} that a scan of the tree is said to have found`,
      rebuilt: undefined,
      why: 'no scan was repeated here (--syft repeats it); until then nothing vouches for these',
      explains: about,
    },
  ];
}

function mentioned({ place, published = '', rebuilt = '' }: Change): readonly string[] {
  return `${place} ${published} ${rebuilt}`.match(/(SPDX|License)Ref-[A-Za-z0-9.-]+/g) ?? [];
}
