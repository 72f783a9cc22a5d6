import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseStrictJson } from '../../src/formats/strict-json.ts';
import { anyText } from '../support/text.ts';

const limits = { bytes: 1000, depth: 8, values: 100 };
const read = (text: string | Uint8Array) => parseStrictJson(Buffer.from(text as string), limits);

describe('strict JSON', () => {
  const refused: Readonly<Record<string, string>> = {
    '{"a":1,"a":2}': 'duplicate-key',
    '{"a":1,"\\u0061":2}': 'duplicate-key',
    '[{"b":{"x":[],"y":{},"x":"x"}}]': 'duplicate-key',
    '{"":0,"a":[{"":1}],"":2}': 'duplicate-key',
    '{"a":1': 'not-json',
    '{"a":1}{"a":1}': 'not-json',
    '[[[[[[[[[]]]]]]]]]': 'too-deep',
  };
  for (const [text, fault] of Object.entries(refused)) {
    it(`is not ${text}: ${fault}`, () => assert.deepEqual(read(text), { fault }));
  }

  it('has the same key in different objects, and keys that only look alike', () => {
    for (const text of [
      '[{"a":1},{"a":2}]',
      '{"a":{"a":{"a":["a","a"]}}}',
      '{"a":",\\"a\\":","b":"{\\"a\\""}',
    ])
      assert.deepEqual(read(text), { value: JSON.parse(text) });
  });

  it('is UTF-8', () => {
    assert.deepEqual(read(Buffer.from([0x22, 0xff, 0x22])), { fault: 'not-utf8' });
  });

  it('makes no member a prototype', () => {
    const found = read('{"__proto__":{"verdict":"reproduced"}}') as { value: Record<string, unknown> };
    assert.equal(found.value['verdict'], undefined);
  });

  it('is what JSON.stringify writes, and with any of its members twice is not', () => {
    fc.assert(
      fc.property(
        fc.dictionary(anyText({ maxLength: 5 }), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 5 }),
        (value) => {
          const text = JSON.stringify(value);
          const bytes = Buffer.from(text);
          const wide = { bytes: 100_000, depth: 20, values: 10_000 };
          assert.deepEqual(parseStrictJson(bytes, wide), { value: JSON.parse(text) });
          for (const key of Object.keys(value)) {
            const twice = `${text.slice(0, -1)},${JSON.stringify(key)}:0}`;
            assert.deepEqual(parseStrictJson(Buffer.from(twice), wide), { fault: 'duplicate-key' });
          }
        },
      ),
      { numRuns: 50 },
    );
  });
});
