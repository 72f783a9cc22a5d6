/** Symbol tables and the dynamic section by name. */
import { fieldsAt, layouts } from './layout.ts';
import { type ElfObject, type ElfSection, hex, stringAt } from './object.ts';

/** A list of named values; the same name may come more than once. */
export type NamedValues = readonly (readonly [name: string, value: string])[];

/** Symbols as `size kind section value`. */
export function symbolsOf(elf: ElfObject, table: ElfSection, most: number): NamedValues | undefined {
  const { encoding, sections } = elf;
  const size = encoding.bits === 64 ? 24 : 16;
  const count = Math.floor(table.content.length / size);
  const strings = sections[table.link];
  if (strings === undefined || count > most) return undefined;
  const wide = encoding.bits === 64;
  return Array.from({ length: count }, (_, index) => {
    const fields = fieldsAt(table.content, index * size, encoding);
    const info = table.content[index * size + (wide ? 4 : 12)]!;
    const other = table.content[index * size + (wide ? 5 : 13)]!;
    const section = fields.u16(wide ? 6 : 14);
    const value = wide ? fields.native(8) : fields.u32(4);
    const bytes = wide ? fields.native(16) : fields.u32(8);
    const place = sections[section]?.name ?? String(section);
    return [
      stringAt(strings.content, fields.u32(0)),
      `value ${hex(value)}, ${bytes} bytes, ${bindings[info >> 4] ?? info >> 4} ${kinds[info & 15] ?? info & 15}, ${visibilities[other & 3]}, in ${place}`,
    ] as const;
  });
}

const bindings = ['LOCAL', 'GLOBAL', 'WEAK'];
const kinds = ['NOTYPE', 'OBJECT', 'FUNC', 'SECTION', 'FILE', 'COMMON', 'TLS'];
const visibilities = ['DEFAULT', 'INTERNAL', 'HIDDEN', 'PROTECTED'];

/** Entries of the dynamic section; texts for those that are texts. */
export function dynamicOf(elf: ElfObject, section: ElfSection, most: number): NamedValues | undefined {
  const size = layouts[elf.encoding.bits].dynamicEntry;
  const count = Math.floor(section.content.length / size);
  const strings = elf.sections[section.link]?.content ?? new Uint8Array(0);
  if (count > most) return undefined;
  const entries: [string, string][] = [];
  for (let index = 0; index < count; index += 1) {
    const fields = fieldsAt(section.content, index * size, elf.encoding);
    const tag = Number(fields.native(0));
    const value = fields.native(size / 2);
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
