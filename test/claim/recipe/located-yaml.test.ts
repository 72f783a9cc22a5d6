import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseLocatedYaml } from '../../../src/claim/recipe/parse-yaml.ts';

const parse = (text: string) => parseLocatedYaml(Buffer.from(text));

describe('YAML that people write', () => {
  it('has the place and the value of every node', () => {
    const top = parse('a: 1\n# why\nb: [x, "7"]\nc:\n  d: yes\n  e:\n');
    assert.ok(top.kind === 'mapping');
    const [a, b, c] = top.entries;
    assert.deepEqual(a!.value, { kind: 'scalar', at: { line: 1, column: 4 }, text: '1', value: 1 });
    assert.ok(b!.value.kind === 'sequence');
    assert.deepEqual(b!.value.items[1], {
      kind: 'scalar',
      at: { line: 3, column: 8 },
      text: '7',
      value: '7',
    });
    assert.ok(c!.value.kind === 'mapping');
    const [d, e] = c!.value.entries;
    assert.deepEqual(d!.value, { kind: 'scalar', at: { line: 5, column: 6 }, text: 'yes', value: 'yes' });
    assert.equal(e!.value.kind === 'scalar' && e!.value.value, null);
  });

  const faults: readonly (readonly [text: string, line: number, column: number])[] = [
    ['a: b: c', 1, 4],
    ['a: &x 1\nb: *x', 1, 7],
    ['b: *x', 1, 4],
    ['a: 1\nb: 2\na: 3', 3, 1],
    ['- 1\n---\n- 2', 2, 1],
    ['a: !!str 1', 1, 10],
    ['a:\n  - "\\ud800"', 2, 5],
    ['k: \u0001', 1, 4],
    ['a: 1\n? [x]\n: 1', 2, 3],
    ['a: [1, 2', 1, 9],
    ['['.repeat(100), 1, 1],
    [`a: [${'1, '.repeat(120_000)}1]`, 1, 1],
    [`a: ${'x'.repeat(2 ** 20)}`, 1, 1],
  ];
  for (const [text, line, column] of faults) {
    it(`is refused with the place: ${JSON.stringify(text.slice(0, 30))}`, () => {
      const found = parse(text);
      assert.equal(found.kind, 'fault');
      assert.deepEqual(found.at, { line, column });
    });
  }

  it('that is empty is nothing', () => {
    for (const text of ['', '# only a comment\n'])
      assert.deepEqual(parse(text), { kind: 'scalar', at: { line: 1, column: 1 }, text: '', value: null });
  });
});
