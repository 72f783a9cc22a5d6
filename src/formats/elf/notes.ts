/** Notes of an ELF file (System V ABI; GNU gABI extensions; systemd.io ELF_PACKAGE_METADATA; Go cmd/link). */
import { decodeBytes, trimmedEnd } from '../../bytes.ts';
import { noteHeader, readStructure, sectionType, segmentType } from './field-table.ts';
import { type ElfObject, hex } from './object.ts';

const most = 1000;

/** Every note by its meaning, from sections or, where there are no sections, from segments. */
export function notesOf(elf: ElfObject): ReadonlyMap<string, string> {
  const notes = new Map<string, string>();
  const counts = new Map<string, number>();
  const fromSections = elf.sections
    .filter(({ type }) => type === sectionType.note)
    .map(({ content }) => content);
  const contents =
    fromSections.length > 0
      ? fromSections
      : elf.segments
          .filter(({ type }) => type === segmentType.note)
          .map(({ offset, size }) => elf.bytes.subarray(offset, offset + size));
  for (const content of contents) {
    for (const [name, value] of parseNotes(content, elf)) {
      const count = (counts.get(name) ?? 0) + 1;
      counts.set(name, count);
      notes.set(count === 1 ? name : `${name} (${count})`, value);
      if (notes.size === most) return notes;
    }
  }
  return notes;
}

function* parseNotes(bytes: Uint8Array, { encoding }: ElfObject): Generator<[string, string]> {
  const header = noteHeader.size[encoding.bits];
  for (let at = 0; at + header <= bytes.length; ) {
    const { nameSize, size, type } = readStructure(noteHeader, bytes, at, encoding);
    const name = at + header;
    const start = name + aligned(nameSize);
    if (start + size > bytes.length) return;
    const owner = trimmedEnd(decodeBytes(bytes.subarray(name, name + nameSize)), '\0');
    yield describe(owner, type, bytes.subarray(start, start + size));
    at = start + aligned(size);
  }
}

function aligned(size: number): number {
  return Math.ceil(size / 4) * 4;
}

function describe(owner: string, type: number, content: Uint8Array): [string, string] {
  const digits = Buffer.from(content).toString('hex');
  const text = () => trimmedEnd(decodeBytes(content), '\0');
  if (owner === 'GNU' && type === 3) return ['GNU build-id', digits];
  if (owner === 'GNU' && type === 1) return ['GNU ABI tag', digits];
  if (owner === 'GNU' && type === 5) return ['GNU properties', digits];
  if (owner === 'FDO' && type === 0xcafe1a7e) return ['package metadata', text()];
  if (owner === 'Go' && type === 4) return ['Go build id', text()];
  return [`note ${owner} ${hex(type)}`, digits];
}
