/** The result of a comparison, separate from how it is made. */
import type { FileComparison } from './compare-files.ts';
import type { SectionComparison } from './compare-sections.ts';
import type { Difference } from './difference.ts';
import type { SbomDifference } from './sbom-elements.ts';
import type { SbomState } from './sbom-state.ts';

/**
 * The strongest equivalence that was proven between two packages that are not the same bytes. `unstable` says that a package
 * was built more than once, and differs from itself wherever it differs from the published one.
 */
export type Equivalence = 'recompressed' | 'sbom-only' | 'metadata-only' | 'content' | 'unstable';

/** The closed list of them. */
export const equivalences: Readonly<Record<Equivalence, true>> = {
  recompressed: true,
  'sbom-only': true,
  'metadata-only': true,
  content: true,
  unstable: true,
};

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
  /** The path of the published package's SBOM. */
  readonly sbomPath: string;
  /** The differences element by element; none where the SBOMs are equal or one is not JSON. */
  readonly sbomDifferences: readonly SbomDifference[];
}

/** Of a comparison, or of what is stated to be one. */
export function isUnequal(
  comparison: UnequalComparison | { readonly files: { readonly equal: true } },
): comparison is UnequalComparison {
  return !comparison.files.equal;
}

/** Every difference, sections in order. */
export function allDifferences(sections: readonly SectionComparison[]): Difference[] {
  return sections.flatMap(({ differences }) => differences);
}
