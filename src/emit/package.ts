/**
 * One package of a build as apk bytes. The input is the plan and what the steps left; nothing here can reach the
 * published data section, so equality with it is never borrowed.
 */
import { closeSync, createReadStream, openSync, rmSync, writeFileSync } from 'node:fs';
import type { ByteSource } from '../byte-source.ts';
import { fullVersion } from '../claim/recipe/recipe.ts';
import { writeRecipe } from '../claim/recipe/write.ts';
import { type Hasher, type Sha256, sha256, sha256Hasher } from '../digest.ts';
import type { DeflateEncoder } from '../melange/deflate-encoder.ts';
import { type PackageName, type PackageVersion, packageFileName } from '../names.ts';
import { pgzip } from './deflate/encoders.ts';
import {
  analyseDependencies,
  emittedDependencies,
  readCompressedModules,
  type SkippedFile,
} from './dependencies/dependencies.ts';
import { emitPkgInfo } from './emit-pkginfo.ts';
import { controlEntries, emitControl, shortTar } from './own-sections.ts';
import { layOut, type Payload, type PayloadInput } from './payload.ts';
import { unscannedPaths } from './sbom/production/scannable.ts';
import {
  compressedForm,
  encoderOf,
  type Substitution,
  substituteInEntries,
  substituteInPkgInfo,
  zeroBlocksOf,
} from './substitution.ts';
import { chunksOf, type DataEntry, installedSize } from './tar-entries.ts';
import { tarEnd, tarHeader, tarPadding } from './tar-writer.ts';

export interface EmitInput extends PayloadInput {
  /** A file to write the data section to; it must not exist. */
  readonly dataFile: string;
}

/** A rebuilt package without its signature section. */
export interface EmittedPackage {
  readonly name: PackageName;
  readonly version: PackageVersion;
  readonly control: Uint8Array;
  readonly data: { readonly path: string; readonly sha256: Sha256; readonly size: number };
  /** Files that an analysis of dependencies could not judge. */
  readonly skipped: readonly SkippedFile[];
  /**
   * The first few paths in which production's scan may have found something and which were not scanned here. The SBOM is then emitted
   * as if nothing had been found, which is an assumption.
   */
  readonly unscanned: readonly string[];
}

/** Emits the package that the plan is about. */
export async function emitPackage(input: EmitInput): Promise<EmittedPackage> {
  return assemble(input, []);
}

declare const altered: unique symbol;

/**
 * A package with published values in it. It is not an `EmittedPackage` and not a `ByteSource`, so nothing that decides a verdict takes
 * one.
 */
export interface Counterfactual {
  readonly [altered]: true;
  openCounterfactual(signature: Uint8Array | undefined): AsyncIterable<Uint8Array>;
  /** Removes the file behind it. */
  dispose(): void;
}

/** Emits the package again with published values in the place of rebuilt ones; everything that is derived from them is derived again. */
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
  const payload = await layOut(input, substitutions);
  const data = await writeData(payload.entries, input, substitutions);
  const { control, skipped } = await controlOf(input, payload, data.sha256, substitutions);
  const { plan, recipe } = input;
  const unscanned =
    plan.builder.sbomGenerator === 'production'
      ? unscannedPaths(payload.files, payload.scanned, payload.read)
      : [];
  return { name: plan.package.name, version: fullVersion(recipe), control, data, skipped, unscanned };
}

/** Digests of what `emitPackage` would give. */
export interface SectionDigests {
  /** Of the archive of the data section. */
  archive(): Promise<Sha256>;
  /** Needs the compression of the archive, so it is computed only when it is asked for. */
  data(): Promise<Sha256>;
  /** The compressed control section, which needs the analysis of all files. */
  control(): Promise<Uint8Array>;
}

/**
 * Emits the package and keeps only its digests.
 * @param known the compressed digest of each data section that occurred in this build, by its encoder and the digest of its archive; new ones are added
 */
export async function emitDigests(input: PayloadInput, known: Map<string, Sha256>): Promise<SectionDigests> {
  const payload = await layOut(input, []);
  const hasher = sha256Hasher();
  for (const chunk of tarChunks(payload.entries, tarEnd)) hasher.update(chunk);
  const archive = hasher.digest();
  const key = `${input.plan.builder.deflate} ${archive}`;
  const data = async (): Promise<Sha256> => {
    const digest = known.get(key) ?? (await dataDigest(payload.entries, input));
    known.set(key, digest);
    return digest;
  };
  return {
    archive: async () => archive,
    data,
    control: async () => (await controlOf(input, payload, await data(), [])).control,
  };
}

async function dataDigest(entries: readonly DataEntry[], { plan, threads }: PayloadInput): Promise<Sha256> {
  const hasher = sha256Hasher();
  const { deflate: encoder } = plan.builder;
  for await (const chunk of pgzip(tarChunks(entries, tarEnd), { encoder, threads })) hasher.update(chunk);
  return hasher.digest();
}

/** The control section, and what the analysis of the files left out. */
async function controlOf(
  input: PayloadInput,
  { part, files, tree }: Payload,
  datahash: Sha256,
  substitutions: readonly Substitution[],
): Promise<Pick<EmittedPackage, 'control' | 'skipped'>> {
  const { plan, recipe, format } = input;
  const { builder } = plan;
  const mtime = builder.clock ?? 0;
  const generated = analyseDependencies({
    format,
    packageName: part.name,
    fullVersion: fullVersion(recipe),
    options: part.options,
    declared: part.dependencies,
    tree: files,
    relatives: input.trees,
    versionedShlibDepends: builder.versionedShlibDepends,
    compressedModules: await readCompressedModules(files, format),
  });
  const pkginfo = emitPkgInfo({
    format,
    recipe,
    part,
    architecture: plan.package.architecture,
    namespace: builder.namespace,
    size: installedSize(
      tree,
      builder.directorySize === 'unknown' ? 'ext4' : builder.directorySize,
      builder.largeDirectories?.blocks,
    ),
    buildDate: mtime,
    dependencies: emittedDependencies(part.dependencies, generated),
    datahash,
  });
  const control = {
    pkginfo: substituteInPkgInfo(pkginfo, substitutions),
    recipe: writeRecipe(recipe, format.recipe),
    scriptlets: part.scriptlets,
  };
  return {
    control: await writeControl(controlEntries(control, mtime), builder.deflate, substitutions),
    skipped: generated.skipped,
  };
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
  const encoder = encoderOf('data', substitutions, plan.builder.deflate);
  const end = zeroBlocksOf('data', substitutions);
  const chunks = tarChunks(entries, end === undefined ? tarEnd : new Uint8Array(512 * end));
  if (substitutions.length === 0) return writeFile(dataFile, pgzip(chunks, { encoder, threads }));
  const tar = sha256Hasher();
  const written = await writeFile(dataFile, pgzip(hashed(chunks, tar), { encoder, threads }));
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
  usual: DeflateEncoder,
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
    name: packageFileName(emitted),
    own: true,
    async *open() {
      if (signature !== undefined) yield signature;
      yield emitted.control;
      yield* createReadStream(emitted.data.path, { highWaterMark: 256 * 1024 });
    },
  };
}
