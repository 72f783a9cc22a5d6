/** The workspace before the first step: compiler files, what lies beside the recipe, output folders (docs/melange/running.md#the-workspace). */
import {
  chmodSync,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { compareBytes, decodeBytes, diskPath, trimmedEnd } from '../bytes.ts';
import { type Sha256, sha256 } from '../digest.ts';
import { Failure } from '../failure.ts';
import type { PackageName } from '../names.ts';
import type { WorkspaceFile } from './compiler-files.ts';

/** A regular file beside the recipe. */
export interface SourceFile {
  /** Below the folder (see `bytes.ts`): names need not be UTF-8. */
  readonly path: string;
  readonly mode: number;
  readonly sha256: Sha256;
}

const limits = { files: 100_000, depth: 64 };

/** Makes an empty workspace with the given files; `sourceDirectory` is read as `listSourceFiles` lists it. */
export function populateWorkspace(
  workspace: string,
  compilerFiles: readonly WorkspaceFile[],
  source: { readonly directory: string; readonly files: readonly SourceFile[] } | undefined,
): void {
  mkdirSync(workspace, { mode: 0o700 });
  for (const { path, text } of compilerFiles) {
    makeFoldersAbove(workspace, path);
    writeFileSync(diskPath(workspace, path), text);
    chmodSync(diskPath(workspace, path), 0o644);
  }
  for (const { path, mode, sha256: expected } of source?.files ?? []) {
    const target = diskPath(workspace, path);
    makeFoldersAbove(workspace, path);
    copyFileSync(diskPath(source!.directory, path), target);
    chmodSync(target, mode);
    if (sha256(readFileSync(target)) !== expected) {
      throw new Failure('source-mismatch', `${path} changed while it was copied`, { expected });
    }
  }
}

function makeFoldersAbove(workspace: string, path: string): void {
  const parent = dirname(path);
  if (parent === '.' || existsSync(diskPath(workspace, parent))) return;
  makeFoldersAbove(workspace, parent);
  makeOpenFolder(diskPath(workspace, parent));
}

/** Makes a folder with its mode set: steps see modes, so they must not depend on the umask of the user. */
function makeOpenFolder(path: string | Buffer): void {
  mkdirSync(path);
  chmodSync(path, 0o755);
}

/**
 * The place of a package's output folder in the workspace. melange makes that of the origin before its first step and that of a subpackage before
 * the first step of the subpackage.
 */
export function outputFolder(packageName: PackageName): string {
  return `melange-out/${packageName}`;
}

/**
 * Makes a folder and those above it. Steps may have put anything in its place by then, so nothing is followed: fails with `unsupported`
 * for a link, which melange follows, and with `output-missing` for anything else.
 */
export function makeFolderWithin(workspace: string, folder: string): void {
  const parts = folder.split('/');
  for (const path of parts.map((_, index) => parts.slice(0, index + 1).join('/'))) {
    const stat = lstatSync(join(workspace, path), { throwIfNoEntry: false });
    if (stat === undefined) makeOpenFolder(join(workspace, path));
    else if (stat.isSymbolicLink())
      throw new Failure('unsupported', 'a step replaced a folder with a link', { got: path });
    else if (!stat.isDirectory()) throw new Failure('output-missing', `a step replaced ${path}`);
  }
}

/**
 * The files that melange copies from the folder beside a recipe: regular files in byte order, dot folders included, without
 * links, empty folders and what `.melangeignore` names.
 */
export function listSourceFiles(directory: string): SourceFile[] {
  const ignored = readIgnoreFile(directory);
  const files: SourceFile[] = [];
  const walk = (relative: string, depth: number): void => {
    if (depth > limits.depth) throw new Failure('recipe-files-unavailable', 'the source folder is too deep');
    const names = readdirSync(diskPath(directory, relative), { encoding: 'buffer' }).map(decodeBytes);
    for (const name of names.sort(compareBytes)) {
      const path = relative === '' ? name : `${relative}/${name}`;
      const stat = lstatSync(diskPath(directory, path));
      if (stat.isDirectory()) walk(path, depth + 1);
      else if (stat.isFile() && !ignored(path, name)) {
        files.push({
          path,
          mode: stat.mode & 0o777,
          sha256: sha256(readFileSync(diskPath(directory, path))),
        });
      }
      if (files.length > limits.files)
        throw new Failure('recipe-files-unavailable', 'the source folder is too large');
    }
  };
  walk('', 0);
  return files;
}

function readIgnoreFile(directory: string): (path: string, name: string) => boolean {
  let text: string;
  try {
    text = readFileSync(join(directory, '.melangeignore'), 'utf8');
  } catch {
    return () => false;
  }
  const patterns = text
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map(ignorePattern);
  return (path, name) => patterns.some((ignores) => ignores(path) || ignores(name));
}

/** A pattern of `.melangeignore`, which differs from gitignore: it is anchored, `*` stays within a folder, a leading doublestar matches any depth, and `!` is dropped without a meaning. */
function ignorePattern(line: string): (text: string) => boolean {
  const cleaned = trimmedEnd(line.replace(/^!/, ''), '/').replace(/^\//, '');
  const tokens = cleaned.match(/\*\*\/|[\s\S]/gu) ?? [];
  return (text) => matches(tokens, text);
}

/**
 * Whether the tokens make up the whole text. All ways to match are followed at once: the file is the publisher's, and a
 * regular expression of many stars takes time without end. State 2i is before token i, 2i + 1 within its folders.
 */
function matches(tokens: readonly string[], text: string): boolean {
  let states = withSkipped([0], tokens);
  for (const character of text) {
    const next = [...states].flatMap((state) => after(state, tokens[state >> 1], character));
    states = withSkipped(next, tokens);
  }
  return states.has(2 * tokens.length);
}

/** Adds the states that are reached without a character: stars also match nothing. */
function withSkipped(states: Iterable<number>, tokens: readonly string[]): Set<number> {
  const all = new Set(states);
  for (const state of all) {
    const token = tokens[state >> 1];
    if (token === '*' || (token === '**/' && state % 2 === 0)) all.add((state | 1) + 1);
  }
  return all;
}

function after(state: number, token: string | undefined, character: string): number[] {
  const next = (state | 1) + 1;
  switch (token) {
    case undefined:
      return [];
    case '**/':
      return character === '/' ? [state | 1, next] : [state | 1];
    case '*':
      return character === '/' ? [] : [state];
    case '?':
      return character === '/' ? [] : [next];
    default:
      return character === token ? [next] : [];
  }
}
