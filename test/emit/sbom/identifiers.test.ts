import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeBytes } from '../../../src/bytes.ts';
import { elementId } from '../../../src/emit/sbom/identifiers.ts';
import { anyText } from '../../support/text.ts';

const table: [string[], string][] = [
  [['apk', 'foo', '1.2.3-r4'], 'SPDXRef-Package-apk-foo-1.2.3-r4'],
  [['Source', 'A_b+c', '1.0_rc1+git~1:2', '3'], 'SPDXRef-Package-Source-AC95bC43c-1.0C95rc1C43gitC1261-2-3'],
  [['github.com/o/r', 'v1'], 'SPDXRef-Package-github.com-o-r-v1'],
  [['foo', ''], 'SPDXRef-Package-foo-'],
  [['é日😀'], 'SPDXRef-Package-C233C26085C128512'],
  [[decodeBytes(Uint8Array.of(0x61, 0xff, 0xc3))], 'SPDXRef-Package-aC65533C65533'],
];

test('an id keeps letters, digits, dots and hyphens and numbers every other character', () => {
  for (const [components, id] of table) assert.equal(elementId(components), id);
});

test('every id is one that SPDX allows', () => {
  fc.assert(
    fc.property(fc.array(anyText()), (components) => /^SPDXRef-[A-Za-z0-9.-]+$/.test(elementId(components))),
  );
});
