import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseYaml } from '../../../src/claim/recipe/parse-yaml.ts';
import { Failure } from '../../../src/failure.ts';

const size = 1 << 20;

const hostile: readonly (readonly [name: string, source: string | Uint8Array])[] = [
  ['nothing', ''],
  ['text', 'package'],
  ['a list', '- package\n'],
  ['an unclosed bracket', 'package: [unclosed\n'],
  ['a tab as indentation', 'a:\n\tb: c\n'],
  ['a second document', 'a: b\n---\nc: d\n'],
  ['an alias', 'a: &x b\nc: *x\n'],
  ['an anchor without an alias', 'a: &x b\n'],
  ['an alias bomb', bomb()],
  ['an alias of itself', 'a: &x [*x]\n'],
  ['the same key twice', 'a: b\na: c\n'],
  ['the same key twice in one line', 'a: {b: c, "b": d}\n'],
  ['a key that is a list', '? [a]\n: b\n'],
  ['a tag that makes a number', 'a: !!int 7\n'],
  ['a tag that makes text', 'a: !!str 7\n'],
  ['a tag of a program', 'a: !ruby/object:Gem {}\n'],
  ['a tag without a name', 'a: ! b\n'],
  ['a tag on the top', '!!map\na: b\n'],
  ['binary data that is not base64', 'a: !!binary "?"\n'],
  ['binary data with loose ends', 'a: !!binary gB==\n'],
  ['NUL', 'a: b\0\n'],
  ['a terminal escape', 'a: \x1b[0m\n'],
  ['a carriage return', 'a: b\r\n'],
  ['a byte order mark', '\ufeffa: b\n'],
  ['a line separator', "a: 'b\u2028  c'\n"],
  ['half of a pair, escaped', 'a: "\\uDC80"\n'],
  ['bytes that are not UTF-8', Buffer.from('a: \xff\n', 'latin1')],
  ['more than a mebibyte', `a: ${'b'.repeat(size)}\n`],
  ['a mebibyte of brackets', '['.repeat(size)],
  ['a mebibyte of braces', '{a: '.repeat(size / 4)],
  ['a mebibyte of dashes', '- '.repeat(size / 2)],
  ['a mebibyte of commas', `[${','.repeat(size - 1)}`],
  ['a mebibyte of empty lines', '\n'.repeat(size)],
  ['a mebibyte of list items', '- a\n'.repeat(size / 4)],
  ['a mebibyte of keys', Array.from({ length: 100_000 }, (_, index) => `k${index}:\n`).join('')],
  ['nesting by indentation', Array.from({ length: 500 }, (_, depth) => `${' '.repeat(depth)}a:\n`).join('')],
];

describe('hostile YAML', () => {
  for (const [name, source] of hostile) {
    it(`is unreadable: ${name}`, () => {
      assert.throws(() => parseYaml(Buffer.from(source)), unreadable);
    });
  }

  it('fails with no other code, whatever the bytes are', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc
        .array(
          fc.constantFrom(
            'a',
            ': ',
            '\n',
            '  ',
            '- ',
            '? ',
            '[',
            ']',
            '{',
            '}',
            ',',
            '|',
            '>',
            '"',
            "'",
            '&a ',
            '*a',
            '!!x ',
            '#',
            '%',
          ),
        )
        .map((parts) => Buffer.from(parts.join(''))),
    );
    fc.assert(
      fc.property(bytes, (input) => {
        try {
          assert.equal(parseYaml(input).kind, 'mapping');
        } catch (error) {
          assert.ok(unreadable(error), String(error));
        }
      }),
    );
  });
});

describe('harmless YAML', () => {
  it('keeps a key named __proto__ as a key', () => {
    assert.deepEqual(parseYaml(Buffer.from('__proto__: {a: b}\n')).entries[0]?.[0], '__proto__');
  });

  it('distinguishes plain from quoted text', () => {
    const { entries } = parseYaml(Buffer.from('a: no\nb: "no"\nc:\nd: |-\n  no\n'));
    assert.deepEqual(
      entries.map(([, value]) => value.kind === 'scalar' && [value.text, value.plain]),
      [
        ['no', true],
        ['no', false],
        ['', true],
        ['no', false],
      ],
    );
  });
});

function bomb(): string {
  const levels = [...'abcdefghij'].map((name, index) => {
    const inner = index === 0 ? 'x' : `*${'abcdefghij'[index - 1]}`;
    return `${name}: &${name} [${Array(10).fill(inner).join(', ')}]\n`;
  });
  return levels.join('');
}

function unreadable(error: unknown): boolean {
  return error instanceof Failure && error.code === 'recipe-unreadable';
}
