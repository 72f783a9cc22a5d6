import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { conditionHolds } from '../../src/melange/condition.ts';
import { codeOf, failure } from '../support/failures.ts';

const [T, F] = ["'a' == 'a'", "'a' == 'b'"];
const variable = (name: string): string => `$\u007b{${name}}}`;
/** `T` and `F` stand for comparisons that hold and that do not. */
const spelled = (text: string): string => text.replace(/[TF]/g, (letter) => (letter === 'T' ? T : F));

test('both grammars agree on the plain cases', () => {
  const cases: [text: string, holds: boolean][] = [
    ['', true],
    [T, true],
    [F, false],
    ["'a' != 'b'", true],
    ['"a" == \'a\'', true],
    [`"it's" == 'it\\'s'`, true],
    ["''==''", true],
    ["  'a'\t==\n'a'\r ", true],
    [`${variable('options.x.enabled')} == ''`, true],
    [`${variable(' a-b_C.9 ')} != 'x'`, true],
    [`'${'$'}{{a}}' == "${'$'}{{a}}"`, true],
    [spelled('T && F'), false],
    [spelled('F || T'), true],
    [spelled('(T && F) || T'), true],
    [spelled('T && T && T'), true],
    [spelled('T && T && F'), false],
    ["'a(b' == 'a(b'", true],
    ["'é' == 'é'", true],
  ];
  for (const grammar of ['left-to-right', 'and-of-pairs'] as const) {
    for (const [text, holds] of cases)
      assert.equal(conditionHolds(text, grammar), holds, `${grammar}: ${text}`);
  }
});

test('where operators are mixed or grouped the grammars differ as melange did', () => {
  const cases: [text: string, now: boolean | 'error', before: boolean | 'error'][] = [
    ['T || T && F', false, false],
    ['T || F || F', true, false],
    ['F && F || T', true, false],
    ['T || F && T || F', true, true],
    ['F || F || T || T', true, false],
    ['(T)', true, 'error'],
    ['((T)) && T', true, 'error'],
    ['T && (T)', true, 'error'],
    ['(T) && T', true, true],
    ['(T) && (T)', true, true],
    ['(T) && (T) && (T)', true, 'error'],
    ['(T) || (F) || F', true, false],
    // What is behind a group is one chain of its own: (T) || (F || F) is T.
    ['(T) || F || F', true, true],
    ['(F) || T && F', false, false],
    ['(F) || T || F && F', false, false],
    ['(F || T && T) && T', true, true],
    // An operator with nothing behind it was lost.
    ['T &&', 'error', true],
    ['F ||', 'error', false],
    ['(T &&) || F', 'error', true],
    ['T && && F', 'error', false],
    ['T || || (F)', 'error', true],
  ];
  for (const [text, now, before] of cases) {
    for (const [grammar, expected] of [
      ['left-to-right', now],
      ['and-of-pairs', before],
    ] as const) {
      const run = () => conditionHolds(spelled(text), grammar);
      if (expected === 'error') assert.throws(run, failure('recipe-unreadable'), `${grammar}: ${text}`);
      else assert.equal(run(), expected, `${grammar}: ${text}`);
    }
  }
});

test('escapes are those of each grammar', () => {
  const cases: [text: string, now: boolean, before: boolean][] = [
    [`'\\n' == '\n'`, true, false],
    [`'\\n' == 'n'`, false, true],
    [`'\\t' == 't'`, false, true],
    [`'\\x' == 'x'`, false, true],
    [`'\\x' == '\\\\x'`, true, false],
    [`'\\\\' == "\\\\"`, true, true],
    [`"\\"" == '"'`, true, true],
    [`'\\u0041' == 'A'`, false, true],
    [`'\\u0041' == '\\\\u0041'`, true, false],
  ];
  for (const [text, now, before] of cases) {
    assert.equal(conditionHolds(text, 'left-to-right'), now, text);
    assert.equal(conditionHolds(text, 'and-of-pairs'), before, text);
  }
  assert.throws(() => conditionHolds(`'\\u00' == ''`, 'and-of-pairs'), failure('recipe-unreadable'));
});

test('what neither grammar has cannot be read', () => {
  const cases = [
    ' ',
    'true',
    "'a'",
    "'a' ==",
    "== 'a'",
    "'a' = 'a'",
    "'a' == a",
    `${T} ${T}`,
    `${T} x`,
    `${T})`,
    `(${T}`,
    '()',
    `!(${F})`,
    `not ${F}`,
    `'a == 'a'`,
    "'a' == 'a\\",
    `${variable('')} == ''`,
    `${variable('a b')} == ''`,
    `${variable('a').slice(0, -1)} == ''`,
    `${T} and ${T}`,
    `${T} & ${T}`,
    `${T}; ${T}`,
    `'a' == 'a' == 'a'`,
  ];
  for (const grammar of ['left-to-right', 'and-of-pairs'] as const) {
    for (const text of cases) {
      assert.throws(() => conditionHolds(text, grammar), failure('recipe-unreadable'), `${grammar}: ${text}`);
    }
  }
});

test('a condition of any depth and length ends, in a value or a failure', async () => {
  const cases = [
    `${'('.repeat(100_000)}${T}${')'.repeat(100_000)}`,
    `${'('.repeat(60)}${T}${')'.repeat(60)}`,
    Array.from({ length: 20_000 }, () => T).join(' || '),
    `'${'x'.repeat(8_000_000)}' == 'x'`,
    `'${'\\x'.repeat(2_000_000)}`,
    ' '.repeat(1_000_000),
  ];
  for (const grammar of ['left-to-right', 'and-of-pairs'] as const) {
    for (const text of cases) {
      const code = await codeOf(() => conditionHolds(text, grammar));
      assert.ok(code === undefined || code === 'recipe-unreadable', code);
    }
  }
});

type Tree = boolean | { readonly left: Tree; readonly sign: '&&' | '||'; readonly right: Tree };

test('left to right is what a reader who knows no precedence computes', () => {
  const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 5 },
      fc.boolean(),
      fc.record({
        left: tie('tree'),
        sign: fc.constantFrom('&&' as const, '||' as const),
        right: tie('tree'),
      }),
    ),
  }));
  const textOf = (each: Tree): string =>
    typeof each === 'boolean'
      ? each
        ? T
        : F
      : `(${textOf(each.left)}) ${each.sign} (${textOf(each.right)})`;
  const holdsIn = (each: Tree): boolean => {
    if (typeof each === 'boolean') return each;
    const [left, right] = [holdsIn(each.left), holdsIn(each.right)];
    return each.sign === '&&' ? left && right : left || right;
  };
  fc.assert(
    fc.property(tree, (each) => assert.equal(conditionHolds(textOf(each), 'left-to-right'), holdsIn(each))),
  );
});

test('any text gives a value or a failure', async () => {
  const piece = fc.constantFrom(
    "'a'",
    '"b"',
    '==',
    '!=',
    '&&',
    '||',
    '(',
    ')',
    ' ',
    variable('x'),
    "'",
    '\\',
    'x',
    '\n',
  );
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 20 }), async (pieces) => {
      for (const grammar of ['left-to-right', 'and-of-pairs'] as const) {
        const code = await codeOf(() => conditionHolds(pieces.join(''), grammar));
        assert.ok(code === undefined || code === 'recipe-unreadable', code);
      }
    }),
    { numRuns: 500 },
  );
});
