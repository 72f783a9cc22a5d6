/** ELF files: headers, notes, the dynamic section, symbols, and every other section by name. */

import { inflateSync } from 'node:zlib';
import { decodeBytes } from '../../bytes.ts';
import { Failure } from '../../failure.ts';
import { contentOf } from '../../formats/content.ts';
import { dynamicOf, type NamedValues, symbolsOf } from '../../formats/elf/elf-symbols.ts';
import { compressedFlag, compressionHeader, sectionType } from '../../formats/elf/field-table.ts';
import { goSettings } from '../../formats/elf/go-build-info.ts';
import { notesOf } from '../../formats/elf/notes.ts';
import { type ElfObject, type ElfSection, parseElfObject } from '../../formats/elf/object.ts';
import { parseElf } from '../../formats/elf/reader.ts';
import { addAll } from '../../lists.ts';
import { alikeNames } from '../likeness.ts';
import type { Part } from '../part.ts';
import { alignLists } from './alignment.ts';
import { compareBinary } from './binary.ts';
import { bothBegin, type Comparator, type CompareContext, inflateBound } from './comparator.ts';
import { compareFunctions } from './elf-functions.ts';
import { compareRest } from './elf-gaps.ts';
import {
  insideParts,
  meaning,
  numbered,
  orderParts,
  type PlainMeaning,
  unreadPart,
  type ValueMeanings,
  valuePart,
  valueParts,
} from './parts.ts';

export const elf: Comparator = {
  format: 'elf',
  matches: bothBegin(0x7f, 0x45, 0x4c, 0x46),
  compare(published, rebuilt, context): readonly Part[] | undefined {
    const left = parseElfObject(published, context.limits.members);
    const right = parseElfObject(rebuilt, context.limits.members);
    if (left === undefined || right === undefined) return undefined;
    context.work.spend((published.length + rebuilt.length) >> 4);
    const notes = compareNotes(left, right);
    return [
      ...valueParts('elf', left.header, right.header, { prefix: 'header: ', meanings: layout }),
      ...notes,
      ...valueParts('elf', goInfo(published), goInfo(rebuilt), { prefix: 'Go build info: ' }),
      ...compareSegments(left, right),
      ...compareSections(left, right, context, notes.length > 0),
      ...compareRest(left, right, context),
    ];
  },
};

/** Ids of the build are digests of the file as it was linked, before anything was stripped off it. */
function compareNotes(published: ElfObject, rebuilt: ElfObject): Part[] {
  const [left, right] = [notesOf(published), notesOf(rebuilt)];
  const ids = [...left.keys()].filter((name) => /^(?:GNU|Go) build[ -]id\b/.test(name));
  const meanings = Object.fromEntries(ids.map((name) => [name, 'build-id' as const]));
  return valueParts('elf', left, right, { meanings });
}

/** Fields that say where something lies, which follows from what lies before it. */
const layout: ValueMeanings = {
  'entry point': 'derived',
  'offset of program headers': 'derived',
  'offset of section headers': 'derived',
  offset: 'derived',
  address: 'derived',
  'physical address': 'derived',
  size: 'derived',
  'size in the file': 'derived',
  'size in memory': 'derived',
};

/** The build information that Go's linker writes; none where the program is not a Go program. */
function goInfo(bytes: Uint8Array): ReadonlyMap<string, string> {
  try {
    const parsed = parseElf(contentOf(bytes));
    return new Map((parsed === undefined ? [] : goSettings(parsed)).map(({ key, value }) => [key, value]));
  } catch (failure) {
    if (failure instanceof Failure) return new Map();
    throw failure;
  }
}

function compareSegments(published: ElfObject, rebuilt: ElfObject): Part[] {
  const most = Math.max(published.segments.length, rebuilt.segments.length);
  return Array.from({ length: most }, (_, at) => {
    const [left, right] = [published.segments[at], rebuilt.segments[at]];
    const name = `program header ${at + 1}`;
    if (left !== undefined && right !== undefined) {
      const named = `${name} (${left.fields.get('type')})`;
      return insideParts('elf', named, valueParts('elf', left.fields, right.fields, { meanings: layout }));
    }
    return [valuePart('elf', name, left?.fields.get('type'), right?.fields.get('type'))];
  }).flat();
}

/** Compares sections. `notesShown` says that differences in notes are parts already. */
function compareSections(
  published: ElfObject,
  rebuilt: ElfObject,
  context: CompareContext,
  notesShown: boolean,
): Part[] {
  const left = byName(published);
  const right = byName(rebuilt);
  const only = (own: typeof left, other: typeof left) => [...own.keys()].filter((name) => !other.has(name));
  const renamed = alikeNames(only(left, right), only(right, left));
  const taken = new Set(renamed.values());
  const parts: Part[] = [];
  for (const [name, section] of left) {
    const ownName = renamed.get(name) ?? name;
    const other = right.get(ownName);
    if (other === undefined) {
      parts.push(valuePart('elf', `section ${name}`, describe(section), undefined));
      continue;
    }
    const children = ownName === name ? [] : [valuePart('elf', 'name', name, ownName)];
    addAll(children, valueParts('elf', section.fields, other.fields, { meanings: layout }));
    if (!notesShown || section.type !== sectionType.note) {
      addAll(children, compareContents(published, section, rebuilt, other, context));
    }
    const note = `from byte ${section.offset} of the file`;
    addAll(
      parts,
      insideParts('elf', `section ${name}`, children).map((part) =>
        meaning(sectionMeaning(section), { ...part, note }),
      ),
    );
  }
  for (const [name, section] of right) {
    if (!left.has(name) && !taken.has(name))
      parts.push(valuePart('elf', `section ${name}`, undefined, describe(section)));
  }
  return [...parts, ...orderParts('elf', 'members', 'sections', [...left.keys()], [...right.keys()])];
}

const executableFlag = 4;

function sectionMeaning({ name, flags }: ElfSection): PlainMeaning | undefined {
  if (/^\.debug_(?:line_)?str\b/.test(name)) return 'debug-strings';
  if (name.startsWith('.debug_')) return 'debug-section';
  // How to unwind the stack, and where addresses are filled in, follows from the code.
  if (/^\.(?:eh_frame|gcc_except_table|rela?\b)/.test(name)) return 'derived';
  return (flags & executableFlag) === 0 ? undefined : 'machine-code';
}

function byName({ sections }: ElfObject): Map<string, ElfSection> {
  const names = numbered(sections.map(({ name }) => name));
  return new Map(sections.map((section, at) => [names[at]!, section]));
}

function describe({ fields }: ElfSection): string {
  return `${fields.get('type')}, ${fields.get('size')} bytes`;
}

function compareContents(
  published: ElfObject,
  left: ElfSection,
  rebuilt: ElfObject,
  right: ElfSection,
  context: CompareContext,
): Part[] {
  const tables = left.type === right.type && isTable(left.type);
  // The texts that symbols and tags point to may differ where the table itself does not.
  if (tables) {
    const most = context.limits.members * 4;
    const read = left.type === sectionType.dynamic ? dynamicOf : symbolsOf;
    const [a, b] = [read(published, left, most), read(rebuilt, right, most)];
    const parts = a === undefined || b === undefined ? undefined : compareNamed(a, b, context);
    if (parts !== undefined && parts.length > 0) return parts;
  }
  if (Buffer.compare(left.content, right.content) === 0) return [];
  if (left.type === sectionType.strings || /^\.(comment|debug_str|debug_line_str)$/.test(left.name)) {
    const texts = compareTexts(
      inflatedContent(left, published, context),
      inflatedContent(right, rebuilt, context),
      context,
    );
    if (texts.length > 0) return texts;
  }
  if (left.name === '.gnu_debuglink') return compareDebugLink(left, right);
  if (sectionMeaning(left) === 'machine-code') {
    const sides = [
      { elf: published, section: left },
      { elf: rebuilt, section: right },
    ] as const;
    const functions = compareFunctions(...sides, context);
    if (functions !== undefined) return functions;
  }
  return compareBinary(
    inflatedContent(left, published, context),
    inflatedContent(right, rebuilt, context),
    context,
  );
}

function isTable(type: number): boolean {
  return type === sectionType.symbols || type === sectionType.dynamicSymbols || type === sectionType.dynamic;
}

/** The content, inflated where the section is compressed with zlib (Elf_Chdr) and inflating it is affordable. */
function inflatedContent(section: ElfSection, { encoding }: ElfObject, context: CompareContext): Uint8Array {
  const header = compressionHeader.size[encoding.bits];
  if ((section.flags & Number(compressedFlag)) === 0 || section.content.length < header)
    return section.content;
  try {
    const content = inflateSync(section.content.subarray(header), { maxOutputLength: inflateBound(context) });
    context.work.inflated(content.length);
    return content;
  } catch (failure) {
    if (failure instanceof Failure) throw failure;
    return section.content;
  }
}

/** Compares named values, those of one name in order: changed, missing and new ones. */
function compareNamed(
  published: NamedValues,
  rebuilt: NamedValues,
  { limits, work }: CompareContext,
): Part[] {
  work.spend(published.length + rebuilt.length);
  const values = (list: NamedValues) => {
    const names = numbered(list.map(([name]) => name));
    return new Map(list.map(([, value], at) => [names[at]!, value]));
  };
  const [left, right] = [values(published), values(rebuilt)];
  const only = (own: typeof left, other: typeof left) => [...own.keys()].filter((name) => !other.has(name));
  const renamed = alikeNames(only(left, right), only(right, left));
  const names = [...renamed].map(([name, other]) => valuePart('elf', 'name', name, other));
  for (const [name, other] of renamed) {
    right.set(name, right.get(other)!);
    right.delete(other);
  }
  const parts = [...names, ...valueParts('elf', left, right)];
  const order = orderParts('elf', 'members', 'order', [...left.keys()], [...right.keys()]);
  const cut = parts.length - limits.parts;
  if (cut <= 0) return [...parts, ...order];
  return [...parts.slice(0, limits.parts), unreadPart('elf', '', `${cut} more entries not listed`), ...order];
}

/** Compares zero-terminated texts by aligning them: the parts are those of only one side. */
function compareTexts(published: Uint8Array, rebuilt: Uint8Array, { limits, work }: CompareContext): Part[] {
  const texts = (bytes: Uint8Array) => decodeBytes(bytes).split('\0');
  const [left, right] = [texts(published), texts(rebuilt)];
  const runs = alignLists(left, right, limits.edits, work);
  return runs.slice(0, limits.parts).flatMap((run) => {
    const a = left.slice(run.publishedStart, run.publishedEnd).slice(0, limits.parts);
    const b = right.slice(run.rebuiltStart, run.rebuiltEnd).slice(0, limits.parts);
    return Array.from({ length: Math.max(a.length, b.length) }, (_, at) =>
      valuePart('elf', `text ${run.publishedStart + at + 1}`, a[at], b[at]),
    );
  });
}

function compareDebugLink(left: ElfSection, right: ElfSection): Part[] {
  const link = ({ content }: ElfSection) =>
    new Map([
      ['debug link', decodeBytes(content.subarray(0, Math.max(0, content.indexOf(0))))],
      ['check sum of the debug file', Buffer.from(content.subarray(-4)).toString('hex')],
    ]);
  return valueParts('elf', link(left), link(right));
}
