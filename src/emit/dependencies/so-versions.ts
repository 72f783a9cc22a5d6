/**
 * Dependencies on versions of libraries: `so-ver:<library>>=<version>`, which melange generates since v0.26.13
 * when MELANGE_VERSIONED_SHLIB_DEPENDS is set. It asks the package index of the day which package provides a library;
 * two answers lead to a dependency: a package of this build, and no package. Here the first is seen in the build, and a
 * library that is not part of the build is assumed to be provided by another package, which gives no dependency
 * in all known versions (an inverted test in determineShlibVersion, melange pkg/sca/sca.go).
 */

import { parseElf } from '../../formats/elf/reader.ts';
import type { AnalysedPackage } from './analyser.ts';
import { baseName, isInDirectory } from './go-text.ts';
import { sonamesOf } from './sonames.ts';

const loaders = ['ld-linux-x86-64.so', 'ld-linux-aarch64.so'];

/** Gives the versioned dependency on a library: one or none. */
export type VersionedNeed = (library: string) => readonly string[];

export function versionedNeeds(analysed: AnalysedPackage): VersionedNeed {
  const { format, fullVersion, options, versionedShlibDepends } = analysed;
  if (!format.soVer || !versionedShlibDepends || options.noVersionedShlibDeps) return () => [];
  let libraries: ReadonlySet<string> | undefined;
  return (library) => {
    if (loaders.some((loader) => library.startsWith(loader))) return [];
    libraries ??= librariesOfBuild(analysed);
    return libraries.has(library) ? [`so-ver:${library}>=${fullVersion}`] : [];
  };
}

/** The libraries that the packages of the build provide to others. */
function librariesOfBuild(analysed: AnalysedPackage): ReadonlySet<string> {
  const { format, libraryDirectories, relatives } = analysed;
  const recursive = format.recursiveLibraryDirectories;
  const libraries = new Set<string>();
  for (const { path, type, content } of relatives.flatMap(({ tree }) => tree.entries)) {
    if (type !== 'file' || !isInDirectory(path, libraryDirectories, { recursive })) continue;
    const elf = parseElf(content);
    for (const soname of (elf && sonamesOf(elf, baseName(path), format)) ?? []) libraries.add(soname);
  }
  return libraries;
}
