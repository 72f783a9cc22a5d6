/** An image on disk as the build environment: layers are compared with their digests while they are applied, and the result is kept under the manifest's digest. */
import { join } from 'node:path';
import { readGzipMembers } from '../../apk/gzip-reader.ts';
import { TarReader } from '../../apk/tar-reader.ts';
import { busy } from '../../busy.ts';
import { encodeBytes } from '../../bytes.ts';
import { canonicalJson } from '../../canonical.ts';
import type { Account, Group } from '../../claim/recipe/recipe.ts';
import { type Sha256, sha256, sha256Hasher } from '../../digest.ts';
import { Failure } from '../../failure.ts';
import { inflateZstd } from '../../formats/zstd.ts';
import type { Image, Layer } from '../../inputs/oci/oci-layout.ts';
import { type InstalledName, parseInstalled } from '../../repository/installed.ts';
import { resolveInGuest } from '../sandbox/guest-path.ts';
import { addMissingAccounts } from './guest-layout.ts';
import { GuestTree } from './guest-tree.ts';
import { type GuestShelf, guestDescription, keepGuest, keptGuest, readInside } from './kept-guest.ts';
import { LayerWriter } from './layer.ts';
import {
  baseDirectories,
  closeDirectories,
  makeGuestDirectory,
  ofEnvironment,
  writeGuestFile,
} from './unpack.ts';

export interface ImageBounds {
  /** Entries of all layers together. */
  readonly entries: number;
  /** Uncompressed bytes of all layers together. */
  readonly bytes: number;
}

export interface ImageRequest extends GuestShelf {
  readonly image: Image;
  /** Accounts that the steps need; those that the image lacks are added. */
  readonly users: readonly Account[];
  readonly groups: readonly Group[];
  readonly signal: AbortSignal;
  readonly bounds?: ImageBounds;
}

export interface ImageGuest {
  readonly root: string;
  /** The packages that the image's own apk database lists as installed; empty where it has no database. */
  readonly packages: readonly InstalledName[];
}

export const defaultImageBounds: ImageBounds = { entries: 2_000_000, bytes: 32 * 1024 ** 3 };

const layoutGeneration = 1;
const databases = ['usr/lib/apk/db/installed', 'lib/apk/db/installed'];

/**
 * The guest of an image: the kept one, or unpacked now. Fails with `environment-invalid` for layers that are not what their
 * digests say, cannot be unpacked, or exceed a limit.
 */
export async function provideImage(request: ImageRequest): Promise<ImageGuest> {
  const { image, users, groups } = request;
  const identity = sha256(Buffer.from(canonicalJson([image.digest, users, groups])));
  const kept = keptGuest(request, `${identity}.image-${layoutGeneration}`);
  const known = guestDescription(kept) as InstalledName[] | undefined;
  return { root: join(kept, 'root'), packages: known ?? (await unpack(request, kept)) };
}

/** The packages that the apk database of a folder lists as installed; empty where it has no database. */
export function readInstalled(root: string): InstalledName[] {
  return installedIn((path) => readInside(root, resolveInGuest(root, path).slice(1)));
}

function installedIn(read: (path: string) => string | undefined): InstalledName[] {
  const text = databases.map(read).find((found) => found !== undefined);
  return busy(() => parseInstalled(text ?? ''));
}

function unpack(request: ImageRequest, kept: string): Promise<InstalledName[]> {
  return keepGuest(request, kept, async (root) => {
    const tree = new GuestTree();
    try {
      await applyLayers(root, tree, request);
      complete(root, tree, request);
    } catch (failure) {
      throw ofEnvironment(failure, 'the image');
    }
    const installed = installedIn((path) => readInside(root, tree.resolve(path)));
    closeDirectories(root, tree);
    return installed;
  });
}

/** Adds what a build needs of a root and an image may lack: places to mount on, and accounts. */
function complete(root: string, tree: GuestTree, { users, groups }: ImageRequest): void {
  for (const path of [...baseDirectories, 'home/build', 'var/cache'])
    makeGuestDirectory(root, tree, path, 0o755);
  addMissingAccounts(
    { users, groups },
    (path) => readInside(root, tree.resolve(path)),
    (path, text) => writeGuestFile(root, tree, path, encodeBytes(text), 0o644),
  );
}

async function applyLayers(root: string, tree: GuestTree, request: ImageRequest): Promise<void> {
  const { image, bounds = defaultImageBounds, signal } = request;
  const spent = { entries: 0, bytes: 0 };
  for (const [at, layer] of image.layers.entries()) {
    const writer = new LayerWriter(root, tree, at);
    const counted = {
      entry(header: Parameters<LayerWriter['entry']>[0]) {
        spent.entries += 1;
        if (spent.entries > bounds.entries) throw tooLarge(`more than ${bounds.entries} entries`);
        writer.entry(header);
      },
      content: (bytes: Uint8Array) => writer.content(bytes),
      entryEnd: () => writer.entryEnd(),
    };
    const reader = new TarReader(counted, tarBounds);
    const diffId = sha256Hasher();
    try {
      await inflate(layer, (bytes) => {
        if (signal.aborted) throw new Failure('cancelled', 'the unpacking was cancelled');
        spent.bytes += bytes.length;
        if (spent.bytes > bounds.bytes) throw tooLarge(`more than ${bounds.bytes} bytes`);
        diffId.update(bytes);
        reader.write(bytes);
      });
      reader.end();
    } finally {
      writer.close();
    }
    requireDigest('the content of a layer', layer.diffId, diffId.digest());
  }
}

const tarBounds = {
  entries: Number.POSITIVE_INFINITY,
  pathBytes: 4096,
  paxBytes: 1024 * 1024,
  headerBytes: 1024 ** 3,
  foreign: true,
};

/** Deflate reaches a ratio of 1032; the inflated size of a layer is bounded in bytes instead. */
const anyRatio = { limit: Number.POSITIVE_INFINITY, floor: 0 };

/** Reads a blob, uncompressed, and compares it with its digest. */
async function inflate(layer: Layer, take: (bytes: Uint8Array) => void): Promise<void> {
  const hasher = sha256Hasher();
  const stored = hashed(layer, (bytes) => hasher.update(bytes));
  switch (layer.compression) {
    case 'none':
      for await (const bytes of stored) take(bytes);
      break;
    case 'gzip':
      await readGzipMembers(
        stored,
        {
          begin: () => Number.POSITIVE_INFINITY,
          compressed: () => undefined,
          inflated: take,
          end: () => undefined,
        },
        anyRatio,
      );
      break;
    case 'zstd':
      await inflateZstd(stored, take);
  }
  requireDigest('a layer', layer.digest, hasher.digest());
}

async function* hashed({ open, size }: Layer, seen: (bytes: Uint8Array) => void): AsyncGenerator<Uint8Array> {
  if (size === 0) return;
  for await (const bytes of open()) {
    seen(bytes);
    yield bytes;
  }
}

function requireDigest(what: string, expected: Sha256, got: Sha256): void {
  if (expected === got) return;
  throw new Failure('environment-invalid', `${what} of the image is not what its digest says`, {
    expected: `sha256:${expected}`,
    got: `sha256:${got}`,
  });
}

function tooLarge(what: string): Failure {
  return new Failure('environment-invalid', `the image is too large: it has ${what}`);
}
