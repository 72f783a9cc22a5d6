/** Differences that follow from others; in a file apart from the detectors, which take long to load. */
import type { Difference, Origin, OriginKind, SectionName } from '../../compare/difference.ts';
import { onceFor } from './once.ts';

/** Fields of `.PKGINFO` without information of their own, and what they follow from where it differs. */
const derivedFields: ReadonlyMap<string, OriginKind> = new Map([
  ['datahash', 'data-section'],
  ['size', 'file-sizes'],
]);

const counting: readonly Difference['kind'][] = [
  'content',
  'missing-entry',
  'extra-entry',
  'type',
  'link-target',
];

const inSections = onceFor((all: readonly Difference[]) => {
  const sections = new Set<SectionName>();
  const moved = new Set<string>();
  let sizes = false;
  for (const { section, kind, path } of all) {
    sections.add(section);
    if (kind === 'moved') moved.add(`${section} ${path}`);
    if (section === 'data' && counting.includes(kind)) sizes = true;
  }
  return { sections, sizes, moved };
});

/**
 * What a difference follows from, where it has no cause of its own: a field about the data section does where a relevant entry of the
 * section differs, a signature does where what it signs differs (it is made with one padding, PKCS #1 v1.5: RFC 8017 §8.2), and a tar header does
 * where the entry has a different name.
 */
export function originOf(difference: Difference, all: readonly Difference[]): Origin | undefined {
  const { section, kind, name, path } = difference;
  const { sections, sizes, moved } = inSections(all);
  if (section === 'signature')
    return kind === 'content' && sections.has('control') ? { kind: 'control-section' } : undefined;
  // A pax header is named after its entry.
  if (kind === 'header-bytes' && moved.has(`${section} ${path}`)) return { kind: 'same-entry' };
  if (section !== 'control' || kind !== 'field') return undefined;
  const origin = derivedFields.get(name ?? '');
  if (origin === undefined) return undefined;
  return (origin === 'data-section' ? sections.has('data') : sizes) ? { kind: origin } : undefined;
}

/**
 * Differences with those marked as consequences that hold nothing but digests, sizes and names of files that differ. Where files hold each
 * other's and nothing else would remain, none is marked.
 */
export function withConsequences<List extends { readonly differences: readonly Difference[] }>(
  lists: readonly List[],
): List[] {
  const follows = ({ causes = [] }: Difference) =>
    causes.length > 0 &&
    causes.every(({ kind, confidence }) => kind === 'derived' && confidence === 'certain');
  const isRoot = (each: Difference) => each.followsFrom === undefined && !follows(each);
  if (!lists.some(({ differences }) => differences.some(isRoot))) return [...lists];
  return lists.map((list) => ({
    ...list,
    differences: list.differences.map((each) =>
      each.followsFrom === undefined && follows(each)
        ? { ...each, followsFrom: { kind: 'entry' } as const }
        : each,
    ),
  }));
}
