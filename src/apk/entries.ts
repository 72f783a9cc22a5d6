/** Rules that every entry of a data section must keep before anything in it is believed. */
import { Failure } from '../failure.ts';

const controlNames =
  /^\.(PKGINFO|SIGN\..*|INSTALL|melange\.yaml|trigger|(pre|post)-(install|deinstall|upgrade))$/;

/** A directory that no entry of its own made. */
const implied = 'implied';

/**
 * Requires that entries can be unpacked without leaving the root: relative paths without `..`, each path once,
 * paths through directories only, hard links to earlier files only, no control file among the data.
 * Fails with `unsafe-entry` or `duplicate-entry`.
 */
export class EntryRules {
  readonly #types = new Map<string, string>();

  accept(entry: EntryShape): void {
    const path = entryPath(entry);
    requireSafePath(path);
    const present = this.#types.get(path);
    if (present !== undefined && !(present === implied && entry.type === '5')) {
      throw new Failure('duplicate-entry', 'a path is there twice', { got: path });
    }
    for (const parent of parentsOf(path)) {
      const type = this.#types.get(parent);
      if (type === undefined) this.#types.set(parent, implied);
      else if (type !== '5' && type !== implied) {
        throw new Failure('unsafe-entry', 'a path leads through something that is no directory', {
          got: path,
        });
      }
    }
    if (entry.type === '1' && this.#types.get(withoutTrailingSlash(entry.linkname)) !== '0') {
      throw new Failure('unsafe-entry', 'a hard link points to no earlier file of the package', {
        got: `${path} -> ${entry.linkname}`,
      });
    }
    this.#types.set(path, entry.type);
  }
}

interface EntryShape {
  readonly name: string;
  readonly type: string;
  readonly linkname: string;
}

/** Requires all of `EntryRules` of the entries of a section. */
export function requireSafeEntries(entries: readonly EntryShape[]): void {
  const rules = new EntryRules();
  for (const entry of entries) rules.accept(entry);
}

/** The path of an entry without the slash that some writers put behind directories. */
export function entryPath(entry: { readonly name: string }): string {
  return withoutTrailingSlash(entry.name);
}

function withoutTrailingSlash(name: string): string {
  return name.endsWith('/') ? name.slice(0, -1) : name;
}

function requireSafePath(path: string): void {
  const parts = path.split('/');
  if (
    path === '' ||
    path.includes('\0') ||
    parts.some((part) => part === '' || part === '.' || part === '..')
  ) {
    throw new Failure('unsafe-entry', 'a path leaves the package or is not in its plain form', { got: path });
  }
  if (parts.length === 1 && controlNames.test(path)) {
    throw new Failure('unsafe-entry', 'a control file is among the data', { got: path });
  }
}

function* parentsOf(path: string): Generator<string> {
  for (let at = path.indexOf('/'); at > 0; at = path.indexOf('/', at + 1)) yield path.slice(0, at);
}
