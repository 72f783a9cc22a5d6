import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeBytes } from '../../../src/bytes.ts';
import { fnv1a128, namespaceHash } from '../../../src/emit/sbom/fnv.ts';

test('FNV-1a-128 agrees with the published test vectors', () => {
  // draft-eastlake-fnv, appendix C; the last is a document of melange v0.59.1.
  const vectors: [string, string][] = [
    ['', '6c62272e07bb014262b821756295c58d'],
    ['a', 'd228cb696f1a8caf78912b704e4a8964'],
    ['foobar', '343e1662793c64bf6f0d3597ba446f18'],
    ['apk-wolfi-1.2.3-r4', 'd35fffc53b5474079f5f37ef6b3c246f'],
  ];
  for (const [text, hash] of vectors) assert.equal(fnv1a128(encodeBytes(text)), hash, text);
});

test('the namespace is a SHA-1 in old documents', () => {
  assert.equal(namespaceHash('sha1', 'abc'), 'a9993e364706816aba3e25717850c26c9cd0d89d');
  assert.equal(namespaceHash('fnv1a-128', 'a'), 'd228cb696f1a8caf78912b704e4a8964');
});
