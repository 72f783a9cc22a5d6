/** Ruby gems depend on the ruby whose directory they lie in. */
import type { AnalysedPackage, Found } from './analyser.ts';

/** Whether text is a version by melange's pattern, which says `[0.9]` where it means a digit: the third number begins with 0 or 9, or is a dot. */
function isGemVersion(text: string): boolean {
  const minor = /^[0-9]/.test(text) ? text.slice(1).search(/\.[0-9]/) : -1;
  return minor >= 0 && /\.[0.9]/.test(text.slice(minor + 3));
}

/**
 * `ruby-X.Y` from the first `usr/lib/ruby/gems/X.Y.Z/gems`, or, since v0.48.0, from `lib/ruby`, unless `ruby`
 * or `ruby-*` is declared (melange pkg/sca/sca.go).
 */
export function ruby(analysed: AnalysedPackage): Found {
  const { declared, format, packageName, trees } = analysed;
  if (declared.runtime.some((name) => name === 'ruby' || name.startsWith('ruby-'))) return {};
  for (const directory of format.rubyInLib ? ['usr/lib', 'lib'] : ['usr/lib']) {
    const gems = `${directory}/ruby/gems`;
    const version = trees
      .list(packageName, gems)
      .find((name) => isGemVersion(name) && trees.list(packageName, `${gems}/${name}`).includes('gems'));
    if (version !== undefined) return { runtime: [dependencyOn(version, format.rubyBase)] };
  }
  return {};
}

/** The dependency on a ruby, whose version is everything before the last dot. */
function dependencyOn(version: string, base: boolean): string {
  return `ruby-${version.slice(0, version.lastIndexOf('.'))}${base ? '-base' : ''}`;
}
