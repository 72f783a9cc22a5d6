/** Machine code by function, where symbols name them: what differs in each, and what differs between them. */
import { type ElfFunction, functionsOf } from '../../formats/elf/functions.ts';
import type { ElfObject, ElfSection } from '../../formats/elf/object.ts';
import { addAll } from '../../lists.ts';
import type { MachineCode, Part } from '../part.ts';
import { compareBinary } from './binary.ts';
import type { CompareContext } from './comparator.ts';
import { insideParts, numbered, unreadPart, valuePart } from './parts.ts';

interface Code {
  readonly elf: ElfObject;
  readonly section: ElfSection;
}

/** The code of a function that both sides have. */
interface Pair {
  readonly name: string;
  readonly published: Uint8Array;
  readonly rebuilt: Uint8Array;
}

/** Functions that are handed on to a disassembler, of one section, and the most bytes of one. */
const mostDisassembled = 8;
const mostCodeBytes = 16 * 1024;

/**
 * What differs in each function that both sides have by the same name, those of unlike lengths first, then functions that only one has, then the code between functions. Undefined where no symbols name functions on
 * both sides.
 */
export function compareFunctions(
  published: Code,
  rebuilt: Code,
  context: CompareContext,
): Part[] | undefined {
  const most = context.limits.members * 4;
  const [left, right] = [named(published, most), named(rebuilt, most)];
  if (left.size === 0 || right.size === 0) return undefined;
  context.work.spend(left.size + right.size);
  const size = (each: ElfFunction | undefined) => each && `${each.end - each.start} bytes`;
  const pairs: Pair[] = [];
  const only: Part[] = [];
  for (const [name, own] of left) {
    const other = right.get(name);
    if (other === undefined) only.push(valuePart('elf', `function ${name}`, size(own), undefined));
    else pairs.push({ name, published: codeOf(published, own), rebuilt: codeOf(rebuilt, other) });
  }
  for (const [name, own] of right) {
    if (!left.has(name)) only.push(valuePart('elf', `function ${name}`, undefined, size(own)));
  }
  const differing = pairs.filter((pair) => Buffer.compare(pair.published, pair.rebuilt) !== 0);
  const shown = differing.toSorted(byLikeness).slice(0, context.limits.parts);
  const parts = shown.flatMap((pair, at) =>
    functionParts(pair, at < mostDisassembled, published.elf, context),
  );
  addAll(parts, only.slice(0, context.limits.parts - shown.length));
  const further = differing.length + only.length - parts.length;
  if (further > 0) parts.push(unreadPart('elf', '', `${further} more functions differ and are not listed`));
  const between = [outside(published, left), outside(rebuilt, right)] as const;
  addAll(parts, insideParts('elf', 'between functions', compareBinary(...between, context)));
  return parts;
}

function named({ elf, section }: Code, most: number): Map<string, ElfFunction> {
  const functions = functionsOf(elf, section, most);
  const names = numbered(functions.map(({ name }) => name));
  return new Map(functions.map((each, at) => [names[at]!, each]));
}

function codeOf({ section }: Code, { start, end }: ElfFunction): Uint8Array {
  return section.content.subarray(start, end);
}

/** Where code moved, calls into it differ in every function: what was changed itself is rather what has a different length. */
function byLikeness(a: Pair, b: Pair): number {
  const sameLength = ({ published, rebuilt }: Pair) => Number(published.length === rebuilt.length);
  return sameLength(a) - sameLength(b);
}

function functionParts(
  { name, published, rebuilt }: Pair,
  telling: boolean,
  elf: ElfObject,
  context: CompareContext,
): readonly Part[] {
  const code = telling ? machineCode(elf, published, rebuilt) : undefined;
  return insideParts('elf', `function ${name}`, compareBinary(published, rebuilt, context)).map((part) =>
    code === undefined ? part : { ...part, meaning: { kind: 'function', code } },
  );
}

/** Copies, since parts outlive the contents that they were found in. */
function machineCode(
  { file: { machine }, encoding: { bits, littleEndian } }: ElfObject,
  published: Uint8Array,
  rebuilt: Uint8Array,
): MachineCode | undefined {
  if (Math.max(published.length, rebuilt.length) > mostCodeBytes) return undefined;
  return { machine, bits, littleEndian, published: published.slice(), rebuilt: rebuilt.slice() };
}

/** The code that no function holds. */
function outside({ section }: Code, functions: ReadonlyMap<string, ElfFunction>): Uint8Array {
  const pieces: Uint8Array[] = [];
  let end = 0;
  for (const each of functions.values()) {
    pieces.push(section.content.subarray(end, each.start));
    end = each.end;
  }
  return Buffer.concat([...pieces, section.content.subarray(end)]);
}
