/** Directories of libraries: the usual ones and those in `etc/ld.so.conf.d` of every package of the build. */

import { decodeBytes, encodeBytes } from '../../bytes.ts';
import { Failure } from '../../failure.ts';
import type { Content } from '../../formats/content.ts';
import { readBounded } from '../../formats/content.ts';
import { type AnalysisInput, append, type SkippedFile } from './analyser.ts';
import type { BuildTrees } from './build-trees.ts';
import { isOpenable } from './go-text.ts';

const standardDirectories = ['lib/', 'usr/lib/', 'lib64/', 'usr/lib64/'];

const largestFile = 1024 * 1024;
const mostDirectories = 256;
/** From this length on, Go's bufio.Scanner refuses a line. */
const longestLine = 64 * 1024;

export interface LibraryDirectories {
  readonly directories: readonly string[];
  readonly skipped: readonly SkippedFile[];
}

/** The directories in the order in which melange searches them (melange pkg/sca/sca.go, since v0.23.1). */
export function libraryDirectories(input: AnalysisInput, trees: BuildTrees): LibraryDirectories {
  const directories = [...standardDirectories];
  const skipped: SkippedFile[] = [];
  if (!input.format.ldSoConf) return { directories, skipped };
  for (const { name } of input.relatives) {
    const root = trees.locate(name, 'etc/ld.so.conf.d');
    if (root.kind !== 'found') continue;
    for (const entry of root.tree.entries) {
      if (!entry.path.startsWith(`${root.path}/`)) continue;
      if (entry.type !== 'file' || !entry.path.endsWith('.conf')) continue;
      const listed = isOpenable(entry.path) ? listedDirectories(entry.content) : undefined;
      if (listed === undefined) skipped.push({ path: entry.path, reason: 'melange-fails' });
      else append(directories, listed);
    }
  }
  if (directories.length > mostDirectories) {
    throw new Failure('build-limit', 'the packages configure too many directories of libraries', {
      expected: `at most ${mostDirectories}`,
    });
  }
  return { directories, skipped };
}

/** The lines that begin with a slash, without the slash and unchanged in the rest; undefined where a line is too long. */
function listedDirectories(content: Content): string[] | undefined {
  const text = decodeBytes(readBounded(content, 0, content.size, largestFile));
  const lines = text.split('\n');
  if (lines.some((line) => encodeBytes(line).length >= longestLine)) return undefined;
  return lines.filter((line) => line.startsWith('/')).map((line) => line.slice(1).replace(/\r$/, ''));
}
