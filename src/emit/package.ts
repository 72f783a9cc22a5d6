/**
 * One package of a build as apk bytes. What goes in is the plan and what the steps left; nothing here can reach the
 * published data section, so equality with it is never borrowed.
 */
import { closeSync, createReadStream, openSync, rmSync, writeFileSync } from 'node:fs';
import type { ByteSource } from '../apk/apk.ts';
import type { Tree } from '../build/tree.ts';
import { fullVersion, type Recipe } from '../claim/recipe/recipe.ts';
import { writeRecipe } from '../claim/recipe/write.ts';
import type { OsRelease } from '../claim/sbom/recover.ts';
import type { OwnerNames } from '../claim/traits/owner.ts';
import { sampleVariant } from '../claim/traits/record-variant.ts';
import { type Hasher, type Sha256, sha256, sha256Hasher } from '../digest.ts';
import { Failure } from '../failure.ts';
import type { DeflateGeneration, Format } from '../melange/format.ts';
import type { Plan, PlannedBuilder } from '../plan/plan.ts';
import { capabilityXattrs } from './capabilities.ts';
import { pgzip } from './deflate/index.ts';
import { analyseDependencies, emittedDependencies, type SkippedFile } from './dependencies/index.ts';
import { chunksOf, type DataEntry, dataEntries, installedSize, withFile, withXattrs } from './entries.ts';
import { emitPkgInfo, type PackagePart, packagePart } from './pkginfo.ts';
import { treePaths } from './sbom/production/paths.ts';
import type { ProductionInput } from './sbom/production/production.ts';
import type { FoundPackage } from './sbom/production/syft.ts';
import { emitSbom, type SbomInput, sbomPath } from './sbom/sbom.ts';
import { controlEntries, emitControl, shortTar } from './sections.ts';
import {
  compressedForm,
  encoderOf,
  type Substitution,
  substituteInEntries,
  substituteInPkgInfo,
  substituteInTree,
  zeroBlocksOf,
} from './substitution.ts';
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
  /** Scans a tree as production's builder does; absent where it did not, or nothing is at hand that could. */
  readonly scan?: (tree: Tree) => Promise<readonly FoundPackage[]>;
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
  return assemble(input, []);
}

declare const altered: unique symbol;

/**
 * A package with published values in it. It is no `EmittedPackage` and no `ByteSource`, so nothing that decides a verdict takes
 * one.
 */
export interface Counterfactual {
  readonly [altered]: true;
  openCounterfactual(signature: Uint8Array | undefined): AsyncIterable<Uint8Array>;
  /** Removes the file behind it. */
  dispose(): void;
}

/** Emits the package anew with published values in the place of rebuilt ones; everything that follows from them follows. */
export async function emitCounterfactual(
  input: EmitInput,
  substitutions: readonly Substitution[],
): Promise<Counterfactual> {
  const emitted = await assemble(input, substitutions);
  const opened: Omit<Counterfactual, typeof altered> = {
    openCounterfactual: (signature) => packageSource(emitted, signature).open(),
    dispose: () => rmSync(emitted.data.path, { force: true }),
  };
  return opened as Counterfactual;
}

async function assemble(input: EmitInput, substitutions: readonly Substitution[]): Promise<EmittedPackage> {
  const { plan, recipe, format } = input;
  const { builder } = plan;
  const name = plan.package.name;
  const part = packagePart(recipe, name);
  const captured = input.trees.find((each) => each.name === name)?.tree;
  if (part === undefined || captured === undefined) {
    throw new Failure('output-missing', `the build left no output folder for ${name}`);
  }
  const capabilities = name === recipe.package.name ? recipe.package.setcap : [];
  const payload = substituteInTree(withXattrs(captured, capabilityXattrs(capabilities)), substitutions);
  const found = (await input.scan?.(payload)) ?? [];
  const sbom = emitSbom(sbomInput(input, part, payload, found));
  const whole = withFile(payload, sbomPath(name, fullVersion(recipe)), sbom, format.sbom.mode);
  const tree = substituteInTree(whole, substitutions);
  const mtime = builder.clock ?? 0;
  const entries = dataEntries(
    tree,
    format,
    { builder: builder.owner, build: buildUser(recipe), names: input.names },
    mtime,
  );
  const data = await writeData(substituteInEntries('data', entries, substitutions), input, substitutions);
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
  const files = {
    pkginfo: substituteInPkgInfo(pkginfo, substitutions),
    recipe: writeRecipe(recipe, format.recipe),
    scriptlets: part.scriptlets,
  };
  const control = await writeControl(controlEntries(files, mtime), builder.deflate, substitutions);
  return { name, version: fullVersion(recipe), control, data, skipped: generated.skipped };
}

function sbomInput(
  input: EmitInput,
  part: PackagePart,
  payload: Tree,
  found: readonly FoundPackage[],
): SbomInput {
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
    ...(builder.sbomGenerator === 'production'
      ? { production: productionInput(builder, payload, found) }
      : {}),
  };
}

function productionInput(
  { sbomRecord }: PlannedBuilder,
  payload: Tree,
  found: readonly FoundPackage[],
): ProductionInput {
  return {
    variant: sbomRecord?.variant ?? sampleVariant,
    paths: treePaths(payload.entries.map(({ path }) => path)),
    found,
  };
}

/** Ids of user and group `build`, which melange turns into root's. */
function buildUser(recipe: Recipe): { uid: number; gid: number } {
  const { users, groups } = recipe.environment.accounts;
  const uid = users.find(({ username }) => username === 'build')?.uid ?? 0;
  const gid = groups.find(({ groupname }) => groupname === 'build')?.gid ?? 0;
  return { uid, gid };
}

function* tarChunks(entries: readonly DataEntry[], end: Uint8Array): Generator<Uint8Array> {
  for (const { header, content, raw } of entries) {
    yield raw ?? tarHeader(header);
    yield* chunksOf(content);
    if (content.size > 0) yield tarPadding(content.size);
  }
  yield end;
}

async function writeData(
  entries: readonly DataEntry[],
  { dataFile, threads, plan }: EmitInput,
  substitutions: readonly Substitution[],
): Promise<EmittedPackage['data']> {
  const generation = encoderOf('data', substitutions, plan.builder.deflate);
  const end = zeroBlocksOf('data', substitutions);
  const chunks = tarChunks(entries, end === undefined ? tarEnd : new Uint8Array(512 * end));
  if (substitutions.length === 0) return writeFile(dataFile, pgzip(chunks, { generation, threads }));
  const tar = sha256Hasher();
  const written = await writeFile(dataFile, pgzip(hashed(chunks, tar), { generation, threads }));
  const form = compressedForm('data', substitutions, tar.digest());
  if (form === undefined) return written;
  rmSync(dataFile);
  return writeFile(dataFile, form.open());
}

function* hashed(chunks: Iterable<Uint8Array>, hasher: Hasher<Sha256>): Generator<Uint8Array> {
  for (const chunk of chunks) {
    hasher.update(chunk);
    yield chunk;
  }
}

async function writeFile(path: string, chunks: AsyncIterable<Uint8Array>): Promise<EmittedPackage['data']> {
  const hasher = sha256Hasher();
  const file = openSync(path, 'wx', 0o600);
  let size = 0;
  try {
    for await (const chunk of chunks) {
      hasher.update(chunk);
      writeFileSync(file, chunk);
      size += chunk.length;
    }
  } finally {
    closeSync(file);
  }
  return { path, sha256: hasher.digest(), size };
}

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts);
}

async function writeControl(
  entries: readonly DataEntry[],
  usual: DeflateGeneration,
  substitutions: readonly Substitution[],
): Promise<Uint8Array> {
  const altered = substituteInEntries('control', entries, substitutions);
  const end = zeroBlocksOf('control', substitutions);
  const form = compressedForm('control', substitutions, sha256(shortTar(altered, end)));
  if (form !== undefined) return collect(form.open());
  return emitControl(altered, encoderOf('control', substitutions, usual), end);
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
