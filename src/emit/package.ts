/**
 * One package of a build as apk bytes. What goes in is the plan and what the steps left; nothing here can reach the
 * published data section, so equality with it is never borrowed.
 */
import { closeSync, createReadStream, openSync, writeSync } from 'node:fs';
import type { ByteSource } from '../apk/apk.ts';
import type { Tree } from '../build/tree.ts';
import { fullVersion, type Recipe } from '../claim/recipe/recipe.ts';
import { writeRecipe } from '../claim/recipe/write.ts';
import type { OsRelease } from '../claim/sbom/recover.ts';
import type { OwnerNames } from '../claim/traits/owner.ts';
import { type Sha256, sha256Hasher } from '../digest.ts';
import { Failure } from '../failure.ts';
import type { Format } from '../melange/format.ts';
import type { Plan } from '../plan/plan.ts';
import { capabilityXattrs } from './capabilities.ts';
import { pgzip } from './deflate/index.ts';
import { analyseDependencies, emittedDependencies, type SkippedFile } from './dependencies/index.ts';
import { chunksOf, type DataEntry, dataEntries, installedSize, withFile, withXattrs } from './entries.ts';
import { emitPkgInfo, type PackagePart, packagePart } from './pkginfo.ts';
import { emitSbom, sbomPath } from './sbom/sbom.ts';
import { emitControl } from './sections.ts';
import { tarEnd, tarHeader, tarPadding } from './tar.ts';

export interface EmitInput {
  readonly plan: Plan;
  readonly recipe: Recipe;
  readonly format: Format;
  /** Trees of all packages of the build: origin first, then subpackages. */
  readonly trees: readonly { readonly name: string; readonly tree: Tree }[];
  readonly names: OwnerNames;
  readonly osRelease: OsRelease | undefined;
  /** Licence files of the workspace by their path in the recipe. */
  readonly licenseTexts: ReadonlyMap<string, string>;
  /** A file to write the data section to; it must not exist. */
  readonly dataFile: string;
  /** Worker threads for compression. */
  readonly threads: number;
}

/** A rebuilt package without its signature section. */
export interface EmittedPackage {
  readonly name: string;
  readonly version: string;
  readonly control: Uint8Array;
  readonly data: { readonly path: string; readonly sha256: Sha256; readonly size: number };
  /** Files that an analysis of dependencies could not judge. */
  readonly skipped: readonly SkippedFile[];
}

/** Emits the package that the plan is about. */
export async function emitPackage(input: EmitInput): Promise<EmittedPackage> {
  const { plan, recipe, format } = input;
  const { builder } = plan;
  const name = plan.package.name;
  const part = packagePart(recipe, name);
  const captured = input.trees.find((each) => each.name === name)?.tree;
  if (part === undefined || captured === undefined) {
    throw new Failure('output-missing', `the build left no output folder for ${name}`);
  }
  const capabilities = name === recipe.package.name ? recipe.package.setcap : [];
  const payload = withXattrs(captured, capabilityXattrs(capabilities));
  const sbom = emitSbom(sbomInput(input, part));
  const tree = withFile(payload, sbomPath(name, fullVersion(recipe)), sbom, format.sbom.mode);
  const mtime = builder.clock ?? 0;
  const entries = dataEntries(
    tree,
    format,
    { builder: builder.owner, build: buildUser(recipe), names: input.names },
    mtime,
  );
  const data = await writeData(entries, input);
  const generated = analyseDependencies({
    format,
    packageName: name,
    fullVersion: fullVersion(recipe),
    options: part.options,
    declared: part.dependencies,
    tree: payload,
    relatives: input.trees,
    versionedShlibDepends: builder.versionedShlibDepends,
  });
  const pkginfo = emitPkgInfo({
    format,
    recipe,
    part,
    architecture: plan.package.architecture,
    namespace: builder.namespace,
    size: installedSize(tree, builder.directorySize === 'unknown' ? 'ext4' : builder.directorySize),
    buildDate: mtime,
    dependencies: emittedDependencies(part.dependencies, generated),
    datahash: data.sha256,
  });
  const files = { pkginfo, recipe: writeRecipe(recipe, format.version), scriptlets: part.scriptlets };
  const control = emitControl(files, mtime, builder.deflate);
  return { name, version: fullVersion(recipe), control, data, skipped: generated.skipped };
}

function sbomInput(input: EmitInput, part: PackagePart) {
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
  };
}

/** Ids of user and group `build`, which melange turns into root's. */
function buildUser(recipe: Recipe): { uid: number; gid: number } {
  const { users, groups } = recipe.environment.accounts;
  const uid = users.find(({ username }) => username === 'build')?.uid ?? 0;
  const gid = groups.find(({ groupname }) => groupname === 'build')?.gid ?? 0;
  return { uid, gid };
}

function* tarChunks(entries: readonly DataEntry[]): Generator<Uint8Array> {
  for (const { header, content } of entries) {
    yield tarHeader(header);
    yield* chunksOf(content);
    if (content.size > 0) yield tarPadding(content.size);
  }
  yield tarEnd;
}

async function writeData(
  entries: readonly DataEntry[],
  { dataFile, threads, plan }: EmitInput,
): Promise<EmittedPackage['data']> {
  const hasher = sha256Hasher();
  const file = openSync(dataFile, 'wx', 0o600);
  let size = 0;
  try {
    for await (const chunk of pgzip(tarChunks(entries), { generation: plan.builder.deflate, threads })) {
      hasher.update(chunk);
      writeSync(file, chunk);
      size += chunk.length;
    }
  } finally {
    closeSync(file);
  }
  return { path: dataFile, sha256: hasher.digest(), size };
}

/** The whole package: a signature section, where there is one, then control, then data. */
export function packageSource(emitted: EmittedPackage, signature: Uint8Array | undefined): ByteSource {
  return {
    name: `${emitted.name}-${emitted.version}.apk`,
    async *open() {
      if (signature !== undefined) yield signature;
      yield emitted.control;
      yield* createReadStream(emitted.data.path, { highWaterMark: 256 * 1024 });
    },
  };
}
