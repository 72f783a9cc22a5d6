/** The differences of two SBOMs in lines for people. */

import { printable } from '../bytes.ts';
import {
  type SbomDifference,
  type SbomDifferenceKind,
  sbomDifferenceTitles,
} from '../compare/sbom-elements.ts';
import { moreInJson } from './bounds.ts';
import { shorten } from './rows.ts';

const mostElements = 40;

/** One line for each of the first differences; no lines where there are none. */
export function sbomDifferenceLines(differences: readonly SbomDifference[]): string[] {
  const lines = differences.slice(0, mostElements).map(differenceText);
  const cut = differences.length - lines.length;
  return cut === 0 ? lines : [...lines, `… and ${cut} more; ${moreInJson}`];
}

/** How many elements only a scan can explain, and how many differ only in their id; no lines where there are none. */
export function countedLines(differences: readonly SbomDifference[]): string[] {
  const line = (wanted: SbomDifferenceKind, hint: string) => {
    const count = differences.filter(({ kind }) => kind === wanted).length;
    if (count === 0) return [];
    const elements = count === 1 ? '1 element' : `${count} elements`;
    return [`${elements} of the published SBOM: ${sbomDifferenceTitles[wanted]}${hint}`];
  };
  return [...line('unregenerated', ' (--syft)'), ...line('other-id', '')];
}

function differenceText({ kind, element, member, published, rebuilt }: SbomDifference): string {
  const place = [element, ...(member === undefined ? [] : [member])].map(printable).join(' ');
  const sides = [published, rebuilt].map((side) =>
    side === undefined ? '(none)' : shorten(printable(side)),
  );
  if (kind === 'member') return `${place}: ${sides.join(' → ')}`;
  const ids = kind === 'other-id' ? `: ${sides.join(' → ')}` : '';
  return `${place}: ${sbomDifferenceTitles[kind]}${ids}`;
}
