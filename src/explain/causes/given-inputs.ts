/** What the network gave to builds, in the form in which it is recognised in what differs. */
import { createHash } from 'node:crypto';
import type { Difference } from '../../compare/difference.ts';
import { sha256 } from '../../digest.ts';

/** Where what the network gave is recognised in what differs; all texts are attacker-controlled, without secrets of addresses. */
export interface UnpinnedInputs {
  /** What nothing pins of what the build was given. */
  readonly given: GivenInputs;
  /** What other recordings of the build hold, and this one does not. */
  readonly instead: GivenInputs;
  /** The recording whose answers give the published bytes in a place, as a build with them showed. */
  readonly builtInstead: (difference: Difference) => string | undefined;
}

export interface GivenInputs {
  /** Where a content comes from, by its `contentKeys`. */
  readonly contents: ReadonlyMap<string, string>;
  /** Where a word comes from that only few texts have: text of answers, and addresses. */
  readonly words: ReadonlyMap<string, readonly WordSource[]>;
}

export interface WordSource {
  readonly where: string;
  readonly words: ReadonlySet<string>;
}

/** Shorter contents are alike by chance. */
export const leastContentBytes = 8;

/** A content by its bytes, and as git names it (gitformat-pack: SHA-1 of the type, the size and the content). */
export function contentKeys(bytes: Uint8Array): readonly string[] {
  const id = createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
  return [sha256(bytes), gitKey(id)];
}

export function gitKey(id: string): string {
  return `git ${id}`;
}

/** The longest word that is looked at. */
const mostOfWord = 200;

/** Versions, names of commits and digests, and long words with a digit; what is shorter, or a date, many texts have. */
export function isTellingWord(word: string): boolean {
  if (word.length < 5 || word.length > mostOfWord || /^\d{4}-?\d{2}-?\d{2}/.test(word)) return false;
  return (
    /^[^\d\s]{0,3}\d+(\.\d+)+[\w.+~-]*$/.test(word) ||
    /^(?=.*\d)(?=.*[a-f])[0-9a-f]{7,}$/.test(word) ||
    (word.length >= 16 && /\d/.test(word))
  );
}

function versionsIn(word: string): readonly string[] {
  return word.length > mostOfWord ? [] : (word.match(/\d+(?:\.\d+)+/g) ?? []);
}

/** Telling words of a text, whole and as the parts of addresses and names of files; versions also without what follows them. */
export function tellingWords(text: string): string[] {
  return [...text.matchAll(/[^\s=,;"'`(){}<>[\]|]+/g)].flatMap(([word]) =>
    [word, ...word.split(/[/?&:@#_-]/), ...versionsIn(word)].filter(isTellingWord),
  );
}
