import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compareBytes, decodeBytes, encodeBytes, printable, sortedUnique } from '../src/bytes.ts';
import { anyText } from './support/text.ts';

/** Bytes with many broken and many whole sequences in them. */
const bytes = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 4 }),
      anyText({ maxLength: 3 }).map((text) => Buffer.from(text)),
      fc.constantFrom('eda080', 'f09f98', 'c080', 'f4908080', 'efbbbf').map((hex) => Buffer.from(hex, 'hex')),
    ),
    { maxLength: 12 },
  )
  .map((parts) => Buffer.concat(parts));

test('any bytes come back after a conversion to text', () => {
  fc.assert(fc.property(bytes, (each) => assert.deepEqual(encodeBytes(decodeBytes(each)), each)));
});

test('valid UTF-8 becomes ordinary text, a byte order mark included', () => {
  for (const text of ['', 'plain', 'déjà vu', '日本', '\u{1f600}', '\ufeffx', '\ud7ff\ue000']) {
    assert.equal(decodeBytes(Buffer.from(text)), text);
  }
});

test('what is not UTF-8 becomes one lone surrogate for each byte', () => {
  const cases: [hex: string, text: string][] = [
    ['ff', '\udcff'],
    ['61fe62', 'a\udcfeb'],
    ['c3', '\udcc3'],
    ['c080', '\udcc0\udc80'],
    ['eda080', '\udced\udca0\udc80'],
    ['f09f98', '\udcf0\udc9f\udc98'],
    ['f09f988080', '\u{1f600}\udc80'],
    ['f5808080', '\udcf5\udc80\udc80\udc80'],
  ];
  for (const [hex, text] of cases) assert.equal(decodeBytes(Buffer.from(hex, 'hex')), text, hex);
});

test('decoding takes time in proportion to the bytes', () => {
  const text = decodeBytes(Buffer.alloc(300_000, 0xe2));
  assert.equal(text.length, 300_000);
});

test('the order of text is that of its bytes', () => {
  fc.assert(
    fc.property(bytes, bytes, (a, b) =>
      assert.equal(Math.sign(compareBytes(decodeBytes(a), decodeBytes(b))), Math.sign(Buffer.compare(a, b))),
    ),
  );
  assert.deepEqual(sortedUnique(['\ue000', '\u{10000}', 'b', 'a', 'b']), ['a', 'b', '\ue000', '\u{10000}']);
});

test('characters that control a terminal are spelled out', () => {
  const cases: [text: string, shown: string][] = [
    ['\x1b[31mred', '\\x1b[31mred'],
    ['a\nb\rc\td', 'a\\x0ab\\x0dc\\x09d'],
    ['\x00\x7f', '\\x00\\x7f'],
    ['\u009b2J', '\\x9b2J'],
    ['\u061c\u200e\u200f', '\\u061c\\u200e\\u200f'],
    ['\u202a\u202e\u2066\u2069', '\\u202a\\u202e\\u2066\\u2069'],
    ['\u2028\u2029\ufeff', '\\u2028\\u2029\\ufeff'],
    ['a\u200bb\u00adc', 'a\\u200bb\\xadc'],
    ['\u{e0041}', '\\u{e0041}'],
    ['\udc80\udcff', '\\x80\\xff'],
    ['\ud800', '\\ud800'],
    ['日本 \u{1f600} é', '日本 \u{1f600} é'],
  ];
  for (const [text, shown] of cases) assert.equal(printable(text), shown);
});

test('nothing that a package can say survives as a control character', () => {
  fc.assert(
    fc.property(bytes, (each) =>
      assert.doesNotMatch(printable(decodeBytes(each)), /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u),
    ),
  );
});
