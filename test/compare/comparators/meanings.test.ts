import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { compareContent } from '../../../src/compare/comparators/comparators.ts';
import { defaultCompareLimits } from '../../../src/compare/compare-limits.ts';
import type { Part, PartMeaning } from '../../../src/compare/part.ts';
import { tarOf } from '../../support/apk-builder.ts';
import { elfOf } from '../../support/elf-builder.ts';
import { samples, zipOf } from '../../support/samples.ts';

/** What parts must say of themselves for code, whatever their places say to people. */
const cases: readonly (readonly [
  what: string,
  path: string,
  published: Uint8Array | string,
  rebuilt: Uint8Array | string,
  meaning: PartMeaning,
])[] = [
  ['a text among bytes', 'a.bin', bytes('the text AAAA'), bytes('the text BBBB'), textAt(40)],
  ['keys', 'a.json', '{"a":1,"b, c":2}', '{"b, c":2,"a":1}', order('keys', ['a', 'b, c'])],
  ['a list', 'a.json', '["a, b",2]', '[2,"a, b"]', order('items', ['"a, b"', '2'])],
  ['a set of Python', 'a.pyc', pyc('a', 'b'), pyc('b', 'a'), order('constants', ['"a"', '"b"'])],
  ['members', 'a.zip', zip('a', 'b'), zip('b', 'a'), order('members', ['a', 'b'])],
  ['the time of a member', 'a.zip', zipOf([['a', '', 33]]), zipOf([['a', '', 34]]), { kind: 'member-time' }],
  ['the owner of a member', 'a.tar', tar(1), tar(2), { kind: 'member-owner' }],
  [
    'the signature of a jar',
    'a.jar',
    zipOf([['META-INF/A.RSA', 'one', 33]]),
    zipOf([['META-INF/A.RSA', 'two', 33]]),
    { kind: 'jar-signature' },
  ],
  ['the input of gzip', 'a.gz', samples.gzip.published, samples.gzip.rebuilt, { kind: 'gzip-input' }],
  ['the compressor', 'a.gz', gzip(1), gzip(9), { kind: 'compressed-form' }],
  ['strings of DWARF', 'a.so', elf('.debug_str', 1), elf('.debug_str', 2), { kind: 'debug-strings' }],
  ['more of DWARF', 'a.so', elf('.debug_info', 1), elf('.debug_info', 2), { kind: 'debug-section' }],
];

function textAt(offset: number): PartMeaning {
  return { kind: 'text-at', offset };
}

function order(of: (PartMeaning & { kind: 'order' })['of'], names: readonly string[]): PartMeaning {
  return { kind: 'order', of, published: names, rebuilt: [...names].reverse() };
}

function bytes(text: string): Buffer {
  const all = Buffer.alloc(200, 0x80);
  all.write(text, 40);
  return all;
}

function zip(...names: string[]): Buffer {
  return zipOf(names.map((name) => [name, '', 33]));
}

function tar(uid: number): Buffer {
  return tarOf([{ name: 'a', uid }]);
}

function gzip(level: number): Buffer {
  const lines = Array.from({ length: 500 }, (_, index) => `line ${(index * 7919) % 613} of some text\n`);
  return gzipSync(lines.join(''), { level });
}

function elf(name: string, byte: number): Buffer {
  return elfOf([{ name, type: 1, bytes: Buffer.alloc(64, byte) }]);
}

/** A module of CPython 3.11 that consists of a set of two letters. */
function pyc(...letters: string[]): Buffer {
  const items = letters.map((letter) => Buffer.from(`z\x01${letter}`, 'latin1'));
  return Buffer.concat([
    Buffer.from('a70d0d0a', 'hex'),
    Buffer.alloc(12),
    Buffer.from('<\x02\0\0\0'),
    ...items,
  ]);
}

function meaningsOf(parts: readonly Part[]): PartMeaning[] {
  return parts.flatMap(({ meaning, children = [] }) => [
    ...(meaning === undefined ? [] : [meaning]),
    ...meaningsOf(children),
  ]);
}

describe('the meaning of parts', () => {
  for (const [what, path, published, rebuilt, expected] of cases) {
    it(`is given for ${what}`, async () => {
      const [left, right] = [Buffer.from(published), Buffer.from(rebuilt)];
      const found = meaningsOf(await compareContent(path, left, right, defaultCompareLimits));
      assert.ok(
        found.some((each) => JSON.stringify(each) === JSON.stringify(expected)),
        JSON.stringify(found),
      );
    });
  }

  it('holds no more of an order than its value shows', async () => {
    const names = Array.from({ length: 9 }, (_, index) => String(index).repeat(300));
    const json = (keys: readonly string[]) => Buffer.from(JSON.stringify(keys));
    const parts = await compareContent(
      'a.json',
      json(names),
      json([...names].reverse()),
      defaultCompareLimits,
    );
    const [meaning] = meaningsOf(parts);
    assert.ok(meaning?.kind === 'order');
    assert.ok(meaning.published.join('').length <= defaultCompareLimits.valueCharacters);
  });
});
