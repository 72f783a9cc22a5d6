import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { contentOf } from '../../../src/formats/content.ts';
import { dynamicStrings, dynamicTag } from '../../../src/formats/elf/dynamic.ts';
import { dynamicOf } from '../../../src/formats/elf/elf-symbols.ts';
import { notesOf } from '../../../src/formats/elf/notes.ts';
import { type ElfObject, parseElfObject } from '../../../src/formats/elf/object.ts';
import { parseElf } from '../../../src/formats/elf/reader.ts';
import { sectionAt } from '../../../src/formats/elf/section-at.ts';
import { elf } from '../../emit/dependencies/support.ts';

const shape = { interpreter: '/lib/ld.so', needed: ['liba.so.1', 'libb.so.2'], soname: ['libc.so.3'] };
const most = 100;

/** Values of a tag that `dynamicOf` names. */
function valuesOf(object: ElfObject, name: string): string[] {
  const section = object.sections.find((each) => each.name === '.dynamic')!;
  return dynamicOf(object, section, most)!.flatMap(([tag, value]) => (tag === name ? [value] : []));
}

describe('an ELF file as it is shown', () => {
  for (const bits of [32, 64] as const) {
    for (const littleEndian of [true, false]) {
      const file = elf({ ...shape, bits, littleEndian });

      it(`of ${bits} bits, ${littleEndian ? 'little' : 'big'}-endian, has the same values as for the emitter`, () => {
        const object = parseElfObject(file, most)!;
        const parsed = parseElf(contentOf(file))!;
        assert.deepEqual(
          object.sections.map(({ name, type, offset, size, link }) => ({ name, type, offset, size, link })),
          parsed.sections.map(({ name, type, offset, size, link }) => ({ name, type, offset, size, link })),
        );
        assert.deepEqual(
          object.segments.map(({ type, offset, size }) => ({ type, offset, size })),
          parsed.segments.map(({ type, offset, size }) => ({ type, offset, size })),
        );
        assert.equal(object.header.get('machine'), String(parsed.machine));
        assert.deepEqual(valuesOf(object, 'NEEDED'), dynamicStrings(parsed, dynamicTag.needed));
        assert.deepEqual(valuesOf(object, 'SONAME'), dynamicStrings(parsed, dynamicTag.soname));
      });

      it(`of ${bits} bits, ${littleEndian ? 'little' : 'big'}-endian, names the section of a place by its two ends`, () => {
        const { sections } = parseElfObject(file, most)!;
        const ends = { size: file.length, head: file.subarray(0, 64), tail: file };
        for (const { name, offset, size } of sections.slice(1)) {
          assert.equal(sectionAt(ends, offset), `section ${name}`);
          assert.equal(sectionAt(ends, offset + size - 1), `section ${name}`);
        }
        assert.equal(sectionAt(ends, file.length + 1), undefined);
        assert.equal(sectionAt({ ...ends, tail: file.subarray(-8) }, sections[1]!.offset), undefined);
      });
    }
  }

  it('changed anywhere is read or not, and never fails in a different way', () => {
    const file = elf(shape);
    const change = fc.tuple(fc.nat(file.length - 1), fc.constantFrom(0, 1, 2, 3, 6, 7, 8, 0x7f, 0x80, 0xff));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), (changes) => {
        const changed = Buffer.from(file);
        for (const [offset, byte] of changes) changed[offset] = byte;
        sectionAt(
          { size: changed.length, head: changed.subarray(0, 64), tail: changed },
          changed.length >> 1,
        );
        const object = parseElfObject(changed, most);
        if (object === undefined) return;
        notesOf(object);
        for (const section of object.sections) dynamicOf(object, section, most);
      }),
      { numRuns: 1000 },
    );
  });
});
