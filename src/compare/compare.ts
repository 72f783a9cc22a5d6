/** A published and a rebuilt package: bytes first; where they differ, what differs and how far apart they are. */
import { type Apk, type ApkEntry, type ByteSource, readApk } from '../apk/apk.ts';
import { entryPath } from '../apk/entries.ts';
import type { Limits } from '../apk/limits.ts';
import { isSbomEntry } from '../claim/traits/traits.ts';
import { compareFiles, type FileComparison } from './bytes.ts';
import type { Difference } from './difference.ts';
import { compareSboms, type SbomState } from './sbom.ts';
import { compareSections, type SectionComparison } from './sections.ts';

/** The strongest likeness that was proven of two packages that are not the same bytes. */
export type Equivalence = 'recompressed' | 'sbom-only' | 'metadata-only' | 'content';

export type Comparison = EqualComparison | UnequalComparison;

export interface EqualComparison {
  readonly files: Extract<FileComparison, { equal: true }>;
  readonly sbom: SbomState;
}

export interface UnequalComparison {
  readonly files: Extract<FileComparison, { equal: false }>;
  readonly sections: readonly SectionComparison[];
  readonly equivalence: Equivalence;
  readonly sbom: SbomState;
}

export function isUnequal(comparison: Comparison): comparison is UnequalComparison {
  return !comparison.files.equal;
}

/**
 * Compares two packages. Fails as `readApk` does if one of them is none.
 */
export async function comparePackages(
  published: ByteSource,
  rebuilt: ByteSource,
  limits?: Limits,
): Promise<Comparison> {
  const files = await compareFiles(published, rebuilt);
  const options = {
    keep: (path: string) => isSbomEntry({ name: path }),
    ...(limits === undefined ? {} : { limits }),
  };
  const left = await readApk(published, options);
  if (files.equal) return { files, sbom: compareSboms(sbomOf(left), sbomOf(left)) };
  const right = await readApk(rebuilt, options);
  const sections = [
    compareSections('signature', left.signature, right.signature),
    compareSections('control', left.control, right.control),
    compareSections('data', left.data, right.data),
  ];
  return {
    files,
    sections,
    equivalence: equivalenceOf(left, right, sections),
    sbom: compareSboms(sbomOf(left), sbomOf(right)),
  };
}

function sbomOf(apk: Apk): Uint8Array | undefined {
  return apk.data.entries.find(isSbomEntry)?.content;
}

/** Every difference, sections in order. */
export function allDifferences(sections: readonly SectionComparison[]): Difference[] {
  return sections.flatMap(({ differences }) => differences);
}

/** Fields of `.PKGINFO` that follow from the data section and say nothing of their own. */
const derivedFields = new Set(['datahash', 'size']);

function equivalenceOf(published: Apk, rebuilt: Apk, sections: readonly SectionComparison[]): Equivalence {
  const differences = allDifferences(sections).filter(
    (each) => !isDerived(each) && each.section !== 'signature',
  );
  const archives = differences.filter(({ kind }) => kind !== 'compression' && kind !== 'gzip-header');
  if (archives.length === 0 && published.data.tarSha256 === rebuilt.data.tarSha256) return 'recompressed';
  const isSbom = ({ section, path, kind }: Difference) =>
    section === 'data' && kind === 'content' && isSbomEntry({ name: path });
  if (archives.every(isSbom)) return 'sbom-only';
  return sameContents(published, rebuilt) ? 'metadata-only' : 'content';
}

function isDerived({ section, kind, name }: Difference): boolean {
  return section === 'control' && kind === 'field' && derivedFields.has(name ?? '');
}

/** The same paths with the same bytes or link texts, the SBOM apart; scripts and recipe too. */
function sameContents(published: Apk, rebuilt: Apk): boolean {
  const contents = (entries: readonly ApkEntry[]) =>
    entries
      .filter((entry) => !isSbomEntry(entry) && entry.name !== '.PKGINFO')
      .map((entry) => `${entryPath(entry)}\0${entry.type}\0${entry.linkname}\0${entry.sha256}`)
      .sort()
      .join('\n');
  return (
    contents(published.data.entries) === contents(rebuilt.data.entries) &&
    contents(published.control.entries) === contents(rebuilt.control.entries)
  );
}
