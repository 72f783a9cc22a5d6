/** Texts for property tests. */
import fc from 'fast-check';

/**
 * Any code point but halves of pairs: what fast-check's own unit `binary` gives, which takes a second to set up because it makes a
 * table of them all.
 */
export const anyCharacter: fc.Arbitrary<string> = fc
  .integer({ min: 0, max: 0x10f7ff })
  .map((point) => String.fromCodePoint(point < 0xd800 ? point : point + 0x800));

export function anyText(constraints: fc.StringConstraints = {}): fc.Arbitrary<string> {
  return fc.string({ ...constraints, unit: anyCharacter });
}
