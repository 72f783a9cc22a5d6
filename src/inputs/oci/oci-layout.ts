/**
 * OCI image layouts (opencontainers/image-spec v1.1: image-layout.md, descriptor.md, image-index.md, manifest.md, config.md): finds
 * the image for an architecture, and its layers by digest. What is parsed was compared with its digest first; only `index.json`,
 * which the user named, has none.
 */
import { parseSha256, type Sha256, sha256 } from '../../digest.ts';
import { Failure } from '../../failure.ts';
import { parseBoundedJson } from '../../formats/bounded-json.ts';
import { type LayoutFile, type LayoutFiles, openLayoutFiles } from './oci-files.ts';

export interface Image {
  /** Digest of the manifest: it names everything else. */
  readonly digest: Sha256;
  readonly layers: readonly Layer[];
}

export interface Layer {
  /** The digest of the blob as it is stored. */
  readonly digest: Sha256;
  readonly size: number;
  readonly compression: Compression;
  /** Digest of the uncompressed archive. */
  readonly diffId: Sha256;
  /** Opens the blob; its digest and size must still be verified. */
  open(): AsyncIterable<Uint8Array>;
}

export type Compression = 'none' | 'gzip' | 'zstd';

/** apk's names of architectures, and Go's names of them, which images have. */
const platforms: ReadonlyMap<string, readonly [architecture: string, variant?: string]> = new Map([
  ['x86_64', ['amd64']],
  ['aarch64', ['arm64']],
  ['x86', ['386']],
  ['armhf', ['arm', 'v6']],
  ['armv7', ['arm', 'v7']],
  ['loongarch64', ['loong64']],
]);

const indexTypes = new Set([
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
]);
const manifestTypes = new Set([
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
]);
const layerTypes: ReadonlyMap<string, Compression> = new Map([
  ['application/vnd.oci.image.layer.v1.tar', 'none'],
  ['application/vnd.oci.image.layer.v1.tar+gzip', 'gzip'],
  ['application/vnd.oci.image.layer.v1.tar+zstd', 'zstd'],
  ['application/vnd.oci.image.layer.nondistributable.v1.tar', 'none'],
  ['application/vnd.oci.image.layer.nondistributable.v1.tar+gzip', 'gzip'],
  ['application/vnd.oci.image.layer.nondistributable.v1.tar+zstd', 'zstd'],
  ['application/vnd.docker.image.rootfs.diff.tar', 'none'],
  ['application/vnd.docker.image.rootfs.diff.tar.gzip', 'gzip'],
  ['application/vnd.docker.image.rootfs.diff.tar.zstd', 'zstd'],
]);

/** The size that a registry must accept (OCI distribution-spec, "Pushing Manifests"); an honest image has no larger one. */
const mostJsonBytes = 4 * 1024 * 1024;
/** The most bytes that are read to find an image; the same blob may be named a thousand times. */
const mostDescribedBytes = 64 * 1024 * 1024;
const mostDescriptors = 1000;
const deepestIndex = 4;
const mostLayers = 1000;

/**
 * Opens the image of a layout for an architecture. Fails with `environment-invalid` for what is not a layout or not what its digests
 * say, and with `environment-unavailable` where it has no image for the architecture, or several.
 */
export async function openImage(path: string, arch: string): Promise<Image> {
  const layout: Layout = { files: await openLayoutFiles(path), described: 0 };
  const marker = textOf(objectOf(await readNamed(layout, 'oci-layout'), 'oci-layout'), 'imageLayoutVersion');
  if (!/^1\.\d+\.\d+$/.test(marker)) throw invalid(`the layout is of version ${marker}`);
  const index = objectOf(await readNamed(layout, 'index.json'), 'index.json');
  const found = await manifestsFor(index, arch, layout);
  const digests = [...new Set(found.map(({ digest }) => digest))];
  if (digests.length !== 1) {
    const what = digests.length === 0 ? 'no image' : `${digests.length} images`;
    throw new Failure('environment-unavailable', `${path} has ${what} for ${arch}`, {
      ...(digests.length === 0 ? {} : { got: digests.map((digest) => `sha256:${digest}`).join(' ') }),
      hint: 'give a layout with one image for the architecture of the package',
    });
  }
  return parseImage(found[0]!, layout);
}

interface Layout {
  readonly files: LayoutFiles;
  /** Bytes of JSON that have been read so far. */
  described: number;
}

interface Descriptor {
  readonly mediaType: string;
  readonly digest: Sha256;
  readonly size: number;
  readonly platform: Json | undefined;
}

type Json = { readonly [key: string]: unknown };

async function manifestsFor(index: Json, arch: string, layout: Layout): Promise<Descriptor[]> {
  const found: Descriptor[] = [];
  let seen = 0;
  const visit = async (list: Json, depth: number): Promise<void> => {
    for (const value of arrayOf(list, 'manifests')) {
      seen += 1;
      if (seen > mostDescriptors) throw invalid('it lists too many images');
      const descriptor = parseDescriptor(value);
      if (indexTypes.has(descriptor.mediaType)) {
        if (depth === deepestIndex) throw invalid('its indexes are nested too deep');
        await visit(objectOf(await readBlob(descriptor, layout), 'an index'), depth + 1);
      } else if (manifestTypes.has(descriptor.mediaType) && (await isFor(descriptor, arch, layout)))
        found.push(descriptor);
    }
  };
  await visit(index, 1);
  return found;
}

/** Whether an image is for an architecture, by the platform of the descriptor, or, where it has none, by the image's configuration. */
async function isFor(descriptor: Descriptor, arch: string, layout: Layout): Promise<boolean> {
  const platform =
    descriptor.platform ??
    (await readConfig(objectOf(await readBlob(descriptor, layout), 'a manifest'), layout));
  const [architecture, variant] = platforms.get(arch) ?? [arch];
  if (platform['os'] !== 'linux' || platform['architecture'] !== architecture) return false;
  return variant === undefined || platform['variant'] === undefined || platform['variant'] === variant;
}

async function readConfig(manifest: Json, layout: Layout): Promise<Json> {
  return objectOf(await readBlob(parseDescriptor(manifest['config']), layout), 'a configuration');
}

async function parseImage(descriptor: Descriptor, layout: Layout): Promise<Image> {
  const manifest = objectOf(await readBlob(descriptor, layout), 'a manifest');
  const layers = arrayOf(manifest, 'layers').map(parseDescriptor);
  const rootfs = objectOf((await readConfig(manifest, layout))['rootfs'], 'rootfs');
  const diffIds = arrayOf(rootfs, 'diff_ids').map(parseDigest);
  if (layers.length > mostLayers) throw invalid('it has too many layers');
  if (layers.length !== diffIds.length)
    throw invalid(`it has ${layers.length} layers and ${diffIds.length} digests of their contents`);
  return {
    digest: descriptor.digest,
    layers: layers.map((layer, at) => {
      const compression = layerTypes.get(layer.mediaType);
      if (compression === undefined) throw invalid(`a layer is of type ${layer.mediaType}`);
      const { digest, size } = layer;
      const blob = blobOf(layer, layout);
      return { digest, size, compression, diffId: diffIds[at]!, open: () => blob.open() };
    }),
  };
}

function parseDescriptor(value: unknown): Descriptor {
  const descriptor = objectOf(value, 'a descriptor');
  const { size, platform } = descriptor;
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0)
    throw invalid('a size is not a number');
  return {
    mediaType: textOf(descriptor, 'mediaType'),
    digest: parseDigest(descriptor['digest']),
    size,
    platform: platform === undefined ? undefined : objectOf(platform, 'a platform'),
  };
}

function parseDigest(value: unknown): Sha256 {
  const hex =
    typeof value === 'string' && value.startsWith('sha256:') ? parseSha256(value.slice(7)) : undefined;
  if (hex === undefined)
    throw invalid(`${typeof value === 'string' ? value : 'a digest'} is not a SHA-256 digest`);
  return hex;
}

function blobOf({ digest, size }: Descriptor, layout: Layout) {
  const blob = layout.files(`blobs/sha256/${digest}`);
  if (blob === undefined) throw invalid(`blob sha256:${digest} is missing`);
  if (blob.size !== size) throw invalid(`blob sha256:${digest} is of ${blob.size} bytes instead of ${size}`);
  return blob;
}

/** A small blob, compared with its digest. */
async function readBlob(descriptor: Descriptor, layout: Layout): Promise<unknown> {
  const bytes = await readWhole(blobOf(descriptor, layout), layout);
  if (sha256(bytes) !== descriptor.digest)
    throw invalid(`blob sha256:${descriptor.digest} has a different digest`);
  return parseJson(bytes);
}

async function readNamed(layout: Layout, name: string): Promise<unknown> {
  const file = layout.files(name);
  if (file === undefined) throw invalid(`it has no ${name}`);
  return parseJson(await readWhole(file, layout));
}

async function readWhole(file: LayoutFile, layout: Layout): Promise<Buffer> {
  layout.described += file.size;
  if (file.size > mostJsonBytes || layout.described > mostDescribedBytes)
    throw invalid('what describes it is too large');
  const pieces: Uint8Array[] = [];
  let size = 0;
  if (file.size > 0) {
    for await (const piece of file.open()) {
      size += piece.length;
      if (size > mostJsonBytes) throw invalid('what describes it is too large');
      pieces.push(piece);
    }
  }
  return Buffer.concat(pieces);
}

function parseJson(bytes: Buffer): unknown {
  const parsed = parseBoundedJson(bytes);
  if ('value' in parsed) return parsed.value;
  throw invalid(
    parsed.fault === 'not-json' ? 'what describes it is not JSON' : 'what describes it exceeds all limits',
  );
}

function objectOf(value: unknown, what: string): Json {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json;
  throw invalid(`${what} is not a JSON object`);
}

function arrayOf(object: Json, key: string): readonly unknown[] {
  const value = object[key];
  if (Array.isArray(value)) return value;
  throw invalid(`${key} is not a list`);
}

function textOf(object: Json, key: string): string {
  const value = object[key];
  if (typeof value === 'string') return value;
  throw invalid(`${key} is not text`);
}

function invalid(why: string): Failure {
  return new Failure('environment-invalid', `the image is damaged: ${why}`);
}
