/** A published and a rebuilt package: bytes first; where they differ, what differs and how far apart they are. */
import { type Apk, type ApkEntry, type ByteSource, readApk } from '../apk/apk.ts';
import { entryPath } from '../apk/entries.ts';
import type { Limits } from '../apk/limits.ts';
import { pkgInfoValue } from '../apk/pkginfo.ts';
import { isSbomEntry } from '../claim/traits/traits.ts';
import { compareFiles, type FileComparison } from './bytes.ts';
import type { Difference } from './difference.ts';
import type { CompareLimits } from './limits.ts';
import { compareSboms, type SbomState } from './sbom.ts';
import { compareSbomElements, type SbomDifference } from './sbom-elements.ts';
import { compareSections, type SectionComparison } from './sections.ts';

/**
 * The strongest likeness that was proven of two packages that are not the same bytes. `unstable` says of a package that was
 * built more than once that it differs from itself wherever it differs from the published one.
 */
export type Equivalence = 'recompressed' | 'sbom-only' | 'metadata-only' | 'content' | 'unstable';

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
  /** Element by element; none where the SBOMs are equal or one is no JSON. */
  readonly sbomDifferences: readonly SbomDifference[];
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
  compareLimits?: CompareLimits,
): Promise<Comparison> {
  const files = await compareFiles(published, rebuilt);
  const options = {
    keep: (path: string) => isSbomEntry({ name: path }),
    ...(limits === undefined ? {} : { limits }),
  };
  const left = await readApk(published, options);
  if (files.equal) return { files, sbom: compareSboms(sbomOf(left), sbomOf(left)) };
  const right = await readApk(rebuilt, options);
  // The comparators of all formats: loaded only where there is something to look at.
  const { lookInside } = await import('./contents.ts');
  const sections = await lookInside(
    { source: published, apk: left },
    { source: rebuilt, apk: right },
    [
      compareSections('signature', left.signature, right.signature),
      compareSections('control', left.control, right.control),
      compareSections('data', left.data, right.data),
    ],
    {
      ...(limits === undefined ? {} : { limits }),
      ...(compareLimits === undefined ? {} : { compareLimits }),
    },
  );
  return {
    files,
    sections,
    equivalence: equivalenceOf(left, right, sections),
    sbom: compareSboms(sbomOf(left), sbomOf(right)),
    sbomDifferences: compareSbomElements(sbomOf(left), sbomOf(right)),
  };
}

function sbomOf(apk: Apk): Uint8Array | undefined {
  return apk.data.entries.find(isSbomEntry)?.content;
}

/** Every difference, sections in order. */
export function allDifferences(sections: readonly SectionComparison[]): Difference[] {
  return sections.flatMap(({ differences }) => differences);
}

function equivalenceOf(published: Apk, rebuilt: Apk, sections: readonly SectionComparison[]): Equivalence {
  const derived = derivedFields(published, rebuilt);
  const archives = allDifferences(sections).filter(
    ({ section, kind, name }) =>
      section !== 'signature' &&
      kind !== 'compression' &&
      kind !== 'gzip-header' &&
      !(section === 'control' && kind === 'field' && derived.has(name ?? '')),
  );
  if (published.data.tarSha256 === rebuilt.data.tarSha256 && archives.length === 0) return 'recompressed';
  const isSbom = ({ section, path, kind }: Difference) =>
    section === 'data' && kind === 'content' && isSbomEntry({ name: path });
  if (archives.length > 0 && archives.every(isSbom)) return 'sbom-only';
  return sameContents(published, rebuilt) ? 'metadata-only' : 'content';
}

/** Fields of `.PKGINFO` whose difference says nothing of its own: `datahash`, and a `size` that the SBOM's length explains. */
function derivedFields(published: Apk, rebuilt: Apk): ReadonlySet<string> {
  const [left, right] = [published, rebuilt].map((apk) => ({
    size: Number(pkgInfoValue(apk.control.pkginfo, 'size')),
    sbom: apk.data.entries.find(isSbomEntry)?.size ?? 0,
  })) as [{ size: number; sbom: number }, { size: number; sbom: number }];
  const explained = left.size - right.size === left.sbom - right.sbom;
  return new Set(explained ? ['datahash', 'size'] : ['datahash']);
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
