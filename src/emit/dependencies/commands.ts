/** Programs: a file in the directories of programs that everybody may run is a command that the package provides. */
import type { AnalysedPackage, Found } from './analyser.ts';
import { baseName, isInDirectory } from './go-text.ts';

const directories = ['bin/', 'sbin/', 'usr/bin/', 'usr/sbin/'];
const everybodyRuns = 0o555;

/** `cmd:<name>=<version>` for each program; links are never commands (melange pkg/sca/sca.go). */
export function commands(analysed: AnalysedPackage): Found {
  const programs = analysed.tree.entries.filter(
    (entry) =>
      entry.type === 'file' &&
      (entry.mode & everybodyRuns) === everybodyRuns &&
      isInDirectory(entry.path, directories, { recursive: false }),
  );
  return { provides: programs.map((entry) => `cmd:${baseName(entry.path)}=${analysed.fullVersion}`) };
}
