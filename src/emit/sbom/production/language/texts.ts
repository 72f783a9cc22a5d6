/** Files of a tree that are read as text, and what lies beside them. */

import { decodeBytes } from '../../../../bytes.ts';
import type { Tree } from '../../../../execute/tree.ts';

const mostBytes = 16 * 1024 * 1024;

/** The bytes of a file; undefined where there is no such file, or where it is larger than what is read here. */
export function bytesAt(tree: Tree, path: string): Uint8Array | undefined {
  const entry = tree.get(path);
  if (entry?.type !== 'file' || entry.content.size > mostBytes) return undefined;
  return entry.content.read(0, entry.content.size);
}

export function textAt(tree: Tree, path: string): string | undefined {
  const bytes = bytesAt(tree, path);
  return bytes === undefined ? undefined : decodeBytes(bytes);
}

/** The lines of a text, without line feeds and without the carriage returns before them. */
export function linesOf(text: string): string[] {
  const all = text.split('\n').map((line) => line.replace(/\r$/, ''));
  return all.at(-1) === '' ? all.slice(0, -1) : all;
}

/** Names of files that syft may take for a licence (syft/pkg/cataloger/internal/licenses/names.go), and some more. */
const licenseName = /licen[sc]e|copying|notice|patents|^(al2|l?gpl|mit|bsd|apache)/i;

/** The folders of a tree that hold such a file, found once: each package in the tree asks for its own folder. */
const licensedFolders = new WeakMap<Tree, ReadonlySet<string>>();

/** Whether syft may look for the licence in a file of the same folder. */
export function hasLicenseBeside(tree: Tree, path: string): boolean {
  const known = licensedFolders.get(tree) ?? findLicensedFolders(tree);
  licensedFolders.set(tree, known);
  return known.has(folderOf(path));
}

function findLicensedFolders({ entries }: Tree): ReadonlySet<string> {
  const paths = entries.map(({ path }) => path);
  return new Set(paths.filter((path) => licenseName.test(path.slice(folderOf(path).length))).map(folderOf));
}

/** The folder of a path with its slash; empty at the root. */
function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1);
}

/** A name or version that a package URL takes unchanged. */
export const plainName = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/** A version as a package URL has it; undefined where it holds a character of which that is not known. */
export function urlVersion(version: string): string | undefined {
  return /^[A-Za-z0-9._+-]*$/.test(version) ? version.replaceAll('+', '%2B') : undefined;
}
