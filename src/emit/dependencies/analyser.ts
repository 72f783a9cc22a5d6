/** What the dependency analysers share: their input, the lists they return, and the order of the work. */

import type { Dependencies, PackageOptions } from '../../claim/recipe/recipe.ts';
import type { Tree } from '../../execute/tree.ts';
import type { Format } from '../../melange/format.ts';
import type { BuildTrees, Relative } from './build-trees.ts';
import type { CompressedModules } from './compressed-modules.ts';

export interface AnalysisInput {
  readonly format: Format;
  /** The package analysed. */
  readonly packageName: string;
  /** `<version>-r<epoch>`. */
  readonly fullVersion: string;
  readonly options: PackageOptions;
  readonly declared: Dependencies;
  /** Files of the package analysed; the SBOM plays no part. */
  readonly tree: Tree;
  /** All packages of the build, origin first, then subpackages in recipe order, the one analysed included. */
  readonly relatives: readonly Relative[];
  /** Whether MELANGE_VERSIONED_SHLIB_DEPENDS was set in melange's own environment. */
  readonly versionedShlibDepends: boolean;
  /** The version texts of the kernel modules in the tree that are compressed with xz or zstd. */
  readonly compressedModules: CompressedModules;
}

export interface GeneratedDependencies {
  readonly runtime: readonly string[];
  readonly provides: readonly string[];
  readonly vendored: readonly string[];
  /** Files from which nothing was derived although melange may have derived something. */
  readonly skipped: readonly SkippedFile[];
}

export interface SkippedFile {
  readonly path: string;
  /**
   * `host-link`: a link to an absolute path, which that version of melange opened on the machine it ran on.
   * `not-decompressed`: a kernel module compressed in a way that is not read here.
   * `melange-fails`: this content makes that version of melange fail the whole build.
   */
  readonly reason: 'host-link' | 'not-decompressed' | 'melange-fails';
}

/** The input of an analyser: that of the whole analysis and what is derived from it once. */
export interface AnalysedPackage extends AnalysisInput {
  readonly trees: BuildTrees;
  /** Directories that the dynamic loader searches, as they were configured. */
  readonly libraryDirectories: readonly string[];
}

/** The lists that one analyser finds: in any order, with duplicates. */
export type Found = Partial<GeneratedDependencies>;

export type Analyser = (analysed: AnalysedPackage) => Found;

/** Adds values to a list. A package decides how many there are, which may be more than the arguments that a call takes. */
export function append(list: string[], values: Iterable<string>): void {
  for (const value of values) list.push(value);
}
