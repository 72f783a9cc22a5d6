/**
 * The real syft as the judge of what is read without it, and of how its elements are written in production's forms.
 * WOLFI_REPRO_SYFT names each syft, with colons between.
 */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import type { FormName } from '../../src/claim/traits/record-variant.ts';
import { digestFound } from '../../src/emit/sbom/production/found-packages.ts';
import { catalogue, ownScans } from '../../src/emit/sbom/production/language/catalogue.ts';
import { unscannedPaths } from '../../src/emit/sbom/production/scannable.ts';
import type { SyftListing } from '../../src/emit/sbom/production/syft-output.ts';
import { renderScan } from '../../src/emit/sbom/production/syft-scan.ts';
import { scanWithSyft } from '../../src/engine/syft.ts';
import type { Tree } from '../../src/execute/tree.ts';
import { verify } from '../../src/verify.ts';
import { productionGoldens, productionLab } from '../inference/production/support.ts';
import { languageTrees, treeOfFiles } from '../support/language-trees.ts';
import { makeGoProgram, syftPrograms } from '../support/programs-of-languages.ts';
import { assertReproduced, cache, cannotRebuild, cannotRebuildFrom, labOptions } from './lab-run.ts';

const skip = syftPrograms.length === 0 ? 'no syft at hand (WOLFI_REPRO_SYFT=FILE[:FILE...])' : cannotRebuild;

mkdirSync(cache, { recursive: true });
const work = mkdtempSync(join(cache, 'syft-judge-'));
after(() => rmSync(work, { recursive: true, force: true }));

const listings = new Map<string, Promise<SyftListing>>();

function scanned(program: string, what: string, tree: Tree): Promise<SyftListing> {
  const key = `${program} ${what}`;
  const known =
    listings.get(key) ??
    scanWithSyft(tree, {
      program,
      directory: join(work, String(listings.size)),
      name: 'demo',
      version: '1-r0',
      machine: labOptions().machine,
    });
  listings.set(key, known);
  return known;
}

const noGo = makeGoProgram(work);
const trees: readonly { what: string; skip: string | false; tree: () => Tree }[] = [
  ...languageTrees.map(({ what, files }) => ({ what, skip: false as const, tree: () => treeOfFiles(files) })),
  {
    what: 'all of these together',
    skip: false,
    tree: () => treeOfFiles(Object.assign({}, ...languageTrees.map(({ files }) => files))),
  },
  {
    what: 'a Go program',
    skip: noGo,
    tree: () => treeOfFiles({ 'usr/bin/tool': readFileSync(join(work, 'tool')) }),
  },
];
const forms: readonly FormName[] = ['A', 'B', 'C', 'D'];
/** Documents with a slash in front of paths are not known of C and D. */
const slashesOf = (form: FormName) =>
  form === 'A' || form === 'B' ? (['kept', 'stripped'] as const) : (['stripped'] as const);

/** Made by the libraries of syft and SPDX, in forms C and D, with Symbols and without. */
const rebuildable = productionGoldens.filter(
  ({ languagePackages, environment }) => languagePackages > 0 && environment !== 'larger',
);

describe('the real syft', { skip, concurrency: false }, () => {
  for (const program of syftPrograms) {
    for (const { what, skip: lacks, tree: make } of trees) {
      for (const form of forms) {
        it(`finds what is read without it: ${what}, form ${form}, ${program}`, { skip: lacks }, async () => {
          const tree = make();
          const listing = await scanned(program, what, tree);
          assert.ok(listing.printed.length > 0);
          const own = ownScans(tree, form);
          const renderings = slashesOf(form).flatMap((slashes) =>
            (['printed', 'absent'] as const).map((symbols) => ({ slashes, symbols })),
          );
          for (const rendering of renderings) {
            const scan = renderScan(listing, { form, own, rendering });
            const wanted = scan.found.map(({ element }) => element);
            const read = catalogue(tree, form, digestFound(wanted));
            assert.deepEqual(
              read?.found.map(({ element }) => element),
              wanted,
            );
            assert.deepEqual(unscannedPaths(tree, false, read!.read), []);
          }
        });
      }
    }
  }

  for (const { file, sourceDir } of rebuildable) {
    const path = join(productionLab, file);
    const lacks = sourceDir === undefined ? cannotRebuildFrom(path) : 'sources lie beside its recipe';
    it(`finds as a program what other versions found as a library, and the package comes out reproduced: ${file}`, {
      skip: lacks,
    }, async () => {
      const options = labOptions();
      const machine = { ...options.machine, syft: syftPrograms };
      const [result] = (await verify([path], { ...options, machine })).packages;
      assertReproduced(result!, 'valid');
      assert.equal(result!.scan?.tried[result!.scan.chosen ?? 0]?.outcome, 'fits');
    });
  }
});
