import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { alikeNames } from '../../src/compare/likeness.ts';

/** Pairs of names, and whether they are one file under two names, where their sizes differ. */
const rows: readonly (readonly [string, string, boolean])[] = [
  ['usr/a-1f2e3d4c.js', 'usr/a-9b8a7c6d.js', true],
  ['.build-id/ab12cd34ef.debug', '.build-id/0f9e8d7c6b.debug', true],
  ['usr/assets/Bx9kQ2mZ.js', 'usr/assets/Tz4aR7wL.js', true],
  ['lib/python3x86lib1.so', 'lib/glib2networking.so', false],
  ['20240115-init.sql', '20240611-drop.sql', false],
];

describe('names that are alike', () => {
  for (const [published, rebuilt, alike] of rows)
    it(`are ${alike ? '' : 'not '}${published} and ${rebuilt}`, () => {
      const sizes = new Map([
        [published, 1],
        [rebuilt, 2],
      ]);
      const pairs = alikeNames([published], [rebuilt], (name) => sizes.get(name)!);
      assert.deepEqual([...pairs], alike ? [[published, rebuilt]] : []);
    });
});
