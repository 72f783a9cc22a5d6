/** Versions of Semantic Versioning 2.0.0 (semver.org, §9 to §11), with or without the `v` of Go. */

export interface Version {
  readonly text: string;
  readonly numbers: readonly string[];
  /** Empty for a release. */
  readonly prerelease: readonly string[];
}

const longest = 256;

/** Parses a version; undefined for text that is not one. */
export function parseVersion(text: string): Version | undefined {
  if (text.length > longest) return undefined;
  const match = /^v?(\d+)\.(\d+)\.(\d+)(?:-([\dA-Za-z.-]+))?(?:\+[\dA-Za-z.-]+)?$/.exec(text);
  if (match === null) return undefined;
  const [, major = '', minor = '', patch = '', prerelease = ''] = match;
  return { text, numbers: [major, minor, patch], prerelease: prerelease === '' ? [] : prerelease.split('.') };
}

export function compareVersions(a: Version, b: Version): number {
  for (const [index, number] of a.numbers.entries()) {
    const order = compareNumbers(number, b.numbers[index]!);
    if (order !== 0) return order;
  }
  if (a.prerelease.length === 0 || b.prerelease.length === 0)
    return (a.prerelease.length === 0 ? 1 : 0) - (b.prerelease.length === 0 ? 1 : 0);
  return comparePrereleases(a.prerelease, b.prerelease);
}

function comparePrereleases(a: readonly string[], b: readonly string[]): number {
  for (const [index, part] of a.entries()) {
    const other = b[index];
    if (other === undefined) return 1;
    if (part === other) continue;
    const [isNumber, isOther] = [/^\d+$/.test(part), /^\d+$/.test(other)];
    if (isNumber && isOther) return compareNumbers(part, other);
    if (isNumber !== isOther) return isNumber ? -1 : 1;
    return part < other ? -1 : 1;
  }
  return a.length - b.length;
}

/** Compares numbers of any length, without leading zeros. */
function compareNumbers(a: string, b: string): number {
  const [left, right] = [a.replace(/^0+/, ''), b.replace(/^0+/, '')];
  if (left.length !== right.length) return left.length - right.length;
  return left === right ? 0 : left < right ? -1 : 1;
}

/** The highest release, or, where there is none, the highest of all; undefined where none is a version. */
export function highestOf(texts: Iterable<string>): string | undefined {
  let best: Version | undefined;
  for (const text of texts) {
    const version = parseVersion(text);
    if (version !== undefined && (best === undefined || isBetter(version, best))) best = version;
  }
  return best?.text;
}

function isBetter(version: Version, best: Version): boolean {
  const [isRelease, wasRelease] = [version.prerelease.length === 0, best.prerelease.length === 0];
  return isRelease === wasRelease ? compareVersions(version, best) > 0 : isRelease;
}
