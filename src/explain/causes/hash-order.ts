/** The order in which a hash table gives its keys. */
import { type Detector, type Evidence, orderFinding, type Reordering } from './evidence.ts';
import { lineOfMaker, stepThat } from './step-texts.ts';

export const hashOrder: Detector = {
  kind: 'hash-order',
  detect: (evidence) =>
    evidence.reorderings.flatMap((reordering) => {
      const line = isListing(reordering) ? lineThatWalks(evidence) : undefined;
      if (line !== undefined)
        return [orderFinding(reordering, 'likely', `a step lists a hash table: ${line.slice(0, 160)}`)];
      if (reordering.of === 'keys') {
        return [orderFinding(reordering, 'likely', 'the keys of an object come in a different order')];
      }
      if (reordering.of !== 'words' || !isList(reordering)) return [];
      return [orderFinding(reordering, 'possible', 'the words of one line come in a different order')];
    }),
};

/** The line that walks a hash table, of those that name the file or else of a step that does. */
function lineThatWalks(evidence: Evidence): string | undefined {
  const step = stepThat(evidence, walksHash);
  return step?.namesFile === true ? step.line : lineOfMaker(evidence, walksHash);
}

/** Lines and members that a program may have printed one by one. */
function isListing({ of }: Reordering): boolean {
  return of === 'lines' || of === 'words' || of === 'items';
}

/** Loops over hashes of Perl, sets and comprehensions over set literals of Python, arrays of awk, without a sort around them. */
const walks =
  /\b(?:keys|values|each) ?[%$]|\bin (?:set|frozenset)\(|\bin \{[^}:]{1,400}\}|\b(?:list|tuple|join)\((?:set|frozenset)\(|\bfor ?\(\w{1,40} in \w/;

function walksHash(line: string): boolean {
  return walks.test(line) && !/\bsort(?:ed)?\b/.test(line);
}

/** Whether words are a list and not a sentence. */
function isList({ published }: Reordering): boolean {
  return (
    published.length >= 3 &&
    new Set(published).size === published.length &&
    !published.some((word) => inSentences.test(word))
  );
}

const inSentences = /^(?:the|an?|is|are|and|or|of|to|in|for|with|by|not)$/i;
