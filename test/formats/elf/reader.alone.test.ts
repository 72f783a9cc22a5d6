import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { contentOf } from '../../../src/formats/content.ts';
import { dynamicStrings, dynamicTag, interpreter } from '../../../src/formats/elf/dynamic.ts';
import { type Elf, parseElf } from '../../../src/formats/elf/reader.ts';
import { elf } from '../../emit/dependencies/support.ts';

const shape = { interpreter: '/lib/ld.so', needed: ['liba.so.1', 'libb.so.2'], soname: ['libc.so.3'] };

function parse(bytes: Uint8Array): Elf | undefined {
  return parseElf(contentOf(bytes));
}

/** A copy with different bytes at an offset. */
function patched(offset: number, ...bytes: number[]): Buffer {
  const file = elf(shape);
  file.set(bytes, offset);
  return file;
}

describe('an ELF file', () => {
  for (const bits of [32, 64] as const) {
    for (const littleEndian of [true, false]) {
      it(`of ${bits} bits, ${littleEndian ? 'little' : 'big'}-endian, is read`, () => {
        const parsed = parse(elf({ ...shape, bits, littleEndian }))!;
        assert.equal(parsed.machine, 62);
        assert.equal(interpreter(parsed), '/lib/ld.so');
        assert.deepEqual(dynamicStrings(parsed, dynamicTag.needed), shape.needed);
        assert.deepEqual(dynamicStrings(parsed, dynamicTag.soname), shape.soname);
        assert.deepEqual(
          parsed.sections.map(({ name }) => name),
          ['', '.dynstr', '.dynamic', '.shstrtab'],
        );
      });
    }
  }

  const refused: [string, Buffer][] = [
    ['another magic', patched(0, 0x7e)],
    ['an unknown class', patched(4, 3)],
    ['an unknown byte order', patched(5, 0)],
    ['another version', patched(6, 2)],
    ['two versions', patched(20, 2)],
    ['segments beyond its end', patched(32, 0, 0xff)],
    ['segments at a negative offset', patched(39, 0x80)],
    ['segments that are too short', patched(54, 55)],
    ['a segment at a negative offset', patched(64 + 15, 0x80)],
    ['sections beyond its end', patched(40, 0, 0xff)],
    ['sections but no place for them', patched(40, 0, 0, 0)],
    ['sections that are too short', patched(58, 63)],
    ['no sections but a place for them', patched(60, 0)],
    ['a name table that is no section', patched(62, 4)],
    ['a name table of another type', patched(62, 2)],
  ];
  for (const [name, file] of refused) {
    it(`with ${name} is refused`, () => assert.equal(parse(file), undefined));
  }

  const accepted: [string, Buffer][] = [
    ['other high bytes in its version', patched(21, 1)],
    ['no table of names', patched(62, 0)],
    ['an unknown type, machine and system', patched(16, 0xff, 0xff, 0xff, 0xff)],
  ];
  for (const [name, file] of accepted) {
    it(`with ${name} is read`, () => assert.notEqual(parse(file), undefined));
  }

  it('truncated anywhere is refused: its section headers come last', () => {
    const file = elf(shape);
    for (let length = 0; length < file.length; length++) {
      assert.equal(parse(file.subarray(0, length)), undefined);
    }
  });

  it('without sections has no dynamic strings, but an interpreter', () => {
    const file = elf(shape);
    file.fill(0, 40, 48);
    file.fill(0, 58, 64);
    const parsed = parse(file)!;
    assert.deepEqual(dynamicStrings(parsed, dynamicTag.needed), []);
    assert.equal(interpreter(parsed), '/lib/ld.so');
  });

  it('changed anywhere is read or refused, and never fails in a different way', () => {
    const change = fc.tuple(
      fc.nat(elf(shape).length - 1),
      fc.constantFrom(0, 1, 2, 3, 6, 8, 0x7f, 0x80, 0xff),
    );
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), (changes) => {
        const file = elf(shape);
        for (const [offset, byte] of changes) file[offset] = byte;
        const parsed = parse(file);
        if (parsed === undefined) return;
        interpreter(parsed);
        dynamicStrings(parsed, dynamicTag.needed);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('a dynamic section', () => {
  const sections = elf(shape).readUInt32LE(40);
  const dynamic = sections + 2 * 64;
  const strings = sections + 64;
  const rows: [string, Buffer, readonly string[] | undefined][] = [
    ['of another type is not there', patched(dynamic + 4, 1), []],
    ['of half an entry cannot be read', patched(dynamic + 32, 8), undefined],
    ['beyond the end of the file cannot be read', patched(dynamic + 24, 0xff, 0xff), undefined],
    ['without strings cannot be read', patched(dynamic + 40, 0), undefined],
    ['with strings in no section cannot be read', patched(dynamic + 40, 9), undefined],
    ['with strings of a section without bytes cannot be read', patched(strings + 4, 8), undefined],
    ['with strings that do not end leaves them out', patched(strings + 32, 5), []],
    ['may take its strings from a section of any type', patched(strings + 4, 1), shape.needed],
  ];
  for (const [name, file, expected] of rows) {
    it(name, () => assert.deepEqual(dynamicStrings(parse(file)!, dynamicTag.needed), expected));
  }

  it('may name very many libraries', () => {
    const needed = Array.from({ length: 200_000 }, (_, index) => `lib${index}.so.1`);
    assert.deepEqual(dynamicStrings(parse(elf({ needed }))!, dynamicTag.needed), needed);
  });

  it('of many long strings ends the analysis', () => {
    const long = `${'x'.repeat(1024 * 1024)}.so.1`;
    const file = elf({ needed: Array.from({ length: 20 }, () => long) });
    assert.throws(() => dynamicStrings(parse(file)!, dynamicTag.needed), { code: 'build-limit' });
  });
});
