/** Changes of the recipe by chance: its bytes, and its lines as YAML that says the same or something else. */

import { oneOf, type Random } from '../../support/mutate.ts';
import {
  changeControl,
  type PartEntry,
  type Parts,
  textOf,
  withContent,
  withText,
} from '../../support/parts.ts';
import type { Change } from './attributes.ts';

const recipeName = '.melange.yaml';

export function recipeByte(parts: Parts, random: Random): Change {
  const entry = recipeOf(parts);
  const at = random(entry.content.length);
  const bytes = Uint8Array.from(entry.content);
  bytes[at]! ^= 1 + random(255);
  return {
    what: `recipe byte ${at}`,
    parts: changeControl(parts, recipeName, () => withContent(entry, bytes)),
  };
}

type LineChange = readonly [what: string, change: (line: string, random: Random) => readonly string[]];

const indentOf = (line: string): string => /^ */.exec(line)![0];

const lineChanges: readonly LineChange[] = [
  ['dropped', () => []],
  ['twice', (line) => [line, line]],
  ['behind a comment', (line) => [`${indentOf(line)}# x`, line]],
  ['before a comment', (line) => [`${line} # x`]],
  ['behind an empty line', (line) => ['', line]],
  ['with a space behind it', (line) => [`${line} `]],
  ['indented more', (line) => [`  ${line}`]],
  ['indented less', (line) => [line.replace(/^ {2}/, '')]],
  ['behind another key', (line) => [`${indentOf(line)}x-more: y`, line]],
  ['quoted', (line) => [line.replace(/^( *[\w-]+: )([^"'|].*)$/, '$1"$2"')]],
  ['quoted otherwise', (line) => [line.replace(/: "([^"]*)"$/, ": '$1'")]],
  ['not quoted', (line) => [line.replace(/: ["'](.*)["']$/, ': $1')]],
  ['with another number', (line, random) => [line.replace(/\d+/, () => String(random(1000)))]],
  ['with another end', (line) => [`${line}x`]],
  ['with another word', (line) => [line.replace(/[a-z]{3,}/, 'word')]],
  ['with another operator', (line) => [line.replace(/[-<>&|;$"'`]/, ':')]],
];

/** One line of the recipe changed. */
export function recipeLine(parts: Parts, random: Random): Change {
  const entry = recipeOf(parts);
  const lines = textOf(entry).slice(0, -1).split('\n');
  const at = random(lines.length);
  const [what, change] = oneOf(lineChanges, random)!;
  const changed = lines.toSpliced(at, 1, ...change(lines[at]!, random));
  return {
    what: `recipe line ${at + 1} ${what}`,
    parts: changeControl(parts, recipeName, () => withText(entry, `${changed.join('\n')}\n`)),
  };
}

function recipeOf({ control }: Parts): PartEntry {
  return control.find(({ name }) => name === recipeName)!;
}
