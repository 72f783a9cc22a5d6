import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Block } from '../../../src/claim/recipe/block.ts';
import {
  always,
  block,
  type Codec,
  duration,
  flag,
  integer,
  list,
  map,
  optional,
  optionalInteger,
  type RecipeFinding,
  struct,
  text,
} from '../../../src/claim/recipe/codec.ts';
import { parseYaml } from '../../../src/claim/recipe/parse-yaml.ts';
import type { Node } from '../../../src/claim/recipe/yaml-node.ts';
import { Failure } from '../../../src/failure.ts';

const id = integer(0, 2 ** 32 - 1);
const whole = integer(-Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
const wrong = Symbol('wrong type');

/** What gopkg.in/yaml.v3 v3.0.1 decodes a source into, for a Go type (recorded). */
const decoded: readonly (readonly [type: string, codec: Codec<unknown>, source: string, value: unknown])[] = [
  ['string', text, '1.10', '1.10'],
  ['string', text, '0x1F', '0x1F'],
  ['string', text, 'no', 'no'],
  ['string', text, '2001-01-01', '2001-01-01'],
  ['string', text, '"~"', '~'],
  ['string', text, '!!binary gIE=', '\udc80\udc81'],
  ['string', text, '[a]', wrong],
  ['string', text, '{a: b}', wrong],
  ['bool', flag, 'true', true],
  ['bool', flag, 'FALSE', false],
  ['bool', flag, 'tRUE', wrong],
  ['bool', flag, 'on', true],
  ['bool', flag, 'N', false],
  ['bool', flag, '"yes"', true],
  ['bool', flag, '"true"', wrong],
  ['bool', flag, '1', wrong],
  ['uint32', id, '7', 7],
  ['uint32', id, '+7', 7],
  ['uint32', id, '010', 8],
  ['uint32', id, '0o17', 15],
  ['uint32', id, '0x1F', 31],
  ['uint32', id, '0b11', 3],
  ['uint32', id, '1_000', 1000],
  ['uint32', id, '1.9', 1],
  ['uint32', id, '1e3', 1000],
  ['uint32', id, '4294967295', 4294967295],
  ['uint32', id, '4294967296', wrong],
  ['uint32', id, '-1', wrong],
  ['uint32', id, '"7"', wrong],
  ['uint32', id, 'seven', wrong],
  ['uint32', id, '.nan', wrong],
  ['uint32', id, '1:30', wrong],
  ['int', whole, '-0x1F', -31],
  ['int', whole, '0b-11', -3],
  ['int', whole, '-0.5', 0],
  ['int', whole, '9007199254740993', wrong],
  ['*uint32', optionalInteger(0, 9), '0', 0],
  ['Duration', duration, '1h30m0s', '1h30m0s'],
  ['Duration', duration, '"5m"', '5m'],
  ['Duration', duration, '0s', ''],
  ['Duration', duration, '90', wrong],
  ['Duration', duration, 'soon', wrong],
  ['[]string', list(text), '[a, ~, "~"]', ['a', '~']],
  ['[]string', list(text), '[]', []],
  ['[]string', list(text), 'a', wrong],
  [
    'map[string]string',
    map(text),
    '{b: 1, a: ~}',
    new Map([
      ['b', '1'],
      ['a', ''],
    ]),
  ],
  ['map[string]string', map(text), '{<<: a}', new Map([['<<', 'a']])],
  ['map[string]string', map(text), '[a]', wrong],
];

describe('decoding', () => {
  for (const [type, codec, source, value] of decoded) {
    const outcome = value === wrong ? 'is not a value' : 'is the value that yaml.v3 reads';
    it(`${source} ${outcome} for a Go ${type}`, () => {
      if (value === wrong) {
        assert.deepEqual(
          decode(codec, source, true).findings.map(({ kind, path }) => [kind, path]),
          [['wrong-type', 'top']],
        );
        assert.throws(() => decode(codec, source, false), codeIs('recipe-unreadable'));
      } else {
        assert.deepEqual(decode(codec, source, false), { value, findings: [] });
      }
    });
  }
});

interface Sample extends Block {
  readonly name: string;
  readonly size: number;
}

const sample = struct<Sample>({ name: always('the-name', text), size: optional('size', whole) });

describe('a struct', () => {
  it('leaves zero where a key is absent or null', () => {
    assert.deepEqual(decode(sample, '{size: ~}', false), { value: { name: '', size: 0 }, findings: [] });
  });

  it('reports an unknown key with its path', () => {
    assert.deepEqual(decode(list(sample), '[{the-name: a}, {name: b}]', false).findings, [
      { kind: 'unknown-key', path: 'top[1].name', detail: 'melange does not write this key' },
    ]);
  });

  it('takes names of object methods for unknown keys', () => {
    const { value, findings } = decode(sample, '{__proto__: {size: 3}, constructor: a, the-name: b}', false);
    assert.deepEqual(value, { name: 'b', size: 0 });
    assert.deepEqual(
      findings.map(({ path }) => path),
      ['top.__proto__', 'top.constructor'],
    );
  });

  it('stops at a hundred oddities', () => {
    const keys = Array.from({ length: 101 }, (_, index) => `k${index}: 1`);
    assert.throws(() => decode(sample, `{${keys.join(', ')}}`, true), codeIs('recipe-unreadable'));
  });
});

describe('a block', () => {
  it('is remembered even if all of it is zero', () => {
    assert.deepEqual(decode(block(sample), '{}', false).value, { name: '', size: 0, present: true });
    assert.deepEqual(decode(block(sample), '{size: 1}', false).value, { name: '', size: 1 });
  });

  it('is left out only if it was absent', () => {
    const codec = block(sample);
    assert.ok(codec.isZero({ name: '', size: 0 }));
    assert.ok(!codec.isZero({ name: '', size: 0, present: true }));
  });
});

function decode<V>(codec: Codec<V>, source: string, inert: boolean) {
  const findings: RecipeFinding[] = [];
  const node = parseYaml(Buffer.from(`top: ${source}\n`)).entries[0]?.[1] as Node;
  return { value: codec.decode(node, { path: 'top', inert, findings }), findings };
}

function codeIs(code: string): (error: unknown) => boolean {
  return (error) => error instanceof Failure && error.code === code;
}
