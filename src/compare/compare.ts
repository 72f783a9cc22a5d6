/** A published and a rebuilt package: bytes first; where they differ, what differs and how far apart they are. */
import { type Apk, type ByteSource, readApk } from '../apk/apk.ts';
import type { Limits } from '../apk/limits.ts';
import { isSbomEntry } from '../claim/traits/traits.ts';
import { compareFiles, type FileComparison } from './bytes.ts';
import type { Difference } from './difference.ts';
import type { CompareLimits } from './limits.ts';
import { compareSboms, type SbomState, sbomOf } from './sbom.ts';
import type { SbomDifference } from './sbom-elements.ts';
import type { SectionComparison } from './sections.ts';

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

export interface CompareOptions {
  readonly limits?: Limits | undefined;
  readonly compareLimits?: CompareLimits | undefined;
  /**
   * The published package as `readPublished` read it before, which spares a second reading. Whoever gives it must hold its digest
   * against the one that the comparison states.
   */
  readonly read?: Apk;
}

/**
 * Compares two packages. Fails as `readApk` does if one of them is none.
 */
export async function comparePackages(
  published: ByteSource,
  rebuilt: ByteSource,
  options: CompareOptions = {},
): Promise<Comparison> {
  const files = await compareFiles(published, rebuilt);
  const left = options.read ?? (await readWithSbom(published, options.limits));
  if (files.equal) return { files, sbom: compareSboms(sbomOf(left), sbomOf(left)) };
  // All that tells how two packages differ: loaded only where they do.
  const { compareUnequal } = await import('./unequal.ts');
  const right = await readWithSbom(rebuilt, options.limits);
  return compareUnequal(files, { source: published, apk: left }, { source: rebuilt, apk: right }, options);
}

function readWithSbom(source: ByteSource, limits: Limits | undefined): Promise<Apk> {
  return readApk(source, {
    keep: (path) => isSbomEntry({ name: path }),
    ...(limits === undefined ? {} : { limits }),
  });
}

/** Every difference, sections in order. */
export function allDifferences(sections: readonly SectionComparison[]): Difference[] {
  return sections.flatMap(({ differences }) => differences);
}
