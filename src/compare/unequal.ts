/** What differs between two packages that are not the same bytes, and how much. */

import type { Apk } from '../apk/apk.ts';
import type { ApkEntry } from '../apk/apk-entry.ts';
import { entryPath } from '../apk/entry-rules.ts';
import { pkgInfoValue } from '../apk/pkginfo.ts';
import { busy } from '../busy.ts';
import { isSbomOf, sbomEntryOf, sbomPathBy } from '../claim/sbom/sbom-entry.ts';
import type { CompareLimits } from './compare-limits.ts';
import { compareSections, type SectionComparison } from './compare-sections.ts';
import type { Equivalence, UnequalComparison } from './comparison.ts';
import { lookInside, type ReadPackage } from './contents.ts';
import type { Difference } from './difference.ts';
import { isComplete } from './difference-list.ts';
import { compareSbomElements } from './sbom-elements.ts';
import { compareSboms, sbomOf } from './sbom-state.ts';

export interface CompareBounds {
  readonly compareLimits?: CompareLimits | undefined;
}

/** Compares two packages that were found to differ, section by section. */
export async function compareUnequal(
  files: UnequalComparison['files'],
  published: ReadPackage,
  rebuilt: ReadPackage,
  { compareLimits }: CompareBounds,
): Promise<UnequalComparison> {
  const [left, right] = [published.apk, rebuilt.apk];
  const sections = await lookInside(
    published,
    rebuilt,
    busy(() => [
      compareSections('signature', left.signature, right.signature, compareLimits),
      compareSections('control', left.control, right.control, compareLimits),
      compareSections('data', left.data, right.data, compareLimits),
    ]),
    compareLimits,
  );
  return {
    files,
    sections,
    equivalence: busy(() => equivalenceOf(left, right, sections)),
    sbom: compareSboms(sbomOf(left), sbomOf(right)),
    sbomPath: sbomPathBy(left.control.pkginfo),
    sbomDifferences: busy(() => compareSbomElements(sbomOf(left), sbomOf(right))),
  };
}

function equivalenceOf(published: Apk, rebuilt: Apk, sections: readonly SectionComparison[]): Equivalence {
  const derived = derivedFields(published, rebuilt);
  const archives = sections
    .flatMap(({ differences }) => differences)
    .filter(
      ({ section, kind, name }) =>
        section !== 'signature' &&
        kind !== 'compression' &&
        kind !== 'gzip-header' &&
        !(section === 'control' && kind === 'field' && derived.has(name ?? '')),
    );
  // What is not listed may be anything, so an equivalence that concerns every difference cannot then be proven.
  const listed = isComplete(sections.filter(({ section }) => section !== 'signature'));
  const sameArchives = published.data.tarSha256 === rebuilt.data.tarSha256 && archives.length === 0;
  if (listed && sameArchives) return 'recompressed';
  const sbom = sbomPathBy(published.control.pkginfo);
  const isSbom = ({ section, path, kind }: Difference) =>
    section === 'data' && kind === 'content' && path === sbom;
  if (listed && archives.length > 0 && archives.every(isSbom)) return 'sbom-only';
  return sameContents(published, rebuilt) ? 'metadata-only' : 'content';
}

/** Fields of `.PKGINFO` whose difference follows from others: `datahash`, and a `size` that the SBOM's length explains. */
function derivedFields(published: Apk, rebuilt: Apk): ReadonlySet<string> {
  const [left, right] = [published, rebuilt].map((apk) => ({
    size: Number(pkgInfoValue(apk.control.pkginfo, 'size')),
    sbom: sbomEntryOf(apk)?.size ?? 0,
  })) as [{ size: number; sbom: number }, { size: number; sbom: number }];
  const explained = left.size - right.size === left.sbom - right.sbom;
  return new Set(explained ? ['datahash', 'size'] : ['datahash']);
}

/** Whether all paths have the same bytes or link texts, apart from the SBOM; scripts and recipe included. */
function sameContents(published: Apk, rebuilt: Apk): boolean {
  const isSbom = isSbomOf(published);
  const contents = (entries: readonly ApkEntry[]) =>
    entries
      .filter((entry) => !isSbom(entry) && entry.name !== '.PKGINFO')
      .map((entry) => `${entryPath(entry)}\0${entry.type}\0${entry.linkname}\0${entry.sha256}`)
      .sort()
      .join('\n');
  return (
    contents(published.data.entries) === contents(rebuilt.data.entries) &&
    contents(published.control.entries) === contents(rebuilt.control.entries)
  );
}
