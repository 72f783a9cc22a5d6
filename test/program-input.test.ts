import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { startProcess } from '../src/process.ts';
import { ownInput, programBounds, programInput } from '../src/program-input.ts';
import { codeOf, failure } from './support/failures.ts';

const most = programBounds.stringBytes;
const faultOf = (argv: readonly string[], env: readonly (readonly [string, string])[] = []) => {
  const input = programInput(argv, new Map(env));
  return 'fault' in input ? input.fault : undefined;
};

describe('what a program can be given', () => {
  const cases: [
    what: string,
    argv: readonly string[],
    env: readonly (readonly [string, string])[],
    fits: boolean,
  ][] = [
    ['nothing', [], [], true],
    ['an empty argument', [''], [], true],
    ['a zero byte in an argument', ['a', 'b\0'], [], false],
    ['a zero byte in a name', [], [['a\0', '']], false],
    ['a zero byte in a value', [], [['a', '\0']], false],
    ['no name', [], [['', 'a']], false],
    ['a = in a name', [], [['a=', 'b']], false],
    ['a = in a value', [], [['a', '=b=']], true],
    ['the longest argument', ['x'.repeat(most - 1)], [], true],
    ['an argument that is too long', ['x'.repeat(most)], [], false],
    ['one that is too long in bytes', ['é'.repeat(most / 2)], [], false],
    ['as many raw bytes as fit', ['\udcff'.repeat(most - 1)], [], true],
    ['the longest variable', [], [['a', 'x'.repeat(most - 3)]], true],
    ['a variable that is too long', [], [['a', 'x'.repeat(most - 2)]], false],
    [
      'more than the kernel takes together',
      Array.from({ length: 17 }, () => 'x'.repeat(most - 1)),
      [],
      false,
    ],
  ];
  for (const [what, argv, env, fits] of cases) {
    it(`${fits ? 'takes' : 'does not take'} ${what}`, () =>
      assert.equal(faultOf(argv, env) === undefined, fits));
  }

  it('is what the machine’s kernel takes, to the byte', { skip: process.platform !== 'linux' }, () => {
    const run = (length: number) =>
      execFileSync('/bin/echo', ['-n', 'x'.repeat(length)], { maxBuffer: 2 * most }).length;
    assert.equal(run(most - 1), most - 1);
    assert.throws(() => run(most), { code: 'E2BIG' });
  });

  it('keeps what it takes as it is', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'binary' })),
        fc.array(fc.tuple(fc.string(), fc.string())),
        (argv, env) => {
          const input = programInput(argv, new Map(env));
          if ('fault' in input) return;
          assert.deepEqual([input.argv, [...input.env]], [argv, [...new Map(env)]]);
          assert.equal(
            [...argv, ...env.flat()].some((text) => text.includes('\0')),
            false,
          );
        },
      ),
    );
  });

  it('is a defect of ours where our own values are not', () => {
    assert.throws(() => ownInput(['\0']), failure('internal'));
  });
});

describe('a program that is started with what none can be given', {
  skip: process.platform !== 'linux',
}, () => {
  for (const [what, argument] of [
    ['a zero byte', 'a\0b'],
    ['128 KiB', 'x'.repeat(most)],
  ] as const) {
    it(`says nothing about the machine: ${what}`, async () => {
      assert.equal(await codeOf(() => startProcess('/bin/echo', [argument], { env: {} })), 'unsupported');
    });
  }

  it('is unavailable where it is not installed', async () => {
    assert.equal(await codeOf(() => startProcess('/nothing', [], { env: {} })), 'sandbox-unavailable');
  });
});
