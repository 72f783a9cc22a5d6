import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  fnv1,
  type Hash64,
  type HashGeneration,
  hashDigits,
  hashField,
  hashInteger,
  hashSet,
  hashStruct,
  hashText,
  noElements,
  parseDigits,
} from '../../../../src/emit/sbom/production/hash.ts';
import { hashPath } from '../../../../src/emit/sbom/production/syft-record.ts';
import { type Hashable, slowHash } from './slow-hash.ts';

const digits = (value: bigint) => value.toString(16).padStart(16, '0');

/** The fast hash of the same values. */
function fastHash(value: Hashable, generation: HashGeneration): Hash64 {
  if (typeof value === 'string') return hashText(value);
  if (typeof value === 'bigint') return hashInteger(Number(value));
  if ('set' in value)
    return hashSet(
      value.set.map((each) => fastHash(each, generation)),
      generation,
    );
  return hashStruct(
    value.type,
    value.fields.map(([name, member]) => hashField(name, fastHash(member, generation))),
  );
}

const { value: hashable } = fc.letrec<{ value: Hashable }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.string({ unit: 'grapheme' }),
    fc.bigInt(0n, 2n ** 53n - 1n),
    fc.record({ set: fc.array(tie('value'), { maxLength: 4 }) }),
    fc.record({
      type: fc.string(),
      fields: fc.array(fc.tuple(fc.string(), tie('value')), { maxLength: 4 }),
    }),
  ),
}));

describe('the structure hash', () => {
  const known: readonly (readonly [what: string, hash: Hash64, expected: string])[] = [
    ['no text', hashText(''), 'cbf29ce484222325'],
    ['a text', hashText('apk'), 'd8dcbc186baf95b5'],
    ['another', hashText('/.PKGINFO'), '0f75e70d4b7f73cc'],
    ['zero', hashInteger(0), 'a8c7f832281a39c5'],
    ['a number', hashInteger(4096), '722e3b6107369d55'],
    ['no list', hashSet([], 0), '0000000000000000'],
    ['no list since v1.0.0', hashSet([], 1), 'a8c7f832281a39c5'],
    ['a list of one since v1.0.0', hashSet([hashText('/.PKGINFO')], 1), '6762b8aaa30327b8'],
    ['a list of one path since v1.0.0', hashSet([hashPath('.')], 1), 'daa668f180b17e40'],
    ['the root', hashPath('.'), 'c8025ecc2cd104d2'],
    ['a path', hashPath('usr'), '5075fd1a3721f957'],
  ];
  for (const [what, hash, expected] of known) {
    it(`of ${what} is that of the Go library`, () => assert.equal(hashDigits(hash), expected));
  }

  for (const generation of [0, 1] as const) {
    it(`agrees with a slow implementation of our own for any value in generation ${generation}`, () => {
      fc.assert(
        fc.property(hashable, (value) => {
          const expected = digits(slowHash(value, generation));
          assert.equal(hashDigits(fastHash(value, generation)), expected);
        }),
      );
    });
  }

  it('is FNV-1 of the bytes, whatever they are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const expected = bytes.reduce(
          (hash, byte) => ((hash * 0x100000001b3n) & (2n ** 64n - 1n)) ^ BigInt(byte),
          0xcbf29ce484222325n,
        );
        assert.equal(hashDigits(fnv1(bytes)), digits(expected));
      }),
    );
  });

  it('of a list does not depend on the order, and equal elements cancel in pairs before v1.0.0', () => {
    const [a, b] = [hashText('a'), hashText('b')];
    for (const generation of [0, 1] as const) {
      assert.deepEqual(hashSet([a, b], generation), hashSet([b, a], generation));
    }
    assert.deepEqual(hashSet([a, b, b], 0), a);
    assert.deepEqual(hashSet([a, a], 0), noElements);
    assert.deepEqual(hashSet([a, b, b], 1), hashSet([a, b], 1));
  });

  it('is printed as digits that can be read again', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 2n ** 64n - 1n), (value) => {
        assert.equal(hashDigits(parseDigits(digits(value))), digits(value));
      }),
    );
  });

  it('of a struct depends on the order of its fields', () => {
    const [a, b] = [hashField('a', hashText('')), hashField('b', hashText(''))];
    assert.notDeepEqual(hashStruct('t', [a, b]), hashStruct('t', [b, a]));
  });
});
