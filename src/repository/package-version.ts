/** apk's order of versions (apk-tools 2.14 src/version.c, apk-package(5)). */

const suffixes = ['alpha', 'beta', 'pre', 'rc', '', 'cvs', 'svn', 'git', 'hg', 'p'];

interface ParsedVersion {
  readonly numbers: readonly string[];
  readonly letter: string;
  readonly suffixes: readonly (readonly [rank: number, number: number])[];
  readonly revision: number;
}

const shape =
  /^(\d+(?:\.\d+)*)([a-z]?)((?:_(?:alpha|beta|pre|rc|cvs|svn|git|hg|p)\d*)*)(?:~[0-9a-f]+)?(?:-r(\d+))?$/;

function parseVersion(text: string): ParsedVersion | undefined {
  const match = shape.exec(text);
  if (match === null) return undefined;
  const parts = match[3]!.split('_').filter(Boolean);
  return {
    numbers: match[1]!.split('.'),
    letter: match[2]!,
    suffixes: parts.map((part) => {
      const [, word, number] = /^([a-z]+)(\d*)$/.exec(part)!;
      return [suffixes.indexOf(word!), Number(number || 0)] as const;
    }),
    revision: Number(match[4] ?? 0),
  };
}

/** A version without its last part, which distinguishes builds of the same sources. */
export function upstreamVersion(text: string): string {
  return text.replace(/-r\d+$/, '');
}

/** Whether a text is a version, so that an order of it means something. */
export function isVersion(text: string): boolean {
  return parseVersion(text) !== undefined;
}

/** Below 0 where `a` is older than `b`; text that is not a version is older than every version. */
export function compareVersions(a: string, b: string): number {
  const left = parseVersion(a);
  const right = parseVersion(b);
  if (left === undefined || right === undefined) {
    if (left === right) return a < b ? -1 : Number(a > b);
    return left === undefined ? -1 : 1;
  }
  return (
    compareNumbers(left.numbers, right.numbers) ||
    compareText(left.letter, right.letter) ||
    compareSuffixes(left.suffixes, right.suffixes) ||
    left.revision - right.revision
  );
}

/** Compares whole numbers of any length by their digits: converting long ones into numbers takes quadratic time. */
function compareDigits(a: string, b: string): number {
  const [left, right] = [a.replace(/^0+/, ''), b.replace(/^0+/, '')];
  return left.length - right.length || compareText(left, right);
}

/** Compares lists of numbers: the first by value, later ones that begin with 0 as fractions; a longer list is newer. */
function compareNumbers(left: readonly string[], right: readonly string[]): number {
  for (let at = 0; at < Math.min(left.length, right.length); at += 1) {
    const [a, b] = [left[at]!, right[at]!];
    const fraction = at > 0 && (a.startsWith('0') || b.startsWith('0'));
    const order = fraction ? compareText(a, b) : compareDigits(a, b);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

function compareSuffixes(
  left: readonly (readonly [number, number])[],
  right: readonly (readonly [number, number])[],
): number {
  const none = [suffixes.indexOf(''), 0] as const;
  for (let at = 0; at < Math.max(left.length, right.length); at += 1) {
    const [a, b] = [left[at] ?? none, right[at] ?? none];
    if (a[0] !== b[0]) return a[0] - b[0];
    if (a[1] !== b[1]) return a[1] - b[1];
  }
  return 0;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
