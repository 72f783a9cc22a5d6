/** The order in which yaml.v3 writes the keys of a map: numbers by their value, not the order of bytes. */

/** Go 1.26 knows the letters of Unicode 15.0; this Node may know more, in scripts that are not used for keys. */
const letter = /^\p{L}/u;
const digit = /^\p{Nd}/u;

/**
 * Negative, zero or positive, as `a` is written before, like or after `b`. Source: gopkg.in/yaml.v3 v3.0.1,
 * sorter.go (keyList.Less).
 */
export function compareKeys(a: string, b: string): number {
  const left = runes(a);
  const right = runes(b);
  let afterDigit = false;
  for (let at = 0; at < left.length && at < right.length; at++) {
    const [l, r] = [left[at]!, right[at]!];
    if (l !== r) return compareAt(left, right, at, afterDigit);
    afterDigit = digit.test(l);
  }
  return left.length - right.length;
}

/** Go turns each byte that is not UTF-8 into U+FFFD. */
function runes(text: string): string[] {
  return [...text].map((rune) => (/^\p{Cs}/u.test(rune) ? '\ufffd' : rune));
}

/** Compares two keys at the first place where they differ. */
function compareAt(left: string[], right: string[], at: number, afterDigit: boolean): number {
  const [l, r] = [left[at]!, right[at]!];
  const [leftIsLetter, rightIsLetter] = [letter.test(l), letter.test(r)];
  if (leftIsLetter && rightIsLetter) return codeOf(l) - codeOf(r);
  if (leftIsLetter || rightIsLetter) return leftIsLetter === afterDigit ? -1 : 1;
  const seed = (l === '0' || r === '0') && followsNumber(left, at) ? 1n : 0n;
  const [leftRun, rightRun] = [numberAt(left, at, seed), numberAt(right, at, seed)];
  if (leftRun.value !== rightRun.value) return leftRun.value < rightRun.value ? -1 : 1;
  return leftRun.length - rightRun.length || codeOf(l) - codeOf(r);
}

/** Whether the digits just before hold one that is not zero, so that a zero here is not a leading one. */
function followsNumber(key: string[], at: number): boolean {
  for (let before = at - 1; before >= 0 && digit.test(key[before]!); before--) {
    if (key[before] !== '0') return true;
  }
  return false;
}

/** The run of digits from here on, as Go's int64 holds it. */
function numberAt(key: string[], at: number, seed: bigint): { value: bigint; length: number } {
  let value = seed;
  let length = 0;
  for (; at + length < key.length && digit.test(key[at + length]!); length++) {
    value = BigInt.asIntN(64, value * 10n + BigInt(codeOf(key[at + length]!) - 0x30));
  }
  return { value, length };
}

function codeOf(rune: string): number {
  return rune.codePointAt(0)!;
}
