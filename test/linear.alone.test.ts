import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { superLinear } from './support/linear/regular-expressions.ts';
import { type Call, expressionsMadeBy, readSourceCode } from './support/linear/source-code.ts';

/** Expressions that are not linear, by the file and the bound of what they are given. */
const boundedText: Readonly<Record<string, string>> = {
  'emit/sbom/production/cpe.ts': 'names of at most 255 characters, which guessCpes sees to',
  'emit/sbom/production/license.ts': 'identifiers of the SPDX list, which are part of the program',
  'explain/causes/given-inputs.ts': 'words of at most 200 characters',
  'explain/fixes/fix-rules.ts': 'lines of at most 400 characters, which commandEditor sees to',
  'explain/fixes/shell-edits.ts': 'lines of at most 400 characters',
};

/** Expressions that are made of what is known only when they are used. */
const madeLate: Readonly<Record<string, string>> = {
  'claim/recipe-origin.ts': 'isTransformable bounds the text and the number of choices',
  'emit/dependencies/pkg-config-grammar.ts': 'called while the module is loaded, for its own table',
  'explain/causes/drawn-values.ts': 'called while the module is loaded, for its own table',
  'explain/causes/time-forms.ts': 'called while the module is loaded, for its own table',
  'explain/fixes/shell-edits.ts': 'called while fix-rules.ts is loaded, for its own table',
};

/** What takes any number of arguments of the language's own. */
const unbounded = /^(\.push|\.unshift|\.splice|\.concat|\.apply|Math\.\w+|String\.\w+|\.set)$/;

/** Lists whose first element is taken away: all others move up, so they must be short. */
const shifts: Readonly<Record<string, string>> = {
  'emit/deflate/pgzip-pool.ts': 'blocks that the threads work on',
  'emit/deflate/pgzip.ts': 'blocks that the threads work on',
  'emit/tar-writer.ts': 'leading dots of a path',
  'compare/content-comparison.ts': 'contents that are held at once',
  'compare/pool.ts': 'contents that a thread works on',
  'gateway/server.ts': 'the first bytes of a connection, put back into its stream',
};

const code = readSourceCode();
const fileOf = ({ place }: { readonly place: string }) => place.replace(/:\d+$/, '');

describe('the time that regular expressions take', () => {
  for (const [source, flags, expected] of [
    ['a+', '', undefined],
    ['^a+$', '', undefined],
    ['a+b', '', 'polynomial'],
    ['a+$', '', 'polynomial'],
    ['^a+a+$', '', 'polynomial'],
    ['(?:ab)+c', '', 'polynomial'],
    ['\\bls\\b.*x', '', 'polynomial'],
    ['^(?:a|a)+$', '', 'exponential'],
    ['^(?:a+)+$', '', 'exponential'],
    ['^(?:a|ab|b)*$', '', 'exponential'],
    ['^\\s*#', 'm', 'polynomial'],
    ['a(?!.*b)c', '', 'polynomial'],
    ['^(.+)\\1$', '', 'a back reference'],
    ['(?<=a+)b', '', 'an unbounded look behind'],
    ['a+b', 'y', undefined],
    ['^.*$', 'gm', undefined],
    ['[^a]a+b', '', undefined],
  ] as const) {
    it(`is decided for /${source}/${flags}: ${expected ?? 'linear'}`, () => {
      assert.equal(superLinear(source, flags), expected);
    });
  }

  it('is linear for every expression of the program', async () => {
    const made = await expressionsMadeBy([...new Set(code.constructed.map(fileOf))]);
    assert.ok(code.literals.length > 300 && made.length > 15);
    const offending = [...code.literals, ...made].flatMap((each) => {
      const why = fileOf(each) in boundedText ? undefined : superLinear(each.source, each.flags);
      return why === undefined ? [] : [`${each.place} /${each.source}/${each.flags}: ${why}`];
    });
    assert.deepEqual(offending, []);
  });

  it('is known beforehand: no expression is made of what is read', () => {
    assert.deepEqual(
      code.constructed.filter((each) => each.inFunction && !(fileOf(each) in madeLate)).map(shown),
      [],
    );
  });
});

describe('lists of any length', () => {
  it('are not spread into arguments', () => {
    assert.deepEqual(code.spreads.filter(({ callee }) => unbounded.test(callee)).map(shown), []);
  });

  it('are not copied to take one value more', () => {
    assert.deepEqual(
      code.calls.filter(({ callee, text }) => callee === '.set' && /\[\s*\.\.\./.test(text)).map(shown),
      [],
    );
  });

  it('do not give up their first element one by one', () => {
    const first = code.calls.filter(({ callee, text }) => /^\.(shift|unshift)$/.test(callee) && text !== '');
    assert.deepEqual(first.filter((each) => !(fileOf(each) in shifts)).map(shown), []);
  });
});

function shown({ place, text }: Call): string {
  return `${place} ${text.replace(/\s+/g, ' ')}`;
}
