/** Python modules depend on the python whose directory they lie in. */
import type { AnalysedPackage, Found } from './analyser.ts';
import { baseName, directoryOf } from './go-text.ts';

/**
 * `python-V-base` from the last directory `pythonV/site-packages`, unless something that begins with `python`
 * is declared; nothing where V is empty (melange pkg/sca/sca.go).
 */
export function python(analysed: AnalysedPackage): Found {
  if (analysed.declared.runtime.some((dependency) => dependency.startsWith('python'))) return {};
  const last = analysed.tree.entries.findLast(
    (entry) =>
      entry.type === 'directory' &&
      baseName(entry.path) === 'site-packages' &&
      interpreterOf(entry.path).startsWith('python'),
  );
  const version = last === undefined ? '' : interpreterOf(last.path).slice('python'.length);
  return version === '' ? {} : { runtime: [`python-${version}-base`] };
}

function interpreterOf(path: string): string {
  return baseName(directoryOf(path));
}
