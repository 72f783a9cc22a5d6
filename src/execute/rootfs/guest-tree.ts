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
  /** Installed, but not on disk. */
  readonly leftOut?: true;
  /** Extended attributes of a file, by name. */
  readonly xattrs?: ReadonlyMap<string, Uint8Array>;
}

/** Limits for one path: links and parts that are walked through, folders that it lies in (as in packages). */
const most = { links: 40, parts: 2048, folders: 256 };

/** A name in a folder; it has no node where something below it was added first. */
interface Place {
  node: GuestNode | undefined;
  names: Map<string, Place> | undefined;
}

export class GuestTree {
  readonly #nodes = new Map<string, GuestNode>();
  readonly #root: Place = { node: undefined, names: undefined };

  get(path: string): GuestNode | undefined {
    return this.#nodes.get(path);
  }

  set(path: string, node: GuestNode): void {
    this.#nodes.set(path, node);
    let place = this.#root;
    for (const part of path.split('/')) {
      place.names ??= new Map();
      const next = place.names.get(part) ?? { node: undefined, names: undefined };
      place.names.set(part, next);
      place = next;
    }
    place.node = node;
  }

  /** Paths directly below a folder; empty for anything that is not a folder. */
  childrenOf(path: string): string[] {
    const names = this.#find(path)?.names ?? new Map<string, Place>();
    return [...names].flatMap(([name, { node }]) => {
      if (node === undefined) return [];
      return path === '' ? name : `${path}/${name}`;
    });
  }

  /** Forgets a path and all below it. */
  remove(path: string): void {
    for (const child of this.childrenOf(path)) this.remove(child);
    this.#nodes.delete(path);
    const folder = folderOf(path);
    this.#find(folder)?.names?.delete(folder === '' ? path : path.slice(folder.length + 1));
  }

  entries(): IterableIterator<[string, GuestNode]> {
    return this.#nodes.entries();
  }

  #find(path: string): Place | undefined {
    let place: Place | undefined = this.#root;
    for (const part of path === '' ? [] : path.split('/')) place = place?.names?.get(part);
    return place;
  }

  /**
   * The real path of an entry: links among its parents are followed inside the guest, the last part is not. Takes time for each part,
   * not for each of its parents' paths. Fails with `environment-invalid` for loops and for paths that no disk can hold.
   */
  resolve(path: string): string {
    const pending = partsOf(path);
    const done: { readonly part: string; readonly place: Place | undefined }[] = [];
    let [links, parts] = [0, 0];
    while (pending.length > 0) {
      const part = pending.pop()!;
      parts += 1;
      if (parts > most.parts || done.length > most.folders) throw tooDeep();
      if (part === '.') continue;
      if (part === '..') {
        done.pop();
        continue;
      }
      const folder = done.length === 0 ? this.#root : done[done.length - 1]!.place;
      const place = folder?.names?.get(part);
      const node = pending.length > 0 ? place?.node : undefined;
      if (node?.type !== 'symlink') {
        done.push({ part, place });
        continue;
      }
      links += 1;
      if (links > most.links)
        throw new Failure('environment-invalid', 'links of the environment form a loop');
      if (node.target.startsWith('/')) done.length = 0;
      addAll(pending, partsOf(node.target));
    }
    return done.map(({ part }) => part).join('/');
  }
}

function tooDeep(): Failure {
  return new Failure('environment-invalid', 'a path is too deep');
}

/** The parts of a path, the last one first. */
function partsOf(path: string): string[] {
  return path
    .split('/')
    .filter((part) => part !== '')
    .reverse();
}

/** The folder of a path; empty for what lies directly below the root. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}
