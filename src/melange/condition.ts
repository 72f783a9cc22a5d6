/** The `if` of steps and subpackages, in both grammars that melange has had (melange pkg/cond; docs/melange/running.md#conditions). */
import { Failure } from '../failure.ts';
import type { Format } from './format.ts';

type Token =
  | { readonly kind: 'value'; readonly text: string }
  | { readonly kind: 'sign'; readonly text: string };

const depthLimit = 64;

/**
 * Whether a condition holds; an empty one does. Compiled steps have no variables left; those that are left in
 * subpackages read as the empty string. Fails with `recipe-unreadable` for text outside the grammar.
 */
export function conditionHolds(text: string, grammar: Format['condition']): boolean {
  if (text === '') return true;
  const tokens = new Tokens(tokenise(text, grammar));
  const holds = grammar === 'left-to-right' ? leftToRight(tokens, 0) : groups(tokens);
  if (!tokens.ended) throw unreadable('text behind a condition');
  return holds;
}

/** The grammar since v0.43.7: one level, no precedence. */
function leftToRight(tokens: Tokens, depth: number): boolean {
  if (depth > depthLimit) throw unreadable('a condition nested too deeply');
  const atom = (): boolean => {
    if (!tokens.take('(')) return tokens.comparison() ?? refuse('a comparison is missing');
    const holds = leftToRight(tokens, depth + 1);
    return tokens.take(')') ? holds : refuse('a bracket is not closed');
  };
  let holds = atom();
  for (let sign = tokens.operator(); sign !== undefined; sign = tokens.operator()) {
    holds = join(holds, sign, atom());
  }
  return holds;
}

/**
 * The grammar before v0.43.7, rule by rule (pkg/cond/parser.go of v0.40.4 on ijt/goparsify 3a52763): operands are taken in pairs, and
 * all pairs must hold; comparisons form a chain of their own below groups; an operator with nothing behind it is ignored.
 */
function groups(tokens: Tokens): boolean {
  return chained(tokens, () => groupPair(tokens)) ?? refuse('a comparison is missing');
}

/** After its opening bracket a group cannot be backtracked, so one without a partner is an error. */
function groupPair(tokens: Tokens): boolean | undefined {
  const isGroup = tokens.next('(');
  const left = groupOrChain(tokens);
  if (left === undefined) return undefined;
  const paired = joined(tokens, left, () => groupOrChain(tokens));
  return paired ?? (isGroup ? refuse('a group stands alone') : left);
}

function groupOrChain(tokens: Tokens): boolean | undefined {
  if (!tokens.take('(')) return comparisonChain(tokens);
  const holds = comparisonChain(tokens) ?? refuse('a group holds no comparison');
  return tokens.take(')') ? holds : refuse('a bracket is not closed');
}

function comparisonChain(tokens: Tokens): boolean | undefined {
  return chained(tokens, () => {
    const left = tokens.comparison();
    return left === undefined ? undefined : (joined(tokens, left, () => tokens.comparison()) ?? left);
  });
}

/** Takes an operator and what is behind it, and joins it with what was before; takes nothing where one of them is missing. */
function joined(tokens: Tokens, left: boolean, parse: () => boolean | undefined): boolean | undefined {
  const start = tokens.at;
  const sign = tokens.operator();
  const right = sign === undefined ? undefined : parse();
  if (sign !== undefined && right !== undefined) return join(left, sign, right);
  tokens.at = start;
  return undefined;
}

/** Takes one or more operands, separated by operators whose kind does not count; all must hold. */
function chained(tokens: Tokens, parse: () => boolean | undefined): boolean | undefined {
  let holds = parse();
  while (holds !== undefined && tokens.operator() !== undefined) {
    const next = parse();
    if (next === undefined) break;
    holds = holds && next;
  }
  return holds;
}

function join(left: boolean, sign: '&&' | '||', right: boolean): boolean {
  return sign === '&&' ? left && right : left || right;
}

class Tokens {
  at = 0;
  readonly #tokens: readonly Token[];

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get ended(): boolean {
    return this.at === this.#tokens.length;
  }

  next(text: string): boolean {
    const token = this.#tokens[this.at];
    return token?.kind === 'sign' && token.text === text;
  }

  take(text: string): boolean {
    if (!this.next(text)) return false;
    this.at += 1;
    return true;
  }

  operator(): '&&' | '||' | undefined {
    if (this.take('&&')) return '&&';
    return this.take('||') ? '||' : undefined;
  }

  /** Takes a comparison: a value, `==` or `!=`, a value; takes nothing and returns undefined where that is not next. */
  comparison(): boolean | undefined {
    const [left, sign, right] = this.#tokens.slice(this.at, this.at + 3);
    if (left?.kind !== 'value' || right?.kind !== 'value' || sign?.kind !== 'sign') return undefined;
    if (sign.text !== '==' && sign.text !== '!=') return undefined;
    this.at += 3;
    return (left.text === right.text) === (sign.text === '==');
  }
}

const lexemes = {
  space: /[ \t\r\n]+/y,
  unicodeSpace: /\s+/y,
  sign: /\(|\)|==|!=|&&|\|\|/y,
  variable: /\$\{\{\s*[A-Za-z0-9.\-_]+\s*\}\}/y,
};

function tokenise(text: string, grammar: Format['condition']): Token[] {
  const tokens: Token[] = [];
  const space = grammar === 'left-to-right' ? lexemes.space : lexemes.unicodeSpace;
  const unescaped = grammar === 'left-to-right' ? unescapeText : unescapeOld;
  for (let at = 0; at < text.length; ) {
    const sign = matchAt(lexemes.sign, text, at);
    const variable = matchAt(lexemes.variable, text, at);
    const quoted = text[at] === '"' || text[at] === "'" ? text.slice(at, quoteEnd(text, at)) : '';
    const length = sign.length || variable.length || quoted.length || matchAt(space, text, at).length;
    if (length === 0) throw unreadable('a word that is neither value nor sign');
    if (sign !== '') tokens.push({ kind: 'sign', text: sign });
    if (variable !== '') tokens.push({ kind: 'value', text: '' });
    if (quoted !== '') tokens.push({ kind: 'value', text: unescaped(quoted.slice(1, -1)) });
    at += length;
  }
  return tokens;
}

function matchAt(lexeme: RegExp, text: string, at: number): string {
  lexeme.lastIndex = at;
  return lexeme.exec(text)?.[0] ?? '';
}

/** Offset behind the quote that closes the one at `start`. */
function quoteEnd(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === text[start]) return at + 1;
  }
  throw unreadable('a value is not closed');
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', '\\': '\\', "'": "'", '"': '"' };

/** The text with its escapes resolved; unknown escapes stay as they are written. */
function unescapeText(text: string): string {
  return text.replace(/\\([\s\S])/g, (whole, letter: string) => escapes[letter] ?? whole);
}

/** The same in the old grammar: a backslash only protects the next character, so `\\n` is the letter; four hex digits behind `\\u` are a character. */
function unescapeOld(text: string): string {
  return text.replace(/\\(?:u([0-9a-fA-F]{4})|([\s\S]))/g, (_, hex: string | undefined, letter: string) => {
    if (hex === undefined && letter === 'u') throw unreadable('an escape without four hex digits');
    return hex === undefined ? letter : String.fromCharCode(Number.parseInt(hex, 16));
  });
}

function refuse(why: string): never {
  throw unreadable(why);
}

function unreadable(why: string): Failure {
  return new Failure('recipe-unreadable', `a condition of the recipe cannot be evaluated: ${why}`);
}
