/** From the name of a library that a file needs to dependencies of its package (melange pkg/sca/sca.go). */

import type { Elf } from '../../formats/elf/reader.ts';
import type { AnalysedPackage } from './analyser.ts';
import type { Relative } from './build-trees.ts';
import { baseName } from './go-text.ts';
import { isHostLibrary } from './host-libraries.ts';
import { versionedNeeds } from './so-versions.ts';

export interface LibraryNeeds {
  /** Dependencies for a library in DT_NEEDED. */
  needed(library: string): readonly string[];
  /** Dependencies for the SONAME of the library behind a link. */
  linked(library: string): readonly string[];
}

/** v0.30.2: C libraries that are not the distribution's. */
const foreignLibraries: ReadonlySet<string> = new Set([
  'libc.so',
  'libdl.so',
  'libm.so',
  'libc.musl-x86_64.so.1',
  'libc.musl-aarch64.so.1',
]);
/** v0.30.2: EM_X86_64 and EM_AARCH64. */
const ownMachines: ReadonlySet<number> = new Set([62, 183]);
const androidSection = '.note.android.ident';

/** Whether v0.30.2 left a file out because it was built for a different system. */
export function isForeign(elf: Elf, analysed: AnalysedPackage): boolean {
  if (analysed.format.plainSo !== 'v0.30.2') return false;
  return !ownMachines.has(elf.machine) || elf.sections.some(({ name }) => name === androidSection);
}

export function libraryNeeds(analysed: AnalysedPackage): LibraryNeeds {
  const { format, fullVersion, options, packageName } = analysed;
  const { plainSo } = format;
  const versioned = versionedNeeds(analysed);
  const owners = plainSo === 'none' ? new Map<string, string>() : ownersOfFiles(analysed.relatives);
  return {
    linked(library) {
      return isHostLibrary(library, 'linked', format) ? [] : [`so:${library}`, ...versioned(library)];
    },
    needed(library) {
      if (isHostLibrary(library, 'needed', format)) return [];
      if (plainSo === 'v0.30.2' && foreignLibraries.has(library)) return [];
      if (!library.includes('.so.') && (plainSo === 'none' || !library.endsWith('.so'))) return [];
      const owner = owners.get(library);
      if (owner === undefined) return [`so:${library}`, ...versioned(library)];
      if (owner === packageName || options.noVendoredCrossPackageDeps) return [];
      return [`${owner}=${fullVersion}`, ...(plainSo === 'v0.30.1' ? versioned(library) : [])];
    },
  };
}

/**
 * v0.30.1 and v0.30.2: the last package of the build with a file or link of that name. They were meant to find files
 * outside the directories of libraries, but compared paths that begin with a slash with paths that do not.
 */
function ownersOfFiles(relatives: readonly Relative[]): ReadonlyMap<string, string> {
  const owners = new Map<string, string>();
  for (const { name, tree } of relatives) {
    for (const { path, type } of tree.entries) {
      if (type !== 'file' && type !== 'symlink') continue;
      if (path.includes('.so.') || path.endsWith('.so')) owners.set(baseName(path), name);
    }
  }
  return owners;
}
