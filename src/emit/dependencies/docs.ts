/** Documentation packages depend on the programs that show their contents. */
import type { AnalysedPackage, Found } from './analyser.ts';
import { directoryOf } from './go-text.ts';

const viewers: ReadonlyMap<string, string> = new Map([
  ['usr/share/man', 'man-db'],
  ['usr/share/info', 'texinfo'],
]);

/**
 * For packages named `*-doc`: a viewer for each directory of the table that is not empty. The directory
 * `usr/share/man/man1` is what makes manual pages count (melange pkg/sca/sca.go, since v0.15.12).
 */
export function docs(analysed: AnalysedPackage): Found {
  if (!analysed.format.docs || !analysed.packageName.endsWith('-doc')) return {};
  const directories = new Set(analysed.tree.entries.map((entry) => directoryOf(entry.path)));
  return { runtime: [...viewers].filter(([path]) => directories.has(path)).map(([, viewer]) => viewer) };
}
