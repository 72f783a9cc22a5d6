/** Every SBOM that real melange wrote in the lab, emitted again from its recipe and what the document gives away. */
import assert from 'node:assert/strict';
import { createReadStream, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readApk } from '../../../src/apk/read-apk.ts';
import { decodeBytes } from '../../../src/bytes.ts';
import { parseRecipe } from '../../../src/claim/recipe/parse.ts';
import { fullVersion, type Recipe } from '../../../src/claim/recipe/recipe.ts';
import { parseSbom, type ReadableSbom } from '../../../src/claim/sbom/published-sbom.ts';
import { type RecoveredSbomInputs, recoverSbomInputs } from '../../../src/claim/sbom/recover.ts';
import { sbomPath } from '../../../src/claim/sbom/sbom-entry.ts';
import { licenseId } from '../../../src/emit/sbom/licenses.ts';
import type { SbomInput } from '../../../src/emit/sbom/sbom.ts';
import { emitSbom } from '../../../src/emit/sbom/sbom.ts';
import { fullestLab } from '../../support/lab.ts';
import { formatAt } from './input.ts';

const repository = join(fullestLab, 'repository');
const folders = readdirSync(repository);

/** Files that the recipes name as `license-path`, where the lab has them. */
const licenseFiles: Readonly<Record<string, string>> = {
  'LICENSE.custom': 'recipes/modes/LICENSE.custom',
  COPYING: 'sources/tally-0.7.1/COPYING',
};

interface Golden {
  readonly name: string;
  readonly recipe: Recipe;
  readonly path: string;
  readonly sbom: Uint8Array;
}

function packagesOf(folder: string): string[] {
  const path = join(repository, folder, 'x86_64');
  return readdirSync(path).flatMap((name) => (name.endsWith('.apk') ? [join(path, name)] : []));
}

async function readGolden(path: string): Promise<Golden> {
  const source = { name: path, open: () => createReadStream(path) };
  const apk = await readApk(source, { keep: (name) => name.startsWith('var/lib/db/sbom/') });
  const recipe = apk.control.entries.find((entry) => entry.name === '.melange.yaml')!.content!;
  const sbom = apk.data.entries.find((entry) => entry.content !== undefined)!;
  return { name: path, recipe: parseRecipe(recipe).recipe, path: sbom.name, sbom: sbom.content! };
}

function readable(bytes: Uint8Array): ReadableSbom {
  const sbom = parseSbom(bytes);
  assert.equal(sbom.kind, 'readable');
  return sbom as ReadableSbom;
}

/** The lab's own file where it is stored; otherwise what the document itself says. */
function licenseTexts(recipe: Recipe, version: string, recovered: RecoveredSbomInputs): Map<string, string> {
  const entries = recipe.package.copyright.filter(({ licensePath }) => licensePath !== '');
  return new Map(
    entries.map(({ license, licensePath }) => {
      const id = licenseId(license, formatAt(version).sbom.licenses);
      const stored = `${recipe.package.name}:${licensePath}`;
      const file = /^(?:modes|tally):/.test(stored) ? licenseFiles[licensePath] : undefined;
      const text =
        file === undefined
          ? recovered.extractedTexts.get(id)
          : decodeBytes(readFileSync(join(fullestLab, file)));
      return [licensePath, text!];
    }),
  );
}

function inputOf({ recipe, sbom }: Golden, version: string): SbomInput {
  const published = readable(sbom);
  const recovered = recoverSbomInputs(published);
  return {
    format: formatAt(version),
    toolVersion: recovered.toolVersion!,
    namespace: recovered.namespace!,
    architecture: 'x86_64',
    recipe,
    subpackage: recipe.subpackages.find(({ name }) => name === published.apk!.name),
    recipeFile: recovered.recipeFile!,
    recipeLicense: recovered.recipeLicense!,
    created: recovered.created!,
    licenseTexts: licenseTexts(recipe, version, recovered),
    extractedOrder: recovered.extractedOrder,
    osRelease: recovered.osRelease,
  };
}

for (const folder of folders.filter((name) => /^v\d/.test(name))) {
  test(`the SBOMs of the lab's ${folder} are emitted byte for byte`, async () => {
    const goldens = await Promise.all(packagesOf(folder).map(readGolden));
    assert.notEqual(goldens.length, 0);
    for (const golden of goldens) {
      const input = inputOf(golden, folder);
      const name = input.subpackage?.name ?? golden.recipe.package.name;
      assert.equal(decodeBytes(emitSbom(input)), decodeBytes(golden.sbom), golden.name);
      assert.equal(sbomPath(name, fullVersion(golden.recipe)), golden.path);
      assert.equal(readable(golden.sbom).generator, 'melange');
    }
  });
}

for (const folder of folders.filter((name) => name.startsWith('production-v0'))) {
  test(`production's documents in ${folder} give away what melange's do`, async () => {
    assert.notEqual(packagesOf(folder).length, 0);
    for (const path of packagesOf(folder)) {
      const plain = await readGolden(path.replace('production-', ''));
      const merged = await readGolden(path);
      assert.equal(readable(merged.sbom).generator, 'production', path);
      assert.deepEqual(
        recoverSbomInputs(readable(merged.sbom)),
        recoverSbomInputs(readable(plain.sbom)),
        path,
      );
    }
  });
}
