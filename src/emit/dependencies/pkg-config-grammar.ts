/**
 * The grammar of `.pc` files as melange reads them: chainguard-dev/go-pkgconfig at 6351b37b2a10, which all
 * versions from v0.16.0 to v0.59.1 use. It is not pkg-config's: a file is a list of statements that need no
 * line breaks between them, and one that does not fit makes the whole file unreadable.
 */
import { goSpace } from './go-text.ts';

export type RequiresKeyword = 'Requires' | 'Requires.private' | 'Requires.internal' | 'Provides';

/** Names in each list of packages, without their versions. */
export type PackageLists = ReadonlyMap<RequiresKeyword, readonly string[]>;

const space = `[${goSpace.replace('\\n', '')}]*`;
const at = (pattern: string) => new RegExp(space + pattern, 'y');

const lineBreak = at('\\n');
const comment = at('#[^#\\n]*');
const variable = at(`[A-Za-z0-9_.]+${space}=[^\\n]*`);
const property = at(`[A-Za-z0-9_.]+${space}:[^\\n]*`);
const list = at(`(Requires\\.private|Requires\\.internal|Requires|Provides)${space}:`);
const listed = at(`([A-Za-z0-9._-]+)(?:${space}(?:<=|<|=|>=|>)${space}[A-Za-z0-9.-]+)?(?:${space},)?`);
const end = at('$');

/** The lists of a file, in which a later one replaces an earlier one; undefined where the file does not fit the grammar. */
export function parsePackageLists(text: string): PackageLists | undefined {
  const lists = new Map<RequiresKeyword, readonly string[]>();
  let offset = 0;
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = offset;
    const match = pattern.exec(text);
    if (match === null) return undefined;
    offset = pattern.lastIndex;
    return match;
  };
  while (take(end) === undefined) {
    if (take(lineBreak) ?? take(comment) ?? take(variable)) continue;
    const keyword = take(list)?.[1] as RequiresKeyword | undefined;
    if (keyword !== undefined) {
      const names: string[] = [];
      for (let match = take(listed); match !== undefined; match = take(listed)) names.push(match[1]!);
      lists.set(keyword, names);
    } else if (take(property) === undefined) return undefined;
  }
  return lists;
}
