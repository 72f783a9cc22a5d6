import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parsePackageLists } from '../../../src/emit/dependencies/pkg-config-grammar.ts';

describe('a list of packages', () => {
  const lists: [string, string, string[]][] = [
    ['loses its versions', 'Requires: a>=1.0,b  c', ['a', 'b', 'c']],
    ['knows five operators', 'Requires: a < 1 b <= 1 c = 1 d >= 1 e > 1', ['a', 'b', 'c', 'd', 'e']],
    ['takes what a version may not contain for a package', 'Requires: a = 1.0_rc1', ['a', '_rc1']],
    ['ends at a comment', 'Requires: a#b', ['a']],
    ['may be empty', 'Requires:\nLibs: -lx', []],
    ['may end with a comma', 'Requires: a, b,\n', ['a', 'b']],
    ['may have spaces before the colon', '\tRequires : a', ['a']],
    ['may end with a carriage return', 'Requires: a\r\nName: x', ['a']],
    ['is replaced by a later one', 'Requires: a\nRequires: b', ['b']],
  ];
  for (const [name, text, expected] of lists) {
    it(name, () => assert.deepEqual(parsePackageLists(text)?.get('Requires'), expected));
  }

  it('has one of four keywords, in their case', () => {
    const text =
      'Requires.private: a\nRequires.internal: b\nProvides: c\nrequires: d\nRequires.x: e\nRequiresX: f\n';
    assert.deepEqual(
      [...parsePackageLists(text)!],
      [
        ['Requires.private', ['a']],
        ['Requires.internal', ['b']],
        ['Provides', ['c']],
      ],
    );
  });
});

describe('a file', () => {
  const readable = [
    '',
    '\n \n',
    '# c # d',
    'a_b.C=x: y',
    'a=',
    'Name: a\u00a0b',
    `prefix = /usr\nLibs: \${x}/lib`,
    'Requires=a+',
  ];
  for (const text of readable) {
    it(`can be ${JSON.stringify(text)}`, () => assert.notEqual(parsePackageLists(text), undefined));
  }

  const unreadable = [
    'Requires: gtk+-3.0',
    'Requires: a:amd64',
    `Requires: \${x}`,
    `Requires: a >= \${x}`,
    'Requires: a != 2',
    'Requires: a == 2',
    'Requires: a \\\n b',
    'Requires: a,, b',
    'Requires: ,a',
    'Provides: a+b',
    'my-variable=1',
    'Name',
    'Name\n: x',
    '= x',
    '\ufeffName: x',
  ];
  for (const text of unreadable) {
    it(`cannot have ${JSON.stringify(text)}`, () => assert.equal(parsePackageLists(text), undefined));
  }

  it('of any text is parsed or refused, in linear time', () => {
    const token = fc.constantFrom(
      'Requires',
      ':',
      '=',
      ' ',
      '\n',
      '#',
      'a',
      ',',
      '>=',
      '<',
      '+',
      '\u2003',
      'é',
    );
    fc.assert(
      fc.property(fc.array(token, { maxLength: 60 }), (tokens) => void parsePackageLists(tokens.join(''))),
    );
    for (const unit of ['a', ' ', 'a ', 'Requires:', ',', '\n', 'a<']) {
      parsePackageLists(`Requires: ${unit.repeat(200_000)}`);
    }
  });
});
