/** A tree of an image in memory, how archives are laid into it, and the layer that is written of it. */
import { createHash } from 'node:crypto';
import { createWriteStream, renameSync } from 'node:fs';
import { join, posix } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { extract, pack } from 'tar-stream';

/**
 * @typedef {object} Node one path of a tree
 * @property {'file' | 'link' | 'symlink' | 'directory'} type `link` is one more name of the file at `linkname`
 * @property {number} mode
 * @property {number} [owner] user and group, by number; root where it is left out
 * @property {string} [linkname]
 * @property {Buffer} [data]
 *
 * @typedef {Map<string, Node>} Tree by path, without a slash at either end
 *
 * @typedef {object} Descriptor of a blob, as in the OCI image format
 * @property {string} mediaType
 * @property {string} digest
 * @property {number} size
 */

/** The layer is not compressed: its bytes depend on no library's compression, and its digest is its `diff_id`. */
const layerType = 'application/vnd.oci.image.layer.v1.tar';

/**
 * Lays what a tar has into a tree. Owners and times are dropped; a folder that is a link in the tree already stays that link.
 * @param {Tree} tree
 * @param {Buffer} tar
 * @param {(path: string) => string | undefined} placeOf where a path goes; undefined for what is left out
 */
export async function unpackInto(tree, tar, placeOf) {
  const unpacked = extract();
  unpacked.end(tar);
  for await (const entry of unpacked) {
    /** @type {Buffer[]} */
    const chunks = [];
    for await (const chunk of entry) chunks.push(/** @type {Buffer} */ (chunk));
    const { name, type, mode, linkname } = entry.header;
    const path = placeOf(plain(name));
    if (path === undefined || path === '') continue;
    if (type === 'directory') {
      if (!tree.has(path)) tree.set(path, { type, mode });
    } else if (type === 'file') tree.set(path, { type, mode, data: Buffer.concat(chunks) });
    else if (type === 'symlink' && linkname) tree.set(path, { type, mode: 0o777, linkname });
    else if (type === 'link' && linkname) {
      const target = placeOf(plain(linkname));
      if (target === undefined) throw new Error(`${path} is a link to ${linkname}, which is left out`);
      tree.set(path, { type, mode, linkname: target });
    } else throw new Error(`${path} is a ${type}, which no image of ours has`);
  }
}

/** @param {string} name */
const plain = (name) => posix.normalize(name).replace(/^(\.?\/)+|\/+$|^\.$/g, '');

/**
 * Writes a tree as a layer among the blobs: entries in the order of their bytes, every folder before what is in it, one time for all.
 * @param {Tree} tree
 * @param {{ blobs: string, time: Date }} to
 * @returns {Promise<Descriptor>}
 */
export async function writeLayer(tree, { blobs, time }) {
  const layer = pack();
  const hash = createHash('sha256');
  let size = 0;
  const partial = join(blobs, 'partial');
  const written = pipeline(
    /** @type {AsyncIterable<Buffer>} */ (layer),
    async function* (/** @type {AsyncIterable<Buffer>} */ chunks) {
      for await (const chunk of chunks) {
        hash.update(chunk);
        size += chunk.length;
        yield chunk;
      }
    },
    createWriteStream(partial),
  );
  for (const { name, data, ...node } of inOrder(tree)) {
    const { owner = 0, ...header } = node;
    const more = { uid: owner, gid: owner, uname: '', gname: '', mtime: time };
    layer.entry({ name, ...header, ...more, size: data?.length ?? 0 }, data ?? Buffer.alloc(0));
  }
  layer.finalize();
  await written;
  const digest = hash.digest('hex');
  renameSync(partial, join(blobs, digest));
  return { mediaType: layerType, digest: `sha256:${digest}`, size };
}

/**
 * The entries of a tree in order. Of the names of one file the first has the bytes and the others are links to it.
 * @param {Tree} tree
 */
function inOrder(tree) {
  const whole = new Map(tree);
  for (const path of tree.keys())
    for (let up = posix.dirname(path); up !== '.'; up = posix.dirname(up))
      if (!whole.has(up)) whole.set(up, { type: 'directory', mode: 0o755 });
  /** @type {Map<string, string>} the first name of a file by that of its bytes */
  const first = new Map();
  const linked = new Set([...tree.values()].flatMap((node) => (node.type === 'link' ? [node.linkname] : [])));
  const bytes = (/** @type {string} */ a, /** @type {string} */ b) =>
    Buffer.compare(Buffer.from(a), Buffer.from(b));
  return [...whole.keys()].sort(bytes).map((path) => {
    const node = /** @type {Node} */ (whole.get(path));
    const home = node.type === 'link' ? /** @type {string} */ (node.linkname) : path;
    const file = whole.get(home);
    if (file === undefined || (node.type === 'link' && file.type !== 'file'))
      throw new Error(`${path} is a link to ${home}, which is no file of this layer`);
    const earlier = first.get(home);
    if (linked.has(home) && earlier === undefined) first.set(home, path);
    const name = file.type === 'directory' ? `${path}/` : path;
    if (earlier === undefined) return { name, ...file };
    return { name, type: /** @type {const} */ ('link'), mode: file.mode, linkname: earlier };
  });
}
