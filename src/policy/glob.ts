/**
 * Patterns over names and paths, matched in time linear in the text: the places of the pattern that a text can have reached are followed together,
 * so nothing is tried twice. `*` and `?` stand for characters without a slash, `**` for any, and `**` with a slash behind it for any folders or none.
 */

export interface Glob {
  readonly text: string;
  /** Whether it has no wildcard. */
  readonly isPlain: boolean;
  readonly tokens: readonly Token[];
}

type Token =
  | { readonly kind: 'character'; readonly character: string }
  /** `?` */
  | { readonly kind: 'one' }
  /** `*` */
  | { readonly kind: 'within' }
  /** `**` */
  | { readonly kind: 'any' }
  /** `**` with a slash behind it. */
  | { readonly kind: 'folders' };

/** The most characters of a pattern. */
export const longestGlob = 256;
/** Longer texts match nothing: no file system has them. */
const longestText = 8192;

/** Parses a pattern; undefined where it is empty, too long, or has characters that some shells give a meaning and this does not. */
export function parseGlob(text: string): Glob | undefined {
  if (text === '' || text.length > longestGlob || /[[\]{}!\\\p{Cc}]/u.test(text)) return undefined;
  const tokens: Token[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at]!;
    if (text.startsWith('**', at)) {
      if (text[at + 2] === '*') return undefined;
      const isFolders = text[at + 2] === '/' && (at === 0 || text[at - 1] === '/');
      tokens.push({ kind: isFolders ? 'folders' : 'any' });
      at += isFolders ? 2 : 1;
    } else if (character === '*') tokens.push({ kind: 'within' });
    else if (character === '?') tokens.push({ kind: 'one' });
    else tokens.push({ kind: 'character', character });
  }
  return { text, tokens, isPlain: tokens.every(({ kind }) => kind === 'character') };
}

/** Whether a pattern stands for a text as a whole. */
export function matches({ text: pattern, tokens, isPlain }: Glob, text: string): boolean {
  if (isPlain) return pattern === text;
  if (text.length > longestText) return false;
  return accepts(
    tokens,
    Array.from({ length: text.length }, (_, at) => characterAt(text, at)),
  );
}

/** Whether every text of one pattern is one of a different pattern. Where this says no, it may still be so: the answer errs to that side alone. */
export function contains(outer: Glob, inner: Glob): boolean {
  return outer.text === inner.text || accepts(outer.tokens, inner.tokens);
}

/** Whether a pattern names next to nothing: all that it fixes is fewer than two letters or digits. */
export function isForEverything({ tokens }: Glob): boolean {
  const fixed = tokens.filter((token) => token.kind === 'character' && /[\p{L}\p{N}]/u.test(token.character));
  return fixed.length < 2;
}

function characterAt(text: string, at: number): Token {
  return { kind: 'character', character: text[at]! };
}

/**
 * Follows all places that can have been reached. A place is before a token; one that is `inside` has begun the folders of its token and is through
 * them behind a slash.
 */
function accepts(tokens: readonly Token[], given: readonly Token[]): boolean {
  let reached = closed(tokens, new Set([0]));
  for (const each of given) {
    const next = new Set<number>();
    for (const place of reached) for (const to of stepped(tokens, place, each)) next.add(to);
    if (next.size === 0) return false;
    reached = closed(tokens, next);
  }
  return reached.has(tokens.length);
}

/** Adds the places behind tokens that may stand for nothing. */
function closed(tokens: readonly Token[], places: Set<number>): ReadonlySet<number> {
  // A set is walked on with what is added to it.
  for (const place of places) {
    const kind = tokens[place]?.kind;
    if (kind === 'within' || kind === 'any' || kind === 'folders') places.add(place + 1);
    if (kind === 'folders') places.add(insideOf(place));
  }
  return places;
}

/** Places inside of folders are numbered apart: below 0. */
function insideOf(place: number): number {
  return -1 - place;
}

function stepped(tokens: readonly Token[], place: number, given: Token): readonly number[] {
  const isSlash = given.kind === 'character' && given.character === '/';
  if (place < 0) return isSlash || given.kind === 'folders' ? [place, -place] : [place];
  const token = tokens[place];
  switch (token?.kind) {
    case undefined:
    case 'folders':
      return [];
    case 'character':
      return given.kind === 'character' && given.character === token.character ? [place + 1] : [];
    case 'one':
      return given.kind === 'one' || (given.kind === 'character' && !isSlash) ? [place + 1] : [];
    case 'within':
      return given.kind === 'any' || given.kind === 'folders' || isSlash ? [] : [place];
    case 'any':
      return [place];
  }
}
