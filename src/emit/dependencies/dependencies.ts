/**
 * The dependencies that melange generates from the files of a package (melange pkg/sca/sca.go Analyze), and the
 * lists that it writes into `.PKGINFO` (pkg/build/package.go GenerateDependencies). An independent implementation
 * for v0.16.0 to v0.59.1.
 */
import { compareBytes, sortedUnique } from '../../bytes.ts';
import type { Dependencies } from '../../claim/recipe/recipe.ts';
import type { AnalysedPackage, Analyser, AnalysisInput, Found, GeneratedDependencies } from './analyser.ts';
import { buildTrees } from './build-trees.ts';
import { commands } from './commands.ts';
import { docs } from './docs.ts';
import { kernels } from './kernel-dependencies.ts';
import { libraryDirectories } from './ld-so-conf.ts';
import { perl } from './perl-dependencies.ts';
import { pkgConfig } from './pkg-config.ts';
import { python } from './python-dependencies.ts';
import { ruby } from './ruby-dependencies.ts';
import { sharedObjects } from './shared-objects.ts';
import { shebangs } from './shebang.ts';

export type {
  AnalysisInput,
  GeneratedDependencies,
  SkippedFile,
} from './analyser.ts';
export { readCompressedModules } from './compressed-modules.ts';

/** The analysers in melange's order. */
const analysers: readonly Analyser[] = [
  sharedObjects,
  commands,
  docs,
  pkgConfig,
  perl,
  python,
  ruby,
  shebangs,
  kernels,
];

/**
 * The dependencies of one package of a build, each list in byte order and without duplicates. Fails with
 * `build-limit` for files that take more memory than an analysis may.
 */
export function analyseDependencies(input: AnalysisInput): GeneratedDependencies {
  const trees = buildTrees(input.relatives, input.format);
  const { directories, skipped } = libraryDirectories(input, trees);
  const analysed: AnalysedPackage = { ...input, trees, libraryDirectories: directories };
  const found: Found[] = [{ skipped }, ...analysers.map((analyse) => analyse(analysed))];
  const { noCommands, noDepends, noProvides } = input.options;
  const merge = (list: 'runtime' | 'provides' | 'vendored') =>
    sortedUnique(found.flatMap((one) => one[list] ?? []));
  const allowed = (name: string) => !(noCommands && name.startsWith('cmd:'));
  return {
    runtime: noDepends ? [] : merge('runtime').filter(allowed),
    provides: noProvides ? [] : merge('provides').filter(allowed),
    vendored: merge('vendored'),
    skipped: found
      .flatMap((one) => one.skipped ?? [])
      .sort((a, b) => compareBytes(a.path, b.path) || compareBytes(a.reason, b.reason)),
  };
}

/** The lists of a package as `.PKGINFO` has them. */
export interface EmittedDependencies {
  readonly runtime: readonly string[];
  readonly provides: readonly string[];
  readonly replaces: readonly string[];
  readonly vendored: readonly string[];
}

/**
 * Joins what is declared with what was generated. Generated needs are removed where the package carries the thing itself,
 * and all needs where it provides exactly that name; `replaces` stays as declared.
 */
export function emittedDependencies(
  declared: Dependencies,
  generated: GeneratedDependencies,
): EmittedDependencies {
  const needed = withoutOwn(generated.runtime, generated.vendored);
  const provides = sortedUnique([...declared.provides, ...generated.provides]);
  return {
    runtime: withoutOwn(sortedUnique([...declared.runtime, ...needed]), provides),
    provides,
    replaces: declared.replaces,
    vendored: sortedUnique(generated.vendored),
  };
}

/**
 * The needs without those that are literally the name of something provided: `foo=1` is not `foo` and stays.
 * Only `so-ver:` needs are compared, and written, without their version.
 */
function withoutOwn(needs: readonly string[], provided: readonly string[]): readonly string[] {
  const names = new Set(provided.map((provide) => provide.split('=', 1)[0]!));
  return needs
    .map((need) => (need.startsWith('so-ver:') ? need.split('>=', 1)[0]! : need))
    .filter((need) => !names.has(need));
}
