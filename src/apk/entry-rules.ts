/** Rules that every entry of a data section must keep before anything in it is believed. */
import { Failure } from '../failure.ts';

const controlNames =
  /^\.(PKGINFO|SIGN\..*|INSTALL|melange\.yaml|trigger|(pre|post)-(install|deinstall|upgrade))$/;

/** Marks a directory that has no entry of its own. */
const implied = 'implied';

/** The most folders of one path, and the most of a section that have no entry of their own: a path of a few bytes can make many of them. */
const mostFolders = { inPath: 256, implied: 2_000_000 };

/**
 * Requires that entries can be unpacked without leaving the root: relative paths without `..`, each path once,
 * paths through directories only, hard links to earlier files only, no control file among the data.
 * Takes time and memory for each part of a path, not for each of its parents' paths.
 * Fails with `unsafe-entry`, `duplicate-entry` or `limit-exceeded`.
 */
export class EntryRules {
  /** The number of every path so far, by the number of its folder and its name in it. The root is 0. */
  readonly #numbers = new Map<string, number>();
  readonly #types: string[] = [implied];
  #implied = 0;

  accept(entry: EntryShape): void {
    const path = entryPath(entry);
    const parts = safeParts(path);
    const name = parts.pop()!;
    const folder = this.#folder(path, parts);
    const present = this.#types[this.#find(folder, name) ?? -1];
    if (present !== undefined && !(present === implied && entry.type === '5')) {
      throw new Failure('duplicate-entry', 'a path occurs twice', { got: path });
    }
    if (entry.type === '1' && this.#typeOf(withoutTrailingSlash(entry.linkname)) !== '0') {
      throw new Failure('unsafe-entry', 'a hard link does not point to an earlier file of the package', {
        got: `${path} -> ${entry.linkname}`,
      });
    }
    this.#set(folder, name, entry.type);
  }

  /** The number of the folder that a path lies in; folders without an entry are implied. */
  #folder(path: string, parts: readonly string[]): number {
    let at = 0;
    for (const part of parts) {
      const next = this.#find(at, part);
      const type = this.#types[next ?? -1];
      if (type !== undefined && type !== '5' && type !== implied) {
        throw new Failure('unsafe-entry', 'a path leads through something that is not a directory', {
          got: path,
        });
      }
      at = next ?? this.#imply(at, part);
    }
    return at;
  }

  #imply(folder: number, name: string): number {
    this.#implied += 1;
    if (this.#implied > mostFolders.implied)
      throw new Failure('limit-exceeded', 'paths lead through too many folders that have no entry');
    return this.#set(folder, name, implied);
  }

  #typeOf(path: string): string | undefined {
    let at: number | undefined = 0;
    for (const part of path.split('/')) at = at === undefined ? undefined : this.#find(at, part);
    return at === undefined || path === '' ? undefined : this.#types[at];
  }

  #find(folder: number, name: string): number | undefined {
    return this.#numbers.get(`${folder}/${name}`);
  }

  #set(folder: number, name: string, type: string): number {
    const number = this.#find(folder, name) ?? this.#types.length;
    this.#numbers.set(`${folder}/${name}`, number);
    this.#types[number] = type;
    return number;
  }
}

interface EntryShape {
  readonly name: string;
  readonly type: string;
  readonly linkname: string;
}

/** Requires that the entries of a section keep all `EntryRules`. */
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

function safeParts(path: string): string[] {
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
  if (parts.length > mostFolders.inPath) {
    throw new Failure('limit-exceeded', 'a path leads through too many folders', {
      expected: `at most ${mostFolders.inPath}`,
      got: String(parts.length),
    });
  }
  return parts;
}
