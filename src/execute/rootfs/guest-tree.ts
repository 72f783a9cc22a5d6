/**
 * The guest's root while it is being put together: a model of every path, so that links are resolved inside the
 * guest and the disk is only ever written through real directories.
 */

import { Failure } from '../../failure.ts';
import { addAll } from '../../lists.ts';

export interface GuestNode {
  readonly type: 'file' | 'directory' | 'symlink';
  readonly mode: number;
  readonly target: string;
  /** SHA-1 of a file's content or a link's text, as its package records it. */
  readonly checksum: string;
  /** Index into the installed packages; -1 for what the base layout made. */
  readonly owner: number;
  /** Installed, and yet not on disk. */
  readonly leftOut?: true;
  /** Extended attributes of a file, by name. */
  readonly xattrs?: ReadonlyMap<string, Uint8Array>;
}

const mostLinks = 40;
/** Linux takes no path of more bytes (PATH_MAX), so none of more parts. */
const mostParts = 2048;

export class GuestTree {
  readonly #nodes = new Map<string, GuestNode>();
  /** Names in each folder; made when it is first asked for. */
  #names: Map<string, Set<string>> | undefined;

  get(path: string): GuestNode | undefined {
    return this.#nodes.get(path);
  }

  set(path: string, node: GuestNode): void {
    this.#nodes.set(path, node);
    if (this.#names !== undefined) addName(this.#names, path);
  }

  /** Paths right below a folder; empty for what is none. */
  childrenOf(path: string): string[] {
    if (this.#names === undefined) {
      this.#names = new Map();
      for (const each of this.#nodes.keys()) addName(this.#names, each);
    }
    return [...(this.#names.get(path) ?? [])];
  }

  /** Forgets a path and all below it. */
  remove(path: string): void {
    for (const child of this.childrenOf(path)) this.remove(child);
    this.#nodes.delete(path);
    this.#names?.delete(path);
    this.#names?.get(folderOf(path))?.delete(path);
  }

  entries(): IterableIterator<[string, GuestNode]> {
    return this.#nodes.entries();
  }

  /**
   * The real path of an entry: links among its parents are followed inside the guest, the last part is not.
   * Fails with `environment-invalid` for loops and for what no disk can hold.
   */
  resolve(path: string): string {
    const pending = partsOf(path);
    const done: string[] = [];
    let links = 0;
    while (pending.length > 0) {
      const part = pending.pop()!;
      if (part === '.') continue;
      if (part === '..') {
        done.pop();
        continue;
      }
      const node = pending.length > 0 ? this.#nodes.get([...done, part].join('/')) : undefined;
      if (node?.type !== 'symlink') {
        done.push(part);
        if (done.length > mostParts) throw new Failure('environment-invalid', 'a path is too deep');
        continue;
      }
      links += 1;
      if (links > mostLinks) throw new Failure('environment-invalid', 'links of the environment form a loop');
      if (node.target.startsWith('/')) done.length = 0;
      addAll(pending, partsOf(node.target));
    }
    return done.join('/');
  }
}

/** The last part first. */
function partsOf(path: string): string[] {
  return path
    .split('/')
    .filter((part) => part !== '')
    .reverse();
}

function addName(names: Map<string, Set<string>>, path: string): void {
  const folder = folderOf(path);
  const known = names.get(folder);
  if (known === undefined) names.set(folder, new Set([path]));
  else known.add(path);
}

/** Empty for what lies right below the root. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}
