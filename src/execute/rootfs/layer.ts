/**
 * One layer of an image applied to the guest's root (opencontainers/image-spec v1.1, layer.md): entries over what lower layers
 * brought, whiteouts, opaque folders. The disk is only written through real folders, found with the model of the guest.
 */
import { chmodSync, linkSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import type { TarHeader } from '../../apk/tar-header.ts';
import { diskPath, encodeBytes } from '../../bytes.ts';
import { Failure } from '../../failure.ts';
import { EntryFiles } from './entry-file.ts';
import { folderOf, type GuestNode, type GuestTree } from './guest-tree.ts';

const whiteout = '.wh.';
const opaque = '.wh..wh..opq';
/** The most paths that whiteouts may look at: each path of a large image many times over. */
const mostLooks = 50_000_000;

/** Writes the entries of one layer; `owner` of what it writes is the layer's number. */
export class LayerWriter extends EntryFiles {
  readonly #root: string;
  readonly #tree: GuestTree;
  readonly #layer: number;
  #looks = 0;

  constructor(root: string, tree: GuestTree, layer: number) {
    super();
    this.#root = root;
    this.#tree = tree;
    this.#layer = layer;
  }

  entry(header: TarHeader): void {
    if (header.pax.some(({ key }) => key.startsWith('GNU.sparse.')))
      throw new Failure('environment-invalid', 'a layer has a sparse file', { got: header.name });
    const name = plainPath(header.name);
    if (name === '') return;
    const path = this.#tree.resolve(name);
    const base = path.slice(path.lastIndexOf('/') + 1);
    // Layered file systems keep their own marks under such names, which no image may have.
    if (
      path
        .slice(0, -base.length)
        .split('/')
        .some((part) => part.startsWith(whiteout))
    )
      return;
    if (base.startsWith(whiteout)) this.#whiteout(folderOf(path), base);
    else this.#write(path, header);
  }

  /** Devices and pipes are left out, as in environments of packages. */
  #write(path: string, header: TarHeader): void {
    this.#makeFolder(folderOf(path));
    if (header.type === '5') this.#directory(path, header);
    else if (header.type === '1') this.#hardLink(path, header);
    else {
      this.#removeAll(path);
      if (header.type === '0') this.#regular(path, header);
      else if (header.type === '2') this.#symlink(path, header);
    }
  }

  #directory(path: string, header: TarHeader): void {
    if (this.#tree.get(path)?.type !== 'directory') this.#removeAll(path);
    if (this.#tree.get(path) === undefined) mkdirSync(this.#place(path));
    // Modes bind an ordinary user as well, and the folder is yet to be filled (`closeDirectories`).
    chmodSync(this.#place(path), (header.mode & 0o777) | 0o700);
    this.#tree.set(path, this.#node('directory', header));
  }

  #makeFolder(path: string): void {
    const present = this.#tree.get(path);
    if (path === '' || present?.type === 'directory') return;
    if (present !== undefined)
      throw new Failure('environment-invalid', 'a layer needs a folder where a file is', { got: path });
    this.#makeFolder(folderOf(path));
    mkdirSync(this.#place(path));
    chmodSync(this.#place(path), 0o755);
    this.#tree.set(path, { type: 'directory', mode: 0o755, target: '', checksum: '', owner: this.#layer });
  }

  #regular(path: string, header: TarHeader): void {
    this.begin(this.#place(path), header.mode & 0o777);
    this.#tree.set(path, this.#node('file', header));
  }

  #symlink(path: string, header: TarHeader): void {
    symlinkSync(encodeBytes(header.linkname), this.#place(path));
    this.#tree.set(path, { ...this.#node('symlink', header), target: header.linkname });
  }

  #hardLink(path: string, header: TarHeader): void {
    const first = this.#tree.resolve(plainPath(header.linkname));
    const node = this.#tree.get(first);
    if (node === undefined || node.type === 'directory') {
      const got = `${path} -> ${header.linkname}`;
      throw new Failure('environment-invalid', 'a hard link of a layer does not lead to a file', { got });
    }
    if (first === path) return;
    this.#removeAll(path);
    linkSync(this.#place(first), this.#place(path));
    this.#tree.set(path, { ...node, owner: this.#layer });
  }

  /** Applies a whiteout. It concerns only lower layers, wherever it stands in its own. */
  #whiteout(folder: string, base: string): void {
    const hidden = base.slice(whiteout.length);
    if (base === opaque) {
      for (const child of this.#tree.childrenOf(folder)) this.#removeLower(child);
    } else if (hidden === '' || hidden === '.' || hidden === '..') {
      throw new Failure('environment-invalid', 'a whiteout of a layer names a path that cannot exist', {
        got: base,
      });
    } else if (!hidden.startsWith(whiteout)) {
      this.#removeLower(folder === '' ? hidden : `${folder}/${hidden}`);
    }
  }

  /** Removes what lower layers brought; folders in which this layer has something stay. */
  #removeLower(path: string): boolean {
    this.#looks += 1;
    if (this.#looks > mostLooks)
      throw new Failure('environment-invalid', 'the whiteouts of a layer take too long');
    const node = this.#tree.get(path);
    if (node === undefined) return true;
    let empty = true;
    for (const child of this.#tree.childrenOf(path)) empty = this.#removeLower(child) && empty;
    if (!empty || node.owner === this.#layer) return false;
    this.#removeAll(path);
    return true;
  }

  #removeAll(path: string): void {
    if (this.#tree.get(path) === undefined) return;
    rmSync(this.#place(path), { recursive: true });
    this.#tree.remove(path);
  }

  #node(type: GuestNode['type'], header: TarHeader): GuestNode {
    return { type, mode: header.mode, target: '', checksum: '', owner: this.#layer };
  }

  #place(path: string): Buffer {
    return diskPath(this.#root, path);
  }
}

/** A path relative to the root, without the dots and slashes that some writers put around paths. Fails with `environment-invalid`. */
function plainPath(name: string): string {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..') || name.includes('\0'))
    throw new Failure('environment-invalid', 'a path of a layer leaves the image', { got: name });
  return parts.join('/');
}
