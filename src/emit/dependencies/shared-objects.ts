/**
 * Programs and libraries: what an ELF file needs, what it provides to others, and what it carries only for itself
 * (melange pkg/sca/sca.go).
 */
import { posix } from 'node:path';
import type { TreeEntry } from '../../execute/tree.ts';
import type { Content } from '../../formats/content.ts';
import { dynamicStrings, dynamicTag, interpreter } from '../../formats/elf/dynamic.ts';
import { parseElf } from '../../formats/elf/reader.ts';
import { type AnalysedPackage, append, type Found, type SkippedFile } from './analyser.ts';
import { fipsNeeds } from './go-fips.ts';
import { baseName, isInDirectory, isOpenable } from './go-text.ts';
import { isForeign, type LibraryNeeds, libraryNeeds } from './library-needs.ts';
import { sonamesOf, sonameVersion } from './sonames.ts';

interface Lists {
  readonly runtime: string[];
  readonly provides: string[];
  readonly vendored: string[];
  readonly skipped: SkippedFile[];
}

const everybodyRuns = 0o555;

/** `so:` and `so-ver:` dependencies, and those of Go programs. */
export function sharedObjects(analysed: AnalysedPackage): Found {
  const needs = libraryNeeds(analysed);
  const lists: Lists = { runtime: [], provides: [], vendored: [], skipped: [] };
  for (const entry of analysed.tree.entries) {
    if (entry.type === 'symlink') append(lists.runtime, libraryBehind(entry, analysed).flatMap(needs.linked));
    const content = contentBehind(entry, analysed, lists.skipped);
    if (content !== undefined) addObject(content, entry.path, { analysed, needs, lists });
  }
  return lists;
}

/**
 * SONAMEs of the library that a link names by the last part of its target: the first file of that name in any
 * directory of libraries of any package of the build, whatever the rest of the target says.
 */
function libraryBehind(link: TreeEntry, analysed: AnalysedPackage): readonly string[] {
  if (!link.path.includes('.so')) return [];
  const name = baseName(link.target);
  for (const relative of analysed.relatives) {
    for (const directory of analysed.libraryDirectories) {
      const path = posix.join(directory, name);
      const location = analysed.trees.locate(relative.name, path);
      if (location.kind !== 'found') continue;
      const openable = location.entry?.type === 'file' && isOpenable(path);
      const elf = openable ? parseElf(location.entry.content) : undefined;
      return (elf && dynamicStrings(elf, dynamicTag.soname)) ?? [];
    }
  }
  return [];
}

/** The content to analyse: that of a file, or of the file behind a link. */
function contentBehind(
  entry: TreeEntry,
  analysed: AnalysedPackage,
  skipped: SkippedFile[],
): Content | undefined {
  if (!isOpenable(entry.path)) return undefined;
  if (entry.type === 'file') {
    const runnable = (entry.mode & everybodyRuns) === everybodyRuns;
    return runnable || !analysed.format.elfNeedsExecutableBit ? entry.content : undefined;
  }
  if (entry.type !== 'symlink') return undefined;
  const location = analysed.trees.locate(analysed.packageName, entry.path);
  if (location.kind === 'host') skipped.push({ path: entry.path, reason: 'host-link' });
  return location.kind === 'found' && location.entry?.type === 'file' ? location.entry.content : undefined;
}

interface Context {
  readonly analysed: AnalysedPackage;
  readonly needs: LibraryNeeds;
  readonly lists: Lists;
}

function addObject(content: Content, path: string, { analysed, needs, lists }: Context): void {
  const { format, fullVersion, libraryDirectories } = analysed;
  const elf = parseElf(content);
  if (elf === undefined || isForeign(elf, analysed)) return;
  const loader = interpreter(elf);
  if (loader !== '') lists.runtime.push(loaderNeed(loader));

  // Where Go cannot read the dynamic section, melange leaves the file after what it has found until there.
  const libraries = dynamicStrings(elf, dynamicTag.needed);
  if (libraries === undefined) return;
  append(lists.runtime, libraries.flatMap(needs.needed));

  const sonames = sonamesOf(elf, baseName(path), format);
  if (sonames === undefined) return;
  const recursive = format.recursiveLibraryDirectories;
  const list = isInDirectory(path, libraryDirectories, { recursive }) ? lists.provides : lists.vendored;
  for (const soname of sonames) {
    list.push(`so:${soname}=${sonameVersion(soname)}`);
    if (format.soVer) list.push(`so-ver:${soname}=${fullVersion}`);
  }
  append(lists.runtime, fipsNeeds(elf, format));
}

/** The need for a loader. musl's loader is its C library under a different name, and packages depend on the latter. */
function loaderNeed(path: string): string {
  return `so:${baseName(path)}`.replaceAll('so:ld-musl', 'so:libc.musl');
}
