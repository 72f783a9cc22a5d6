import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { compareSbomElements, type SbomDifference } from '../../src/compare/sbom-elements.ts';

const bytes = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));

const element = (SPDXID: string, more: object = {}) => ({ SPDXID, name: SPDXID, ...more });
const relation = (spdxElementId: string, relatedSpdxElement: string) => ({
  spdxElementId,
  relatedSpdxElement,
  relationshipType: 'CONTAINS',
});
const base = {
  name: 'doc',
  packages: [element('a'), element('b', { externalRefs: ['x', 'y'] })],
  relationships: [relation('a', 'b'), relation('b', 'a')],
};

describe('two SBOMs element by element', () => {
  const cases: readonly (readonly [what: string, published: object, expected: readonly SbomDifference[]])[] =
    [
      [
        'a member of an element',
        { ...base, packages: [element('a', { name: 'c' }), base.packages[1]] },
        [{ kind: 'member', element: 'a', member: 'name', published: '"c"', rebuilt: '"a"' }],
      ],
      [
        'a member that only one side has',
        { ...base, packages: [element('a', { supplier: 's' }), base.packages[1]] },
        [{ kind: 'member', element: 'a', member: 'supplier', published: '"s"' }],
      ],
      [
        'an item of a list, and only that',
        { ...base, packages: [base.packages[0], element('b', { externalRefs: ['y'] })] },
        [{ kind: 'member', element: 'b', member: 'externalRefs', rebuilt: '["x"]' }],
      ],
      [
        'the order of a list',
        { ...base, packages: [base.packages[0], element('b', { externalRefs: ['y', 'x'] })] },
        [{ kind: 'order', element: 'b', member: 'externalRefs' }],
      ],
      [
        'the order of elements',
        { ...base, packages: [...base.packages].reverse() },
        [{ kind: 'order', element: 'b', member: 'packages' }],
      ],
      [
        'a relationship',
        { ...base, relationships: [relation('a', 'b')] },
        [
          {
            kind: 'only-rebuilt',
            element: 'b',
            member: 'relationships',
            rebuilt: '{"relatedSpdxElement":"a","relationshipType":"CONTAINS","spdxElementId":"b"}',
          },
        ],
      ],
      [
        'the head',
        { ...base, name: 'other' },
        [
          {
            kind: 'member',
            element: 'SPDXRef-DOCUMENT',
            member: 'name',
            published: '"other"',
            rebuilt: '"doc"',
          },
        ],
      ],
      [
        'an element with its relationships, told once',
        {
          ...base,
          packages: [...base.packages, element('c')],
          relationships: [...base.relationships, relation('a', 'c')],
        },
        [
          {
            kind: 'only-published',
            element: 'c',
            member: 'packages',
            published: '{"SPDXID":"c","name":"c"}',
          },
        ],
      ],
    ];
  for (const [what, published, expected] of cases) {
    it(`tell ${what}`, () => assert.deepEqual(compareSbomElements(bytes(published), bytes(base)), expected));
  }

  it('distinguish what a scan found from the record of the package itself', () => {
    const found = element('c', { sourceInfo: 'acquired package info from somewhere: /usr/lib/METADATA' });
    const record = element('d', { sourceInfo: 'acquired package info from APK DB: /.PKGINFO' });
    const published = { ...base, packages: [...base.packages, found, record] };
    assert.deepEqual(
      compareSbomElements(bytes(published), bytes(base)).map(({ kind, element: id }) => [kind, id]),
      [
        ['unregenerated', 'c'],
        ['only-published', 'd'],
      ],
    );
  });

  it('show a different form where every value is the same', () => {
    const indented = Buffer.from(JSON.stringify(base, undefined, 1));
    assert.deepEqual(compareSbomElements(indented, bytes(base)), [
      { kind: 'form', element: 'SPDXRef-DOCUMENT' },
    ]);
  });

  it('show an element that occurs twice', () => {
    const published = { ...base, packages: [...base.packages, element('a')] };
    const [only, ...more] = compareSbomElements(bytes(published), bytes(base));
    assert.deepEqual([only?.kind, only?.element, more.length], ['only-published', 'a', 0]);
  });

  it('show nothing where one side is missing, equal or not JSON', () => {
    assert.deepEqual(compareSbomElements(undefined, bytes(base)), []);
    assert.deepEqual(compareSbomElements(bytes(base), bytes(base)), []);
    assert.deepEqual(compareSbomElements(Buffer.from('{'), bytes(base)), []);
  });

  it('show a difference between any two documents that differ', () => {
    const document = fc.record({
      packages: fc.jsonValue(),
      relationships: fc.jsonValue(),
      name: fc.jsonValue(),
    });
    fc.assert(
      fc.property(document, document, (left, right) => {
        const same = Buffer.compare(bytes(left), bytes(right)) === 0;
        assert.equal(compareSbomElements(bytes(left), bytes(right)).length === 0, same);
      }),
    );
  });
});
