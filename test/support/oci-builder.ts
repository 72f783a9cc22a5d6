/** OCI image layouts put together by hand: what reading them is held against, and what it must refuse. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { sha256 } from '../../src/digest.ts';
import { type Part, tarOf } from './apk-builder.ts';

export interface LayerParts {
  readonly tar: Uint8Array;
  /** As stored; gzip of the archive where undefined. */
  readonly blob?: Uint8Array;
  readonly mediaType?: string;
}

export interface ImageParts {
  readonly layers: readonly LayerParts[];
  readonly platform?: Readonly<Record<string, string>> | null;
  /** Members that replace those of the manifest, of the configuration, of the first layer's descriptor. */
  readonly manifest?: object;
  readonly config?: object;
  readonly layer?: object;
}

export interface LayoutParts {
  readonly images: readonly ImageParts[];
  /** Members that replace those of `index.json`, of its descriptors, of the marker. */
  readonly index?: object;
  readonly descriptor?: object;
  readonly marker?: unknown;
  /** Blobs that are changed after they were written, by their place among all that were. */
  readonly damage?: (blobs: readonly string[]) => void;
}

export const ociType = (kind: string): string => `application/vnd.oci.image.${kind}`;

export function layerOf(...parts: readonly Part[]): LayerParts {
  return { tar: tarOf(parts) };
}

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

/** Writes a layout into a folder and returns the paths of its blobs. */
export function writeLayout(folder: string, parts: LayoutParts): string[] {
  const blobs: string[] = [];
  const store = (bytes: Uint8Array, mediaType: string): Descriptor => {
    const digest = sha256(bytes);
    const path = join(folder, 'blobs/sha256', digest);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes);
    blobs.push(path);
    return { mediaType, digest: `sha256:${digest}`, size: bytes.length };
  };
  const storeJson = (value: unknown, mediaType: string) =>
    store(Buffer.from(JSON.stringify(value)), mediaType);
  const manifests = parts.images.map((image) => {
    const layers = image.layers.map(
      ({ tar, blob = gzipSync(tar), mediaType = ociType('layer.v1.tar+gzip') }, at) => ({
        ...store(blob, mediaType),
        ...(at === 0 ? image.layer : {}),
      }),
    );
    const diffs = image.layers.map(({ tar }) => `sha256:${sha256(tar)}`);
    const platform = image.platform === undefined ? { os: 'linux', architecture: 'amd64' } : image.platform;
    const rootfs = { type: 'layers', diff_ids: diffs };
    const config = storeJson(
      { os: 'linux', architecture: 'amd64', ...platform, rootfs, ...image.config },
      ociType('config.v1+json'),
    );
    const manifest = storeJson(
      { schemaVersion: 2, mediaType: ociType('manifest.v1+json'), config, layers, ...image.manifest },
      ociType('manifest.v1+json'),
    );
    return { ...manifest, ...(platform === null ? {} : { platform }), ...parts.descriptor };
  });
  const write = (name: string, value: unknown) => writeFileSync(join(folder, name), JSON.stringify(value));
  write('oci-layout', parts.marker ?? { imageLayoutVersion: '1.0.0' });
  write('index.json', { schemaVersion: 2, manifests, ...parts.index });
  return blobs;
}
