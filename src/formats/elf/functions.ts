/** The functions of a section by the symbols that name them (System V ABI, Symbol Table: STT_FUNC; GNU's STT_GNU_IFUNC). */
import { readStructure, sectionType, symbolEntry } from './field-table.ts';
import type { ElfObject, ElfSection } from './object.ts';
import { stringAt } from './strings.ts';

/** Where a function lies in the content of its section, in bytes. */
export interface ElfFunction {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

const functionKinds: ReadonlySet<number> = new Set([2, 10]);
/** A relocatable file: values are offsets into the section, not addresses (ET_REL). */
const relocatable = 1;

/**
 * Functions that lie whole in a section, in the order of their places, without overlaps: of several names of one place the first in the table. Those of
 * the full table where there is one, else of the dynamic one. None where a table has more than `most` symbols.
 */
export function functionsOf(elf: ElfObject, section: ElfSection, most: number): readonly ElfFunction[] {
  const index = elf.sections.indexOf(section);
  const tables = [sectionType.symbols, sectionType.dynamicSymbols];
  for (const type of tables) {
    const table = elf.sections.find((each) => each.type === type);
    const found = table === undefined ? [] : withoutOverlaps(symbolsAt(elf, table, index, most));
    if (found.length > 0) return found;
  }
  return [];
}

function symbolsAt(elf: ElfObject, table: ElfSection, index: number, most: number): ElfFunction[] {
  const { encoding, sections, file } = elf;
  const size = symbolEntry.size[encoding.bits];
  const count = Math.floor(table.content.length / size);
  const strings = sections[table.link];
  const section = sections[index]!;
  if (strings === undefined || count > most) return [];
  const base = file.type === relocatable ? 0 : section.address;
  const found: ElfFunction[] = [];
  for (let at = 0; at < count; at += 1) {
    const symbol = readStructure(symbolEntry, table.content, at * size, encoding);
    if (symbol.section !== index || !functionKinds.has(symbol.info & 15) || Number(symbol.size) === 0)
      continue;
    const start = Number(symbol.value) - base;
    const end = start + Number(symbol.size);
    if (start < 0 || end > section.content.length) continue;
    found.push({ name: stringAt(strings.content, symbol.name), start, end });
  }
  return found;
}

function withoutOverlaps(functions: readonly ElfFunction[]): ElfFunction[] {
  const kept: ElfFunction[] = [];
  for (const each of functions.toSorted((a, b) => a.start - b.start)) {
    if (each.start >= (kept.at(-1)?.end ?? 0)) kept.push(each);
  }
  return kept;
}
