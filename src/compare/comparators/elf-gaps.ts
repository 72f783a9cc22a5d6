/** Bytes of an ELF file that no header describes. */
import { fileHeader, sectionHeader, segmentHeader } from '../../formats/elf/field-table.ts';
import type { ElfObject } from '../../formats/elf/object.ts';
import type { Part } from '../part.ts';
import { compareBinary } from './binary.ts';
import type { CompareContext } from './comparator.ts';
import { insideParts } from './parts.ts';

/** Compares bytes that belong to no section and no header, where both files have the same layout. */
export function compareRest(published: ElfObject, rebuilt: ElfObject, context: CompareContext): Part[] {
  if (published.bytes.length !== rebuilt.bytes.length || published.sections.length === 0) {
    return published.sections.length === 0 && rebuilt.sections.length === 0
      ? compareBinary(published.bytes, rebuilt.bytes, context)
      : [];
  }
  const parts = gapsOf(published).flatMap(([from, until]) => {
    const [left, right] = [published.bytes.subarray(from, until), rebuilt.bytes.subarray(from, until)];
    if (Buffer.compare(left, right) === 0) return [];
    return insideParts(
      'elf',
      `bytes ${from} to ${until}, in no section`,
      compareBinary(left, right, context),
    );
  });
  return parts.slice(0, context.limits.parts);
}

/** Half-open ranges of the file that no header describes. */
function gapsOf({ bytes, encoding: { bits }, file, sections }: ElfObject): (readonly [number, number])[] {
  const covered: (readonly [number, number])[] = [
    [0, fileHeader.size[bits]],
    [Number(file.segmentOffset), file.segmentCount * segmentHeader.size[bits]],
    [Number(file.sectionOffset), sections.length * sectionHeader.size[bits]],
    ...sections.map(({ offset, content }) => [offset, content.length] as const),
  ];
  const gaps: [number, number][] = [];
  let end = 0;
  for (const [offset, size] of covered.toSorted((a, b) => a[0] - b[0])) {
    if (offset > end) gaps.push([end, Math.min(offset, bytes.length)]);
    end = Math.max(end, offset + size);
  }
  if (end < bytes.length) gaps.push([end, bytes.length]);
  return gaps;
}
