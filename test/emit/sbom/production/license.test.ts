import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { declaredLicense, printedLicense } from '../../../../src/emit/sbom/production/license.ts';

describe('a licence', () => {
  const cases: readonly (readonly [text: string, expression: string, printed: string])[] = [
    ['MIT', 'MIT', 'MIT'],
    ['mit', 'MIT', 'MIT'],
    ['bsd-3-clause', 'BSD-3-Clause', 'BSD-3-Clause'],
    ['BSD3Clause', 'BSD-3-Clause', 'BSD-3-Clause'],
    ['GPL-2.0', 'GPL-2.0-only', 'GPL-2.0-only'],
    ['GPL-2', 'GPL-2.0-only', 'GPL-2.0-only'],
    ['LGPL-2.1+', 'LGPL-2.1-or-later', 'LGPL-2.1-or-later'],
    ['BSD-2-Clause-FreeBSD', 'BSD-2-Clause-Views', 'BSD-2-Clause-Views'],
    ['GPL-2.0 AND MIT', 'GPL-2.0 AND MIT', '(GPL-2.0 AND MIT)'],
    ['(MIT OR ISC)', '(MIT OR ISC)', '(MIT OR ISC)'],
    ['MIT AND (ISC OR 0BSD)', 'MIT AND (ISC OR 0BSD)', 'MIT AND (ISC OR 0BSD)'],
    ['LicenseRef-own', 'LicenseRef-own', 'LicenseRef-own'],
    ['MIT and ISC', '', 'LicenseRef-MIT-and-ISC'],
    ['Foo', '', 'LicenseRef-Foo'],
    ['MIT AND Foo', '', 'LicenseRef-MIT-AND-Foo'],
    ['ü/ü', '', 'LicenseRef----'],
  ];
  for (const [text, expression, printed] of cases) {
    it(`${JSON.stringify(text)} is printed as ${printed}`, () => {
      assert.deepEqual(declaredLicense(text), { expression, value: text });
      assert.equal(printedLicense(declaredLicense(text)), printed);
    });
  }

  it('keeps its white space in an expression and loses it in the value', () => {
    assert.deepEqual(declaredLicense(' MIT AND ISC '), { expression: ' MIT AND ISC ', value: 'MIT AND ISC' });
  });

  it('that is blank is not one', () => {
    for (const text of ['', '  ']) assert.equal(declaredLicense(text), undefined);
    assert.equal(printedLicense(undefined), 'NOASSERTION');
  });
});
