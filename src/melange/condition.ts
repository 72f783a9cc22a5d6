/** The `if` of steps and subpackages, in both grammars that melange has had (melange pkg/cond; melange-emitter.md §2.5). */
import { Failure } from '../failure.ts';
import type { Format } from './format.ts';

type Token =
  | { readonly kind: 'value'; readonly text: string }
  | { readonly kind: 'sign'; readonly text: string };

const depthLimit = 64;

/**
 * Whether a condition holds; an empty one does. Variables are gone from compiled steps; what is left of them (in
 * subpackages) reads as the empty string. Fails with `recipe-unreadable` for what the grammar does not have.
 */
export function conditionHolds(text: string, grammar: Format['condition']): boolean {
  if (text === '') return true;
  const tokens = tokenise(text);
  const parser = new Parser(tokens);
  const holds = grammar === 'left-to-right' ? parser.leftToRight(0) : parser.andOfPairs(0);
  parser.requireEnd();
  return holds;
}

class Parser {
  #at = 0;
  readonly #tokens: readonly Token[];

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  /** Since v0.43.7: one level, no precedence. */
  leftToRight(depth: number): boolean {
    let holds = this.#atom(depth, (inner) => this.leftToRight(inner));
    for (let sign = this.#operator(); sign !== undefined; sign = this.#operator()) {
      const right = this.#atom(depth, (inner) => this.leftToRight(inner));
      holds = sign === '&&' ? holds && right : holds || right;
    }
    return holds;
  }

  /** Before: operands are taken in pairs, and all pairs must hold: `A || B || C` is `(A || B) && C`. */
  andOfPairs(depth: number): boolean {
    let holds = true;
    for (let more = true; more; ) {
      let pair = this.#atom(depth, (inner) => this.andOfPairs(inner));
      const sign = this.#operator();
      if (sign !== undefined) {
        const right = this.#atom(depth, (inner) => this.andOfPairs(inner));
        pair = sign === '&&' ? pair && right : pair || right;
      }
      holds = holds && pair;
      more = sign !== undefined && this.#operator() !== undefined;
    }
    return holds;
  }

  requireEnd(): void {
    if (this.#at < this.#tokens.length) throw unreadable('text behind a condition');
  }

  #atom(depth: number, nested: (depth: number) => boolean): boolean {
    if (depth > depthLimit) throw unreadable('a condition nested too deeply');
    if (this.#sign('(')) {
      const holds = nested(depth + 1);
      if (!this.#sign(')')) throw unreadable('a bracket is not closed');
      return holds;
    }
    const left = this.#value();
    const equal = this.#sign('==');
    if (!equal && !this.#sign('!=')) throw unreadable('a value without a comparison');
    return (left === this.#value()) === equal;
  }

  #operator(): '&&' | '||' | undefined {
    if (this.#sign('&&')) return '&&';
    return this.#sign('||') ? '||' : undefined;
  }

  #sign(text: string): boolean {
    const token = this.#tokens[this.#at];
    if (token?.kind !== 'sign' || token.text !== text) return false;
    this.#at += 1;
    return true;
  }

  #value(): string {
    const token = this.#tokens[this.#at];
    if (token?.kind !== 'value') throw unreadable('a value is missing');
    this.#at += 1;
    return token.text;
  }
}

const lexemes =
  /[ \t\r\n]+|(\(|\)|==|!=|&&|\|\|)|"((?:[^"\\]|\\[\s\S])*)"|'((?:[^'\\]|\\[\s\S])*)'|(\$\{\{\s*[A-Za-z0-9.\-_]+\s*\}\})/y;

function tokenise(text: string): Token[] {
  const tokens: Token[] = [];
  for (lexemes.lastIndex = 0; lexemes.lastIndex < text.length; ) {
    const match = lexemes.exec(text);
    if (match === null) throw unreadable('a condition has a word that is neither value nor sign');
    const [, sign, double, single, variable] = match;
    const quoted = double ?? single;
    if (sign !== undefined) tokens.push({ kind: 'sign', text: sign });
    else if (quoted !== undefined) tokens.push({ kind: 'value', text: unescapeText(quoted) });
    else if (variable !== undefined) tokens.push({ kind: 'value', text: '' });
  }
  return tokens;
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', '\\': '\\', "'": "'", '"': '"' };

/** Unknown escapes stay as they are written. */
function unescapeText(text: string): string {
  return text.replace(/\\([\s\S])/g, (whole, letter: string) => escapes[letter] ?? whole);
}

function unreadable(why: string): Failure {
  return new Failure('recipe-unreadable', `a condition of the recipe cannot be evaluated: ${why}`);
}
