import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compareContent } from '../../../src/compare/comparators/comparators.ts';
import { defaultCompareLimits } from '../../../src/compare/compare-limits.ts';
import type { Part } from '../../../src/compare/part.ts';
import { type NamedCode, programOf } from '../../support/elf-builder.ts';

const ret = [0xc3];
const one: NamedCode = { name: 'one', code: [0xb8, 1, 0, 0, 0, ...ret] };
const two: NamedCode = { name: 'two', code: [0xb8, 2, 0, 0, 0, ...ret] };

async function inText(
  published: readonly NamedCode[],
  rebuilt: readonly NamedCode[],
): Promise<readonly Part[]> {
  const parts = await compareContent('a', programOf(published), programOf(rebuilt), defaultCompareLimits);
  const text = parts.find(({ place }) => place === 'section .text');
  return (text?.children ?? []).filter(({ place }) => place !== 'size');
}

describe('machine code by function', () => {
  it('names the function that differs, with its code on both sides', async () => {
    const [part, ...others] = await inText([one, two], [one, { ...two, code: [0xb8, 3, 0, 0, 0, ...ret] }]);
    assert.deepEqual([part?.place, others], ['function two', []]);
    const meaning = part?.meaning;
    assert.ok(meaning?.kind === 'function');
    const { code } = meaning;
    assert.deepEqual([code.machine, code.bits, [...code.published][1], [...code.rebuilt][1]], [62, 64, 2, 3]);
  });

  it('takes no function for another one that moved', async () => {
    const longer = { ...one, code: [0x90, ...one.code] };
    assert.deepEqual(
      (await inText([one, two], [longer, two])).map(({ place }) => place),
      ['function one'],
    );
  });

  it('shows functions of unlike lengths first: calls differ wherever code moved', async () => {
    const [calling, called] = [
      { ...one, code: [0xe8, 1, 0, 0, 0] },
      { ...one, code: [0xe8, 2, 0, 0, 0] },
    ];
    const places = await inText([calling, two], [called, { ...two, code: [0x90, ...two.code] }]);
    assert.deepEqual(
      places.map(({ place }) => place),
      ['function two', 'function one'],
    );
  });

  it('says which functions only one side has, and what differs between functions', async () => {
    const padded = (code: number) => ({ name: '', code: [code, code, code] });
    const parts = await inText([one, padded(0x90)], [two, padded(0xcc)]);
    assert.deepEqual(
      parts.map(({ place, kind }) => [place, kind]),
      [
        ['function one', 'missing'],
        ['function two', 'extra'],
        ['between functions', 'inside'],
      ],
    );
  });

  it('lists no more than is allowed, and says so', async () => {
    const many = (value: number) =>
      Array.from({ length: 40 }, (_, at) => ({ name: `f${at}`, code: [0xb8, value, 0, 0, 0, ...ret] }));
    const limits = { ...defaultCompareLimits, parts: 10 };
    const parts = await compareContent('a', programOf(many(1)), programOf(many(2)), limits);
    const found = parts.find(({ place }) => place === 'section .text')?.children ?? [];
    assert.ok(found.filter(({ kind }) => kind === 'inside').length < 10);
    assert.match(found.at(-1)?.note ?? '', /\d+ more parts not listed/);
  });
});
