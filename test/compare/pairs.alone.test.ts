import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { comparePackages } from '../../src/compare/compare.ts';
import { allDifferences, isUnequal } from '../../src/compare/comparison.ts';
import { type Difference, type DifferenceKind, differenceTitles } from '../../src/compare/difference.ts';
import { type FormatName, formatTitles, type Part } from '../../src/compare/part.ts';
import { fileSource } from '../../src/inputs/store/files.ts';
import { fixtures } from '../support/lab.ts';
import { pairs } from '../support/pairs.ts';

const folder = join(fixtures, 'pairs');

async function differencesOf(name: string): Promise<readonly Difference[]> {
  const source = (side: string) => fileSource(join(folder, name, `${side}.apk`));
  const comparison = await comparePackages(source('published'), source('rebuilt'));
  assert.ok(isUnequal(comparison));
  return allDifferences(comparison.sections);
}

function formatsIn(parts: readonly Part[]): FormatName[] {
  return parts.flatMap((part) => [part.format, ...formatsIn(part.children ?? [])]);
}

describe('the pairs of fixtures/pairs', () => {
  it('are those that their maker makes', () => {
    assert.deepEqual(readdirSync(folder).sort(), [...pairs.keys()].sort());
    for (const [name, { published, rebuilt }] of pairs) {
      assert.ok(readFileSync(join(folder, name, 'published.apk')).equals(published), name);
      assert.ok(readFileSync(join(folder, name, 'rebuilt.apk')).equals(rebuilt), name);
    }
  });

  for (const kind of Object.keys(differenceTitles) as DifferenceKind[]) {
    it(`show a difference of the kind ${kind}`, async () => {
      const found = await differencesOf(kind);
      assert.ok(
        found.some((each) => each.kind === kind),
        JSON.stringify(found),
      );
    });
  }

  for (const format of Object.keys(formatTitles) as FormatName[]) {
    it(`show parts of the format ${format}`, async () => {
      const found = await differencesOf(`format-${format}`);
      const content = found.find(({ kind }) => kind === 'content');
      assert.ok(formatsIn(content?.parts ?? []).includes(format), JSON.stringify(found));
    });
  }
});
