/** The content of a package before it is written: the tree with its SBOM, and the entries of the data section in order. */

import { fullVersion, type Recipe } from '../claim/recipe/recipe.ts';
import type { OsRelease } from '../claim/sbom/recover.ts';
import { sbomPath } from '../claim/sbom/sbom-entry.ts';
import type { OwnerNames } from '../claim/traits/owner.ts';
import { sampleVariant } from '../claim/traits/record-variant.ts';
import type { Tree } from '../execute/tree.ts';
import { Failure } from '../failure.ts';
import type { Format } from '../melange/format.ts';
import type { Plan, PlannedBuilder } from '../plan/plan.ts';
import { capabilityXattrs } from './capabilities.ts';
import { type PackagePart, packagePart } from './emit-pkginfo.ts';
import { emptyScan, type ReadPaths, type Scan } from './sbom/production/found-packages.ts';
import { catalogue } from './sbom/production/language/catalogue.ts';
import type { ProductionInput } from './sbom/production/production.ts';
import { treePaths } from './sbom/production/tree-paths.ts';
import { emitSbom, type SbomInput } from './sbom/sbom.ts';
import { type Substitution, substituteInEntries, substituteInTree } from './substitution.ts';
import { type DataEntry, dataEntries, withFile, withXattrs } from './tar-entries.ts';

/** Everything from which the bytes of a package follow. */
export interface PayloadInput {
  readonly plan: Plan;
  readonly recipe: Recipe;
  readonly format: Format;
  /** Trees of all packages of the build: origin first, then subpackages. */
  readonly trees: readonly { readonly name: string; readonly tree: Tree }[];
  readonly names: OwnerNames;
  readonly osRelease: OsRelease | undefined;
  /** Licence files of the workspace by their path in the recipe. */
  readonly licenseTexts: ReadonlyMap<string, string>;
  /**
   * The elements that a scan like production's lists of a tree; undefined where none is believed. Absent where production's builder did not scan,
   * or where no scan is available.
   */
  readonly scan?: (tree: Tree) => Promise<Scan | undefined>;
  /** Worker threads for compression. */
  readonly threads: number;
}

export interface Payload {
  readonly part: PackagePart;
  /** The files without the SBOM. */
  readonly files: Tree;
  /** Whether a scan lists what is in the files. */
  readonly scanned: boolean;
  /** The paths of files that were read as production's scan reads them. */
  readonly read: ReadPaths;
  readonly tree: Tree;
  readonly entries: readonly DataEntry[];
}

/** Lays the package out. Fails with `output-missing` where the build left nothing for it, and as `emitSbom` does. */
export async function layOut(input: PayloadInput, substitutions: readonly Substitution[]): Promise<Payload> {
  const { plan, recipe, format } = input;
  const { builder } = plan;
  const name = plan.package.name;
  const part = packagePart(recipe, name);
  const captured = input.trees.find((each) => each.name === name)?.tree;
  if (part === undefined || captured === undefined) {
    throw new Failure('output-missing', `the build left no output folder for ${name}`);
  }
  const capabilities = name === recipe.package.name ? recipe.package.setcap : [];
  const files = substituteInTree(withXattrs(captured, capabilityXattrs(capabilities)), substitutions);
  const listed = await input.scan?.(files);
  const scan = listed ?? ownCatalogue(builder, files) ?? emptyScan;
  const sbom = emitSbom(sbomInput(input, part, files, scan));
  const sbomFile = sbomPath(name, fullVersion(recipe));
  const whole = withFile(files, sbomFile, sbom, format.sbom.mode);
  const tree = substituteInTree(whole, substitutions);
  const entries = dataEntries(
    tree,
    format,
    { builder: builder.owner, build: buildUser(recipe), names: input.names, sbom: sbomFile },
    builder.clock ?? 0,
  );
  return {
    part,
    files,
    scanned: listed !== undefined,
    read: scan.read,
    tree,
    entries: substituteInEntries('data', entries, substitutions),
  };
}

/** The elements without a syft: those that can be read from the files themselves, where they are what production found. */
function ownCatalogue({ sbomRecord }: PlannedBuilder, files: Tree): Scan | undefined {
  return sbomRecord === null ? undefined : catalogue(files, sbomRecord.variant.form, sbomRecord.found);
}

function sbomInput(input: PayloadInput, part: PackagePart, files: Tree, scan: Scan): SbomInput {
  const { plan, recipe, format } = input;
  const { builder } = plan;
  return {
    format,
    toolVersion: builder.printedVersion,
    namespace: builder.namespace,
    architecture: plan.package.architecture,
    recipe,
    subpackage: recipe.subpackages.find(({ name }) => name === part.name),
    recipeFile: builder.recipeFile,
    recipeLicense: builder.recipeLicense,
    created: { epochSeconds: builder.clock ?? 0, zoneOffsetMinutes: builder.zoneOffsetMinutes },
    licenseTexts: input.licenseTexts,
    extractedOrder: builder.extractedOrder,
    osRelease: input.osRelease,
    ...(builder.sbomGenerator === 'production' ? { production: productionInput(builder, files, scan) } : {}),
  };
}

function productionInput({ sbomRecord }: PlannedBuilder, files: Tree, scan: Scan): ProductionInput {
  return {
    variant: sbomRecord?.variant ?? sampleVariant,
    paths: treePaths(files.entries.map(({ path }) => path)),
    scan,
  };
}

/** Ids of user and group `build`, which melange turns into root's. */
function buildUser(recipe: Recipe): { uid: number; gid: number } {
  const { users, groups } = recipe.environment.accounts;
  const uid = users.find(({ username }) => username === 'build')?.uid ?? 0;
  const gid = groups.find(({ groupname }) => groupname === 'build')?.gid ?? 0;
  return { uid, gid };
}
