/**
 * Which licence texts melange takes for SPDX expressions: the grammar of go-spdx (spdxexp/scan.go, parse.go and
 * satisfies.go, v2.3.5 to v2.7.0), quirks included. Ids match in any case; letters outside ASCII, two of which
 * Go folds into `k` and `s`, never do.
 */
import type { LicenseValidator } from '../../melange/format.ts';
import { type LicenseList, licenseList } from './license-ids.ts';

type Operator = 'WITH' | 'AND' | 'OR' | '(' | ')' | ':' | '+';
type Token = 'license' | 'exception' | 'license-ref' | 'document-ref' | Operator;

const operators: readonly Operator[] = ['WITH', 'AND', 'OR', '(', ')', ':', '+'];

/** Go's `unicode.IsSpace`. */
const space = /[\t\n\v\f\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;

/** Whether the validator of that version accepts the text as a whole. */
export function isLicenseExpression(text: string, validator: Exclude<LicenseValidator, 'none'>): boolean {
  const list = licenseList(validator);
  const trimmed = list.trims ? trim(text) : text;
  const found = list.trims ? lookUp(trimmed, list) : undefined;
  return found ?? isExpression(scan(trimmed, list) ?? []);
}

function trim(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && space.test(text[start]!)) start += 1;
  while (end > start && space.test(text[end - 1]!)) end -= 1;
  return text.slice(start, end);
}

/** From v2.6.0 on, `ID` and `ID WITH EXCEPTION` are looked up as they are; undefined leaves it to the grammar. */
function lookUp(text: string, list: LicenseList): boolean | undefined {
  const isLicense = (id: string) => list.active.has(fold(id)) || list.deprecated.has(fold(id));
  if (!text.includes(' ')) return isLicense(text) || undefined;
  const [license = '', operator = '', exception = '', ...more] = text
    .split(space)
    .filter((word) => word !== '');
  if (more.length > 0 || exception === '' || fold(operator) !== 'with') return undefined;
  return isLicense(license) && list.exceptions.has(fold(exception));
}

function fold(id: string): string {
  return id.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** The tokens of a text; undefined where one is not known. */
function scan(text: string, list: LicenseList): Token[] | undefined {
  const tokens: Token[] = [];
  let at = 0;
  for (;;) {
    while (text[at] === ' ') at += 1;
    if (at >= text.length) return tokens;
    const operator = operators.find((candidate) => text.startsWith(candidate, at));
    if (operator !== undefined) {
      if (operator === '+' && text[at - 1] === ' ') return undefined;
      tokens.push(operator);
      at += operator.length;
      continue;
    }
    const [, reference, id] = match(/(DocumentRef-|LicenseRef-)?([A-Za-z0-9.-]+)/y, text, at) ?? [];
    if (id === undefined) return undefined;
    at += (reference?.length ?? 0) + id.length;
    if (reference !== undefined) {
      tokens.push(reference === 'LicenseRef-' ? 'license-ref' : 'document-ref');
      continue;
    }
    const named = nameLicense(id, text[at] === '+', list);
    if (named === undefined) return undefined;
    tokens.push(named.token);
    if (named.plus) tokens.push('+');
    if (named.takesNext) at += 1;
  }
}

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

interface NamedLicense {
  readonly token: 'license' | 'exception';
  /** `-or-later` was read as `+`. */
  readonly plus?: boolean;
  /** The character behind the id is consumed with it: the `+` of `GPL-2.0+`, or by mistake whatever follows `-or-later`. */
  readonly takesNext?: boolean;
}

/** An id by the list, with or without the endings `-only`, `-or-later` and `+`; deprecated ids come last. */
function nameLicense(id: string, plusFollows: boolean, list: LicenseList): NamedLicense | undefined {
  const named = (text: string): NamedLicense['token'] | undefined => {
    if (list.active.has(fold(text))) return 'license';
    return list.exceptions.has(fold(text)) ? 'exception' : undefined;
  };
  const plain = named(id) ?? (id.endsWith('-only') ? named(id.slice(0, -'-only'.length)) : undefined);
  if (plain !== undefined) return { token: plain };
  const orLater = plusFollows ? named(`${id}-or-later`) : undefined;
  if (orLater !== undefined) return { token: orLater, takesNext: true };
  const base = id.endsWith('-or-later') ? named(id.slice(0, -'-or-later'.length)) : undefined;
  if (base !== undefined) return { token: base, plus: true, takesNext: true };
  return list.deprecated.has(fold(id)) ? { token: 'license' } : undefined;
}

/** Operands joined by AND and OR, in balanced brackets. */
function isExpression(tokens: readonly Token[]): boolean {
  let depth = 0;
  let at = 0;
  for (;;) {
    for (; tokens[at] === '('; at += 1) depth += 1;
    const operand = operandLength(tokens, at);
    if (operand === 0) return false;
    at += operand;
    for (; tokens[at] === ')'; at += 1) depth -= 1;
    if (depth < 0) return false;
    if (at === tokens.length) return depth === 0;
    if (tokens[at] !== 'AND' && tokens[at] !== 'OR') return false;
    at += 1;
  }
}

/** How many tokens make the licence at a place; 0 where there is none. */
function operandLength(tokens: readonly Token[], at: number): number {
  const [first, second, third] = tokens.slice(at, at + 3);
  if (first === 'license-ref') return 1;
  if (first === 'document-ref') return second === ':' && third === 'license-ref' ? 3 : 0;
  if (first !== 'license') return 0;
  const plus = second === '+' ? 1 : 0;
  if (tokens[at + 1 + plus] !== 'WITH') return 1 + plus;
  return tokens[at + 2 + plus] === 'exception' ? 3 + plus : 0;
}
