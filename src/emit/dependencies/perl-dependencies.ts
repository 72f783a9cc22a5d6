/** Perl modules depend on the perl whose directories they lie in. */
import type { AnalysedPackage, Found } from './analyser.ts';

const directories = ['usr/lib', 'lib'];

/**
 * `perl~N` from the first `usr/lib/perlN/*_perl`, else `lib/perlN/*_perl`, unless `perl` is declared. melange
 * takes the third part of the path, which below `lib` is the `*_perl` directory: `perl~vendor_perl`
 * (melange pkg/sca/sca.go, since v0.48.0).
 */
export function perl(analysed: AnalysedPackage): Found {
  if (!analysed.format.perl || analysed.declared.runtime.includes('perl')) return {};
  for (const directory of directories) {
    const path = firstModuleDirectory(analysed, directory);
    if (path !== undefined) return { runtime: [`perl~${path.split('/')[2]!.replace(/^perl/, '')}`] };
  }
  return {};
}

function firstModuleDirectory(analysed: AnalysedPackage, directory: string): string | undefined {
  for (const version of analysed.trees.list(analysed.packageName, directory)) {
    if (!/^perl[0-9]/.test(version)) continue;
    const modules = analysed.trees.list(analysed.packageName, `${directory}/${version}`);
    const found = modules.find((name) => name.endsWith('_perl'));
    if (found !== undefined) return `${directory}/${version}/${found}`;
  }
  return undefined;
}
