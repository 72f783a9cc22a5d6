import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encodeBytes } from '../../../src/bytes.ts';
import { parseYaml } from '../../../src/claim/recipe/parse-yaml.ts';
import { renderYaml } from '../../../src/claim/recipe/render-yaml.ts';
import type { Mapping } from '../../../src/claim/recipe/yaml-node.ts';

/** A quirk, the text, and what gopkg.in/yaml.v3 v3.0.1 writes after `key:` (recorded). */
const scalars: readonly (readonly [quirk: string, text: string, yaml: string])[] = [
  ['a word is plain', 'hello', ' hello\n'],
  ['a version with three parts is plain', '1.2.3', ' 1.2.3\n'],
  ['a version with two parts is a float', '4.11', ' "4.11"\n'],
  ['an integer is quoted', '7', ' "7"\n'],
  ['an octal number is quoted', '0755', ' "0755"\n'],
  ['08 is a float', '08', ' "08"\n'],
  ['a new octal number is quoted', '0o17', ' "0o17"\n'],
  ['a hexadecimal number is quoted', '0x1F', ' "0x1F"\n'],
  ['a binary number is quoted', '0b11', ' "0b11"\n'],
  ['a sign may follow the binary prefix', '0b-11', ' "0b-11"\n'],
  ['underscores in numbers are skipped', '1_000', ' "1_000"\n'],
  ['a number may end in an underscore', '1e5_', ' "1e5_"\n'],
  ['a leading underscore is text', '_1', ' _1\n'],
  ['an underscore at the end of a fraction is text', '.9_', ' .9_\n'],
  ['a number out of range is text', '1e400', ' 1e400\n'],
  ['a hexadecimal number out of range is text', '0x1ffffffffffffffff', ' 0x1ffffffffffffffff\n'],
  ['a large decimal number is a float', '99999999999999999999', ' "99999999999999999999"\n'],
  ['a fraction is quoted', '.5', ' ".5"\n'],
  ['a trailing dot is a float', '1.', ' "1."\n'],
  ['infinity is quoted', '.inf', ' ".inf"\n'],
  ['not a number is quoted', '.nan', ' ".nan"\n'],
  ['a commit of digits with one e is quoted', '1234e56', ' "1234e56"\n'],
  ['digits that end in e are text', '1e', ' 1e\n'],
  ['base 60 is quoted', '1:30', ' "1:30"\n'],
  ['a date is quoted', '2001-01-01', ' "2001-01-01"\n'],
  ['a day that does not exist is text', '2001-02-30', ' 2001-02-30\n'],
  ['a time is quoted', '2001-01-01T10:20:30Z', ' "2001-01-01T10:20:30Z"\n'],
  ['several spaces may precede the time', '2001-01-01   10:20:30', ' "2001-01-01   10:20:30"\n'],
  ['no text is quoted', '', ' ""\n'],
  ['a tilde is quoted', '~', ' "~"\n'],
  ['null is quoted', 'Null', ' "Null"\n'],
  ['true is quoted', 'TRUE', ' "TRUE"\n'],
  ['odd capitals are text', 'tRUE', ' tRUE\n'],
  ['an old boolean is quoted', 'y', ' "y"\n'],
  ['another old boolean is quoted', 'off', ' "off"\n'],
  ['the merge key is plain', '<<', ' <<\n'],
  ['an equals sign is plain', '=', ' =\n'],
  ['a comma inside', 'a,b', ' a,b\n'],
  ['a leading comma', ',a', " ',a'\n"],
  ['a leading bracket', '[a', " '[a'\n"],
  ['a closing bracket inside', 'a]', ' a]\n'],
  ['a closing brace in front', '}', " '}'\n"],
  ['the start of a variable is plain', '${{package.name', ' ${{package.name\n'],
  ['a leading quote', "'a", " '''a'\n"],
  ['quotes inside', '"x86_64" == \'x86_64\'', " '\"x86_64\" == ''x86_64'''\n"],
  ['an asterisk alone', '*', " '*'\n"],
  ['an at sign', '@a', " '@a'\n"],
  ['a backquote', '`a`', " '`a`'\n"],
  ['a percent sign', '%a', " '%a'\n"],
  ['a dash and a letter', '-a', ' -a\n'],
  ['a dash and a space', '- a', " '- a'\n"],
  ['a dash alone', '-', " '-'\n"],
  ['a question mark and a letter', '?a', ' ?a\n'],
  ['a colon in front', '::a', ' ::a\n'],
  ['a colon inside', 'a:b', ' a:b\n'],
  ['a colon and a space', 'a: b', " 'a: b'\n"],
  ['a trailing colon', 'a:', " 'a:'\n"],
  ['a hash inside', 'a#b', ' a#b\n'],
  ['a space and a hash', 'a #b', " 'a #b'\n"],
  ['a document start', '---a', " '---a'\n"],
  ['a document end', '...', " '...'\n"],
  ['a leading space', ' a', " ' a'\n"],
  ['a trailing space', 'a ', " 'a '\n"],
  ['a tab', 'a\tb', ' "a\\tb"\n'],
  ['NUL', 'a\0b', ' "a\\0b"\n'],
  ['escape', '\x1b[0m', ' "\\e[0m"\n'],
  ['a carriage return', 'a\rb', ' "a\\rb"\n'],
  ['a next line', 'a\u0085b', ' "a\\Nb"\n'],
  ['delete', '\u007f', ' "\\x7F"\n'],
  ['a C1 control', '\u0080', ' "\\x80"\n'],
  ['a no-break space is literal', 'a\u00a0b', ' a\u00a0b\n'],
  ['a letter of another script is literal', '日本', ' 日本\n'],
  ['beyond U+FFFF', '🎉 x', ' "\\U0001F389 x"\n'],
  ['a byte order mark inside', 'a\ufeffb', ' "a\\uFEFFb"\n'],
  ['a byte order mark in front escapes all', '\ufeffA b"é', ' "\\uFEFF\\x41\\x20\\x62\\"\\xE9"\n'],
  ['a non-character', '\uffff', ' "\\uFFFF"\n'],
  ['a line separator', 'a\u2028b', " 'a\u2028  b'\n"],
  ['a line separator after a space', 'a \u2028b', ' "a \\Lb"\n'],
  ['one line with its newline', 'a\n', ' |\n  a\n'],
  ['two lines without a final newline', 'a\nb', ' |-\n  a\n  b\n'],
  ['a blank line at the end', 'a\n\n', ' |+\n  a\n\n'],
  ['an empty line inside', 'a\n\nb\n', ' |\n  a\n\n  b\n'],
  ['a first line that is indented', '  a\nb\n', ' |2\n    a\n  b\n'],
  ['a first line that starts with a tab', '\ta\nb\n', ' |\n  \ta\n  b\n'],
  ['a leading newline is lost', '\na\n', ' |2\n  a\n'],
  ['one of two leading newlines is lost', '\n\na\n', ' |2\n\n  a\n'],
  ['a leading newline without a final one', '\na', ' |2-\n  a\n'],
  ['a lone newline', '\n', ' |2+\n'],
  ['two newlines', '\n\n', ' |2+\n\n'],
  ['a trailing space in a block', 'a \nb\n', ' "a \\nb\\n"\n'],
  ['a space at the very end of a block', 'a\nb ', ' "a\\nb "\n'],
  ['beyond U+FFFF in a block', 'a\n🎉\n', ' "a\\n\\U0001F389\\n"\n'],
  ['a tab in a block', 'a\tb\nc\n', ' |\n  a\tb\n  c\n'],
  ['quotes and backslashes without a block', 'a \n"\\', ' "a \\n\\"\\\\"\n'],
  ['a line separator in a block', 'a\nb\u2028c', ' |-\n  a\n  b\u2028  c\n'],
  ['a byte that is not UTF-8', '\udc80\x02', ' !!binary gAI=\n'],
  [
    'many bytes that are not UTF-8',
    '\udcff'.repeat(60),
    ' !!binary |\n  //////////////////////////////////////////////////////////////////////\n  //////////\n',
  ],
];

describe('the style of a scalar', () => {
  for (const [quirk, text, yaml] of scalars) {
    const document = mapping('key', text);
    it(`is that of yaml.v3: ${quirk}`, () => {
      assert.equal(renderYaml(document), `key:${yaml}`);
    });
    // A raw line separator is refused: the `yaml` package would read its indentation as text.
    if (yaml.includes('\u2028')) continue;
    it(`is undone by reading: ${quirk}`, () => {
      const entry = parseYaml(encodeBytes(renderYaml(document))).entries[0];
      assert.deepEqual(entry?.[1].kind === 'scalar' && entry[1].text, text);
    });
  }
});

/** The key and what yaml.v3 writes for it with the value `v` (recorded). */
const keys: readonly (readonly [quirk: string, key: string, yaml: string])[] = [
  ['a word', 'a', 'a: v\n'],
  ['a number', '7', '"7": v\n'],
  ['an old boolean', 'on', '"on": v\n'],
  ['no text', '', '"": v\n'],
  ['128 bytes', 'x'.repeat(128), `${'x'.repeat(128)}: v\n`],
  ['129 bytes', 'x'.repeat(129), `? ${'x'.repeat(129)}\n: v\n`],
  ['128 bytes in fewer letters', 'é'.repeat(64), `${'é'.repeat(64)}: v\n`],
  ['130 bytes in fewer letters', 'é'.repeat(65), `? ${'é'.repeat(65)}\n: v\n`],
  ['a line break', 'a\nb', '? |-\n  a\n  b\n: v\n'],
  ['a final line break', 'a\n', '? |\n  a\n: v\n'],
  ['a carriage return', 'a\rb', '? "a\\rb"\n: v\n'],
  ['a byte that is not UTF-8', '\udc80', '!!binary gA==: v\n'],
];

describe('the style of a key', () => {
  for (const [quirk, key, yaml] of keys) {
    it(`is that of yaml.v3: ${quirk}`, () => {
      const document = mapping(key, 'v');
      assert.equal(renderYaml(document), yaml);
      assert.deepEqual(parseYaml(encodeBytes(yaml)).entries[0]?.[0], key);
    });
  }

  it('lets a mapping begin on the line of the long form', () => {
    const value = mapping('inner', 'w');
    const document: Mapping = { kind: 'mapping', entries: [['a\nb', value]] };
    assert.equal(renderYaml(document), '? |-\n  a\n  b\n: inner: w\n');
  });
});

describe('a line separator at the end of a block', () => {
  it('is followed by the next key on the same line', () => {
    const entries = [...mapping('a', 'x\n\u2028').entries, ...mapping('b', 'z').entries];
    assert.equal(renderYaml({ kind: 'mapping', entries }), 'a: |+\n  x\n\u2028b: z\n');
  });
});

function mapping(key: string, text: string): Mapping {
  return { kind: 'mapping', entries: [[key, { kind: 'scalar', text, plain: false }]] };
}
