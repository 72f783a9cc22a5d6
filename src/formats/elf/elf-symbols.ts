/** Symbol tables and the dynamic section by name. */
import { dynamicEntry, readStructure, symbolEntry } from './field-table.ts';
import { type ElfObject, type ElfSection, hex } from './object.ts';
import { stringAt } from './strings.ts';

/** A list of named values; the same name may occur more than once. */
export type NamedValues = readonly (readonly [name: string, value: string])[];

/** Symbols as `size kind section value`. */
export function symbolsOf(elf: ElfObject, table: ElfSection, most: number): NamedValues | undefined {
  const { encoding, sections } = elf;
  const entrySize = symbolEntry.size[encoding.bits];
  const count = Math.floor(table.content.length / entrySize);
  const strings = sections[table.link];
  if (strings === undefined || count > most) return undefined;
  return Array.from({ length: count }, (_, index) => {
    const { name, info, other, section, value, size } = readStructure(
      symbolEntry,
      table.content,
      index * entrySize,
      encoding,
    );
    const place = sections[section]?.name ?? String(section);
    return [
      stringAt(strings.content, name),
      `value ${hex(value)}, ${size} bytes, ${bindings[info >> 4] ?? info >> 4} ${kinds[info & 15] ?? info & 15}, ${visibilities[other & 3]}, in ${place}`,
    ] as const;
  });
}

const bindings = ['LOCAL', 'GLOBAL', 'WEAK'];
const kinds = ['NOTYPE', 'OBJECT', 'FUNC', 'SECTION', 'FILE', 'COMMON', 'TLS'];
const visibilities = ['DEFAULT', 'INTERNAL', 'HIDDEN', 'PROTECTED'];

/** Entries of the dynamic section; entries that refer to a text show the text. */
export function dynamicOf(elf: ElfObject, section: ElfSection, most: number): NamedValues | undefined {
  const size = dynamicEntry.size[elf.encoding.bits];
  const count = Math.floor(section.content.length / size);
  const strings = elf.sections[section.link]?.content ?? new Uint8Array(0);
  if (count > most) return undefined;
  const entries: [string, string][] = [];
  for (let index = 0; index < count; index += 1) {
    const entry = readStructure(dynamicEntry, section.content, index * size, elf.encoding);
    const { value } = entry;
    const tag = Number(entry.tag);
    const isText = textTags.has(tag);
    entries.push([tags.get(tag) ?? hex(tag), isText ? stringAt(strings, Number(value)) : hex(value)]);
    if (tag === 0) break;
  }
  return entries;
}

const textTags: ReadonlySet<number> = new Set([1, 14, 15, 29]);
const tags: ReadonlyMap<number, string> = new Map([
  [0, 'NULL'],
  [1, 'NEEDED'],
  [2, 'PLTRELSZ'],
  [3, 'PLTGOT'],
  [4, 'HASH'],
  [5, 'STRTAB'],
  [6, 'SYMTAB'],
  [7, 'RELA'],
  [8, 'RELASZ'],
  [10, 'STRSZ'],
  [12, 'INIT'],
  [13, 'FINI'],
  [14, 'SONAME'],
  [15, 'RPATH'],
  [21, 'DEBUG'],
  [23, 'JMPREL'],
  [25, 'INIT_ARRAY'],
  [26, 'FINI_ARRAY'],
  [27, 'INIT_ARRAYSZ'],
  [28, 'FINI_ARRAYSZ'],
  [29, 'RUNPATH'],
  [30, 'FLAGS'],
  [0x6ffffef5, 'GNU_HASH'],
  [0x6ffffff0, 'VERSYM'],
  [0x6ffffff9, 'RELACOUNT'],
  [0x6ffffffb, 'FLAGS_1'],
  [0x6ffffffc, 'VERDEF'],
  [0x6ffffffe, 'VERNEED'],
  [0x6fffffff, 'VERNEEDNUM'],
]);
