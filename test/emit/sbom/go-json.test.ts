import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeBytes } from '../../../src/bytes.ts';
import { goJson } from '../../../src/emit/sbom/go-json.ts';

/** Bytes and what Go's encoder (go1.26) wrote for them. */
const recorded: [string, Uint8Array, string][] = [
  ['HTML', Buffer.from('a&b<c>d'), '"a\\u0026b\\u003cc\\u003ed"'],
  ['line separators', Buffer.from('\u2028\u2029'), '"\\u2028\\u2029"'],
  ['bytes that are not UTF-8', Buffer.from([0x61, 0xff, 0xc3, 0x28]), '"a\\ufffd\\ufffd("'],
  ['a surrogate in UTF-8', Buffer.from([0xed, 0xa0, 0x80]), '"\\ufffd\\ufffd\\ufffd"'],
  [
    'control characters',
    Buffer.from([0, 1, 8, 9, 10, 11, 12, 13, 0x1f, 0x7f]),
    '"\\u0000\\u0001\\b\\t\\n\\u000b\\f\\r\\u001f\x7f"',
  ],
  ['quotes and slashes', Buffer.from('"\\/'), '"\\"\\\\/"'],
  ['other scripts', Buffer.from('é日😀\ufffd'), '"é日😀\ufffd"'],
];

for (const [what, bytes, expected] of recorded) {
  test(`JSON writes ${what} as Go does`, () => {
    assert.equal(goJson({ a: decodeBytes(bytes) }), `{\n  "a": ${expected}\n}\n`);
  });
}

test('JSON is indented by two spaces; empty lists and objects stay on their line', () => {
  const document = { a: [], b: {}, c: ['x', { d: false }], e: undefined };
  assert.equal(
    goJson(document),
    '{\n  "a": [],\n  "b": {},\n  "c": [\n    "x",\n    {\n      "d": false\n    }\n  ]\n}\n',
  );
});

test('what JSON writes reads back as it was', () => {
  const text = fc.string({ unit: 'grapheme' });
  const value = fc.object({ key: text, values: [text, fc.boolean()], withNullPrototype: false });
  fc.assert(
    fc.property(value, (document) => {
      assert.deepEqual(JSON.parse(goJson(document)), JSON.parse(JSON.stringify(document)));
    }),
  );
});
