import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isLicenseExpression } from '../../../src/emit/sbom/license-expression.ts';

const validators = ['2.3.5', '2.4.0', '2.5.0', '2.6.0', '2.7.0'] as const;

/** Recorded from go-spdx's `ValidateLicenses`, one mark for each validator. */
const recorded: Readonly<Record<string, string>> = {
  MIT: '+++++',
  mit: '+++++',
  'GPL-2.0': '+++++',
  'GPL-2.0+': '+++++',
  Foo: '-----',
  'MIT AND Foo': '-----',
  '(MIT OR Apache-2.0) AND Zlib': '+++++',
  'MIT  AND  (Zlib)': '+++++',
  'GPL-2.0-or-later WITH Classpath-exception-2.0': '+++++',
  'Classpath-exception-2.0': '-----',
  'LicenseRef-x': '+++++',
  'LicenseRef-a_b': '-----',
  'DocumentRef-a:LicenseRef-b': '+++++',
  'LicenseRef-x WITH LLVM-exception': '-----',
  'Zlib-only': '+++++',
  'Apache-2.0-or-later': '+++++',
  // The character behind `-or-later` is lost where the list has no such id.
  '(Apache-2.0-or-later)': '-----',
  '(Apache-2.0-or-later))': '+++++',
  'Apache-2.0-or-later AND MIT': '+++++',
  // From v2.6.0 on, three words with `WITH` are looked up, not parsed.
  'Apache-2.0+ WITH LLVM-exception': '+++--',
  '(GPL-2.0-only WITH GCC-exception-3.1)': '+++--',
  'Apache-2.0 with LLVM-exception': '---++',
  'GPL-2.0+ WITH Classpath-exception-2.0': '+++++',
  'GPL-2.0-or-later WITH\tBison-exception-2.2': '---++',
  ' MIT ': '+++++',
  '\tMIT': '---++',
  'MIT+': '+++++',
  'MIT +': '-----',
  'MIT AND': '-----',
  'MIT ANDZlib': '+++++',
  '((MIT)': '-----',
  'MIT)': '-----',
  '': '-----',
  UnRAR: '-++++',
  'BOLA-1.1': '--+++',
  'MVT-1.1': '----+',
  'MIT WITH rsync-linking-exception': '-++++',
};

test('licence expressions are accepted as each version of go-spdx does', () => {
  for (const [text, marks] of Object.entries(recorded)) {
    const got = validators.map((validator) => (isLicenseExpression(text, validator) ? '+' : '-'));
    assert.equal(got.join(''), marks, text);
  }
});

test('ids of other alphabets are never accepted', () => {
  for (const text of ['MıT', 'Linux-man-pages-1-paraſ', '\ufeffMIT', 'MIT\u200b']) {
    for (const validator of validators) assert.equal(isLicenseExpression(text, validator), false, text);
  }
});

test('deep brackets and long texts neither overflow nor stall', () => {
  const deep = 100_000;
  assert.equal(isLicenseExpression(`${'('.repeat(deep)}MIT${')'.repeat(deep)}`, '2.7.0'), true);
  assert.equal(isLicenseExpression('Apache-2.0-or-later '.repeat(deep), '2.3.5'), false);
  assert.equal(isLicenseExpression(`${' '.repeat(deep)}x${' '.repeat(deep)}`, '2.7.0'), false);
});

test('whatever the grammar yields is accepted, but for exceptions in brackets from v2.6.0 on', () => {
  const { expression } = fc.letrec<{ expression: string }>((tie) => ({
    expression: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom('MIT', 'zlib', 'GPL-3.0+', 'LicenseRef-x', 'DocumentRef-a:LicenseRef-b'),
      fc.constant('GPL-2.0-only WITH GCC-exception-3.1'),
      tie('expression').map((inner) => `(${inner})`),
      fc
        .tuple(tie('expression'), fc.constantFrom(' AND ', ' OR '), tie('expression'))
        .map((parts) => parts.join('')),
    ),
  }));
  fc.assert(
    fc.property(expression, fc.constantFrom('2.3.5', '2.4.0', '2.5.0'), (text, validator) =>
      isLicenseExpression(text, validator),
    ),
  );
});
