/**
 * The document of wolfi-baselayout 20230201-r30 (built 2026-09-09), of which the facts are public: recipe, paths and `.PKGINFO`. The
 * file itself is not kept here, so it is told by what is known of its digest.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { formOf, recordVariants } from '../../../../src/claim/traits/record-variant.ts';
import { sha256 } from '../../../../src/digest.ts';
import { emptyScan } from '../../../../src/emit/sbom/production/found-packages.ts';
import { emitProductionSbom } from '../../../../src/emit/sbom/production/production.ts';
import { treePaths } from '../../../../src/emit/sbom/production/tree-paths.ts';
import type { SbomInput } from '../../../../src/emit/sbom/sbom.ts';
import { fixtures } from '../../../support/lab.ts';
import { packageName, packageVersion } from '../../../support/names.ts';
import { inputAt, recipeOf } from '../input.ts';

interface Vector {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly commit: string;
  readonly paths: readonly string[];
}

const { apk } = JSON.parse(readFileSync(join(fixtures, 'production-ids.json'), 'utf8')) as { apk: Vector[] };
const vector = apk.find(({ name, version }) => name === 'wolfi-baselayout' && version === '20230201-r30')!;

/** What the recipe and `.PKGINFO` say. */
function input(more: Partial<SbomInput> = {}): SbomInput {
  const { name, description, commit } = vector;
  const recipe = recipeOf({
    package: { name: packageName(name), version: packageVersion('20230201'), epoch: 30, description, commit },
  });
  return inputAt('v0.59.1', {
    toolVersion: 'v0.59.4',
    recipe,
    recipeFile: { path: 'wolfi-baselayout.yaml', commit, repository: 'chainguard-dev/stereo' },
    created: { epochSeconds: Date.parse('2026-09-09T19:39:56Z') / 1000, zoneOffsetMinutes: 0 },
    ...more,
  });
}

const variant = recordVariants.find((each) => formOf(each).name === 'D')!;
const digestOf = (given: SbomInput, paths = vector.paths) => {
  const tree = treePaths(paths.filter((path) => path !== '.'));
  return sha256(emitProductionSbom(given, { variant, paths: tree, scan: emptyScan }));
};
const published = /^45f31c08[0-9a-f]{51}fde47$/;

it('the document of wolfi-baselayout r30 follows from its recipe, its paths and its .PKGINFO, byte for byte', () => {
  assert.match(digestOf(input()), published);
});

it('a different time, recipe’s licence or path gives a different document', () => {
  const others = [
    digestOf(input({ created: { epochSeconds: 0, zoneOffsetMinutes: 0 } })),
    digestOf(input({ recipeLicense: 'MIT' })),
    digestOf(input(), vector.paths.slice(0, -1)),
    digestOf(input(), [...vector.paths, 'etc/more']),
  ];
  for (const other of others) assert.doesNotMatch(other, published);
});
