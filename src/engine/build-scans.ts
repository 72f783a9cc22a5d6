/** The scans of one build: by each syft that was given, and as they were kept; what a syft lists here is kept where the user wants it. */

import { join } from 'node:path';
import { renderKeptScan, scannedDigest } from '../emit/sbom/production/kept-scan.ts';
import type { SyftListing } from '../emit/sbom/production/syft-output.ts';
import type { Built } from '../execute/build.ts';
import type { Tree } from '../execute/tree.ts';
import { Failure } from '../failure.ts';
import { folderBelow, writeBelow } from '../folders.ts';
import { ownFileName } from '../names.ts';
import type { Plan } from '../plan/plan.ts';
import type { RebuildRequest } from './engine.ts';
import { openScans, type Scans, type ScanTree } from './scans.ts';
import { scanWithSyft } from './syft.ts';

/** @param directory of the build; each scan has a folder below it for its time */
export function openBuildScans(request: RebuildRequest, built: Built, directory: string): Scans {
  const { machine, keptScans } = request;
  const builtTree = (plan: Plan) => built.trees.find(({ name }) => name === plan.package.name)?.tree;
  let scans = 0;
  const scanTree: ScanTree = async (plan, tree, place) => {
    scans += 1;
    const { name, version } = plan.package;
    const where = { program: machine.syft[place]!, directory: join(directory, `${scans}.scan`) };
    try {
      const listing = await scanWithSyft(tree, { ...where, name, version, machine });
      if (tree === builtTree(plan)) await keepScan(request, plan, { tree, listing, place });
      return listing;
    } catch (failure) {
      if (machine.signal.aborted)
        throw new Failure('cancelled', 'the scan was cancelled', { cause: failure });
      throw failure;
    }
  };
  const kept = new Map(keptScans.map((each) => [each.sha256, each]));
  return openScans({ builtTree, scanTree, kept });
}

interface MadeScan {
  readonly tree: Tree;
  readonly listing: SyftListing;
  /** Of the program, in the plan. */
  readonly place: number;
}

/** The name of the file says of what and by what the scan is, so that no scan takes the place of one that says something else. */
async function keepScan(
  { keepScansIn }: RebuildRequest,
  { package: scanned, builder }: Plan,
  { tree, listing, place }: MadeScan,
): Promise<void> {
  if (keepScansIn === undefined) return;
  const program = builder.scan!.programs[place]!;
  const kept = { package: scanned, tree: scannedDigest(tree), program, listing };
  const name = ownFileName(`${scanned.name}.${kept.tree.slice(0, 12)}.${program.slice(0, 12)}.scan.json`);
  await writeBelow(folderBelow(keepScansIn, scanned.architecture), name, [renderKeptScan(kept)]);
}
