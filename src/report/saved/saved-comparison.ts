/** The differences of a saved result. What JSON leaves out, since only code needs it, is absent. */
import { type Cause, causeTitles } from '../../compare/cause.ts';
import type { SectionComparison } from '../../compare/compare-sections.ts';
import { type Equivalence, equivalences, type UnequalComparison } from '../../compare/comparison.ts';
import {
  type Difference,
  differenceTitles,
  type Origin,
  originTitles,
  type SectionName,
} from '../../compare/difference.ts';
import {
  type ByteWindow,
  formatTitles,
  type HunkLine,
  type LineHunk,
  type Part,
  partTitles,
} from '../../compare/part.ts';
import { type SbomDifference, sbomDifferenceTitles } from '../../compare/sbom-elements.ts';
import type { SbomState } from '../../compare/sbom-state.ts';
import { isJsonObject } from '../../formats/bounded-json.ts';
import { count, type Decoder, digest, flag, list, members, optional, refuse, text, word } from './decoder.ts';

export const sectionName: Decoder<SectionName> = word<SectionName>(['signature', 'control', 'data', 'files']);

export const equivalence: Decoder<Equivalence> = word<Equivalence>(equivalences);

export const sbomState: Decoder<SbomState> = word<SbomState>({
  identical: 0,
  equivalent: 0,
  different: 0,
  missing: 0,
  invalid: 0,
});

const cause: Decoder<Cause> = members<Cause>({
  kind: word(causeTitles),
  confidence: word<Cause['confidence']>(['certain', 'likely', 'possible']),
  place: text,
  published: optional(text),
  rebuilt: optional(text),
  why: text,
});

const hunk: Decoder<LineHunk> = members<LineHunk>({
  publishedStart: count,
  rebuiltStart: count,
  lines: list(
    members<HunkLine>({
      side: word<HunkLine['side']>(['both', 'published', 'rebuilt']),
      pieces: list(members<HunkLine['pieces'][number]>({ text, changed: flag })),
    }),
  ),
});

const hex: Decoder<string> = (value, place) =>
  typeof value === 'string' && /^(?:[0-9a-f]{2})*$/.test(value) ? value : refuse(place, 'hex digits');

const byteWindow: Decoder<ByteWindow> = members<ByteWindow>({
  publishedOffset: count,
  rebuiltOffset: count,
  published: hex,
  rebuilt: hex,
  length: optional(count),
});

type SavedPart = Omit<Part, 'meaning'>;

const part: Decoder<SavedPart> = members<SavedPart>({
  format: word(formatTitles),
  kind: word(partTitles),
  place: text,
  published: optional(text),
  rebuilt: optional(text),
  lines: optional(list(hunk)),
  windows: optional(list(byteWindow)),
  note: optional(text),
  children: (value, place) => (value === undefined ? undefined : list(part)(value, place)),
});

type SavedDifference = Omit<Difference, 'occurrence' | 'modes'>;

const difference: Decoder<SavedDifference> = members<SavedDifference>({
  section: sectionName,
  kind: word(differenceTitles),
  path: text,
  name: optional(text),
  published: optional(text),
  rebuilt: optional(text),
  parts: optional(list(part)),
  causes: optional(list(cause)),
  followsFrom: optional(members<Origin>({ kind: word(originTitles), path: optional(text) })),
});

interface Listed {
  readonly differences: readonly Difference[];
  readonly unlisted: number;
}

/** The members `differences` and, where not all are listed, `differencesCount` of an object. */
export const listedDifferences: Decoder<Listed> = (value, place) => {
  if (!isJsonObject(value)) return refuse(place, 'an object');
  const differences = list(difference)(value['differences'], `${place}.differences`);
  const all = optional(count)(value['differencesCount'], `${place}.differencesCount`) ?? differences.length;
  return { differences, unlisted: Math.max(0, all - differences.length) };
};

type SavedSection = Pick<SectionComparison, 'section' | 'likeness'>;

const savedSection: Decoder<SavedSection> = members<SavedSection>({
  section: sectionName,
  likeness: word<SectionComparison['likeness']>(['identical', 'recompressed', 'different']),
});

/** Sections with their differences. Those that are not listed are counted with the last section that differs, since lists are cut at their ends. */
function sectionsOf(
  sections: readonly SavedSection[],
  { differences, unlisted }: Listed,
): readonly SectionComparison[] {
  const lastDiffering = sections.findLastIndex(({ likeness }) => likeness !== 'identical');
  return sections.map((each, at) => ({
    ...each,
    differences: differences.filter(({ section }) => section === each.section),
    ...(unlisted > 0 && at === lastDiffering ? { unlisted } : {}),
  }));
}

const file = members<{ sha256: ReturnType<typeof digest>; size: number }>({ sha256: digest, size: count });

const sbomDifference: Decoder<SbomDifference> = members<SbomDifference>({
  kind: word(sbomDifferenceTitles),
  element: text,
  member: optional(text),
  published: optional(text),
  rebuilt: optional(text),
});

/** A comparison. @param sbom the state of the SBOM, which stands beside it */
export function comparison(sbom: SbomState): Decoder<UnequalComparison> {
  return (value, place) => {
    if (!isJsonObject(value)) return refuse(place, 'an object');
    const at = (key: string) => `${place}.${key}`;
    return {
      files: {
        equal: false,
        published: file(value['published'], at('published')),
        rebuilt: file(value['rebuilt'], at('rebuilt')),
        firstDifference: count(value['firstDifference'], at('firstDifference')),
      },
      sections: sectionsOf(
        list(savedSection)(value['sections'], at('sections')),
        listedDifferences(value, place),
      ),
      equivalence: equivalence(value['equivalence'], at('equivalence')),
      sbom,
      sbomPath: optional(text)(value['sbomPath'], at('sbomPath')) ?? '',
      sbomDifferences: list(sbomDifference)(value['sbomDifferences'], at('sbomDifferences')),
    };
  };
}
