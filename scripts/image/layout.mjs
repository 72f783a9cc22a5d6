/** An OCI image layout (image-spec v1.1, image-layout.md) of one image for one platform. */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeLayer } from './tree.mjs';

/**
 * @typedef {object} Image
 * @property {string} name the reference of the image in its index
 * @property {Readonly<Record<string, unknown>>} config what a container of it starts with
 * @property {readonly { tree: import('./tree.mjs').Tree, from: string }[]} layers the lowest first, and where each is from
 */

/**
 * Writes a layout into a folder that is empty or missing. Nothing in it depends on the machine, the folder or the time of day.
 * @param {string} folder
 * @param {Image} image
 * @param {Date} time that everything in it has
 * @returns {Promise<string>} the digest of the image's manifest
 */
export async function writeLayout(folder, image, time) {
  const blobs = join(folder, 'blobs/sha256');
  mkdirSync(blobs, { recursive: true });
  const layers = [];
  for (const { tree } of image.layers) layers.push(await writeLayer(tree, { blobs, time }));
  const created = time.toISOString().replace('.000', '');
  const config = writeBlob(blobs, 'application/vnd.oci.image.config.v1+json', {
    created,
    architecture: 'amd64',
    os: 'linux',
    config: image.config,
    rootfs: { type: 'layers', diff_ids: layers.map(({ digest }) => digest) },
    history: image.layers.map(({ from }) => ({ created, created_by: from })),
  });
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const manifest = writeBlob(blobs, mediaType, { schemaVersion: 2, mediaType, config, layers });
  const index = {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.index.v1+json',
    manifests: [
      {
        ...manifest,
        platform: { architecture: 'amd64', os: 'linux' },
        annotations: { 'org.opencontainers.image.ref.name': image.name },
      },
    ],
  };
  writeFileSync(join(folder, 'index.json'), JSON.stringify(index));
  writeFileSync(join(folder, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
  return manifest.digest;
}

/**
 * @param {string} blobs
 * @param {string} mediaType
 * @param {unknown} value
 * @returns {import('./tree.mjs').Descriptor}
 */
function writeBlob(blobs, mediaType, value) {
  const bytes = Buffer.from(JSON.stringify(value));
  const digest = createHash('sha256').update(bytes).digest('hex');
  writeFileSync(join(blobs, digest), bytes);
  return { mediaType, digest: `sha256:${digest}`, size: bytes.length };
}
