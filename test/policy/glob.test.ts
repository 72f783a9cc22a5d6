import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { contains, type Glob, isForEverything, matches, parseGlob } from '../../src/policy/glob.ts';

const glob = (text: string): Glob => {
  const parsed = parseGlob(text);
  assert.ok(parsed !== undefined, text);
  return parsed;
};

describe('a pattern', () => {
  const cases: readonly (readonly [
    pattern: string,
    matching: readonly string[],
    others: readonly string[],
  ])[] = [
    ['zlib', ['zlib'], ['zlib2', 'xzlib', '']],
    ['zlib*', ['zlib', 'zlib-dev'], ['libz', 'zlib/dev']],
    ['py3.?-*', ['py3.1-x', 'py3.1-'], ['py3.10-x', 'py3./-x']],
    ['usr/share/*', ['usr/share/a', 'usr/share/'], ['usr/share/a/b']],
    ['usr/share/**', ['usr/share/a', 'usr/share/a/b'], ['usr/share']],
    ['**/RECORD', ['RECORD', 'a/RECORD', 'a/b/RECORD'], ['aRECORD', 'a/RECORD/b']],
    ['usr/**/x', ['usr/x', 'usr/a/x', 'usr/a/b/x'], ['usrx', 'usr/ax']],
    ['**.pyc', ['a.pyc', 'a/b.pyc'], ['a.py']],
    ['**/*.py?', ['a.pyc', 'a/b.pyo'], ['a/b.py']],
    ['a**b/**/c', ['ab/c', 'a/x/b/y/z/c'], ['a/c']],
  ];
  for (const [pattern, matching, others] of cases) {
    it(`${pattern} stands for ${matching.join(', ')}`, () => {
      for (const text of matching) assert.ok(matches(glob(pattern), text), text);
      for (const text of others) assert.ok(!matches(glob(pattern), text), text);
    });
  }

  it('is refused where it is empty, too long, or would mean something else elsewhere', () => {
    for (const text of ['', 'a'.repeat(257), '[ab]', '{a,b}', '!a', 'a\\*', '***', 'a\nb'])
      assert.equal(parseGlob(text), undefined, text);
  });

  it('names next to nothing where it fixes fewer than two letters', () => {
    for (const text of ['*', '**', '**/*', '?*', '*-*', 'a*', '**/*.c'])
      assert.ok(isForEverything(glob(text)), text);
    for (const text of ['zlib', 'go*', '**/*.pyc']) assert.ok(!isForEverything(glob(text)), text);
  });

  const pieces = fc.constantFrom('a', 'b', '/', '*', '**', '?', '**/');
  const patterns = fc
    .array(pieces, { minLength: 1, maxLength: 7 })
    .map((all) => parseGlob(all.join('')))
    .filter((each) => each !== undefined);
  const texts = fc.array(fc.constantFrom('a', 'b', '/'), { maxLength: 8 }).map((all) => all.join(''));

  /** Tries every way to split the text: slow and plain. */
  function matchesPlainly(pattern: string, text: string, before = ''): boolean {
    if (pattern === '') return text === '';
    const rest = Array.from({ length: text.length + 1 }, (_, at) => at);
    if (pattern.startsWith('**/') && (before === '' || before === '/')) {
      const behind = pattern.slice(3);
      return rest.some(
        (at) => (at === 0 || text[at - 1] === '/') && matchesPlainly(behind, text.slice(at), '/'),
      );
    }
    if (pattern.startsWith('**'))
      return rest.some((at) => matchesPlainly(pattern.slice(2), text.slice(at), '*'));
    if (pattern[0] === '*')
      return rest.some(
        (at) => !text.slice(0, at).includes('/') && matchesPlainly(pattern.slice(1), text.slice(at), '*'),
      );
    if (text === '' || (pattern[0] === '?' ? text[0] === '/' : text[0] !== pattern[0])) return false;
    return matchesPlainly(pattern.slice(1), text.slice(1), pattern[0]);
  }

  it('stands for the texts that a plain search finds', () => {
    fc.assert(
      fc.property(patterns, texts, (pattern, text) => {
        assert.equal(matches(pattern, text), matchesPlainly(pattern.text, text));
      }),
      { numRuns: 400 },
    );
  });

  it('that is said to contain a different one stands for every text of it', () => {
    fc.assert(
      fc.property(patterns, patterns, texts, (outer, inner, text) => {
        if (contains(outer, inner) && matches(inner, text))
          assert.ok(matches(outer, text), `${outer.text} ${inner.text}`);
      }),
      { numRuns: 600 },
    );
    for (const [outer, inner] of [
      ['zlib*', 'zlib-*'],
      ['usr/**', 'usr/share/*'],
      ['**/*.pyc', 'usr/lib/*.pyc'],
      ['*', '?'],
    ])
      assert.ok(contains(glob(outer!), glob(inner!)), `${outer} ${inner}`);
    for (const [outer, inner] of [
      ['zlib-*', 'zlib*'],
      ['usr/*', 'usr/**'],
      ['?', '*'],
    ])
      assert.ok(!contains(glob(outer!), glob(inner!)), `${outer} ${inner}`);
  });
});
