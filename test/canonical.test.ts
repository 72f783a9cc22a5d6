import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import fc from 'fast-check';
import { canonicalJson } from '../src/canonical.ts';
import { lacks } from './support/programs.ts';
import { anyCharacter } from './support/text.ts';

test('members are sorted, nothing is between, undefined ones are left out', () => {
  const cases: [value: unknown, text: string][] = [
    [{ b: 1, a: [true, null, 'x'] }, '{"a":[true,null,"x"],"b":1}'],
    [{ a: undefined, b: {} }, '{"b":{}}'],
    [[undefined, 1], '[null,1]'],
    [{ '\u{10000}': 1, '\uffff': 2, Z: 3, a: 4 }, '{"Z":3,"a":4,"\u{10000}":1,"\uffff":2}'],
    [{ a: '"\\\n\u2028\udc80' }, '{"a":"\\"\\\\\\n\u2028\\udc80"}'],
    [JSON.parse('{"__proto__":1}'), '{"__proto__":1}'],
    [[], '[]'],
    ['', '""'],
    [0, '0'],
  ];
  for (const [value, text] of cases) assert.equal(canonicalJson(value), text);
});

test('the text says the same as the value, and does not depend on the order of its members', () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: anyCharacter }), (value) => {
      const plain = JSON.parse(JSON.stringify(value)) as unknown;
      assert.deepEqual(JSON.parse(canonicalJson(plain)), plain);
      const reversed = JSON.parse(JSON.stringify(plain), (_, each: unknown) =>
        typeof each === 'object' && each !== null && !Array.isArray(each)
          ? Object.fromEntries(Object.entries(each).reverse())
          : each,
      ) as unknown;
      assert.equal(canonicalJson(reversed), canonicalJson(plain));
    }),
  );
});

test('the json of Python writes the same', { skip: lacks('python3') }, () => {
  const value = { b: [1, -2, 1_718_452_800, true, null, 'é "x" \n'], a: { z: 'z', y: {} }, A: '' };
  const script =
    'import json,sys; print(json.dumps(json.load(sys.stdin), sort_keys=True, separators=(",",":"), ensure_ascii=False), end="")';
  const written = execFileSync('python3', ['-c', script], {
    input: JSON.stringify(value),
    env: { ...process.env, PYTHONUTF8: '1' },
  });
  assert.equal(canonicalJson(value), written.toString());
});
