/** The git repository of recipes: finds the commit that a package was built from, the recipe there, and what lay beside it. */

import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { shownAddress } from '../address.ts';
import { sha256 } from '../digest.ts';
import { Failure } from '../failure.ts';
import { ownFolder } from '../folders.ts';
import { lookUpExport } from './git/export-trailers.ts';
import { explainMissing, openForeign } from './git/foreign-repository.ts';
import {
  hasCommit,
  type ObjectReader,
  objectReader,
  parseTree,
  type TreeEntry,
  treeOfCommit,
} from './git/git-objects.ts';
import { type Git, GitError, type ServerRemote } from './git/git-program.ts';
import {
  makeRepository,
  type OwnRepository,
  reopenRepository,
  touchRepository,
} from './git/own-repository.ts';
import type { Inputs } from './inputs.ts';
import { isAddress } from './store/files.ts';
import { ownedName, sweepAbandoned } from './store/temporary-names.ts';

export interface RecipeOrigin {
  /** The commit in this repository. */
  readonly commit: string;
  /** Whether the recorded commit is that of a different repository, of which this one is a copy with `Export:` trailers. */
  readonly mapped: boolean;
  /** The recipe at that commit; undefined where there is none of its name. */
  readonly recipe: Uint8Array | undefined;
  /** A folder on this machine with what lay beside it; undefined where nothing did. */
  readonly folder: string | undefined;
}

export interface RecipeWanted {
  /** The commit as the package records it. */
  readonly commit: string;
  /** The name of the recipe's file, without the builder's own folders. */
  readonly file: string;
}

const mostFiles = 10_000;
const deepestFolder = 64;
/** NAME_MAX (limits.h). */
const mostNameBytes = 255;
/** The most bytes of a path in the repository: PATH_MAX is 4096 (limits.h), and our own folders precede it. */
const mostPathBytes = 2048;

/**
 * Finds a recipe in a repository, a folder or an address; undefined where the repository has no such commit. Fails with
 * `unreachable` for one that cannot be read, and with `source-mismatch` for an object that does not match its name.
 */
export async function findRecipe(
  location: string,
  wanted: RecipeWanted,
  inputs: Inputs,
): Promise<RecipeOrigin | undefined> {
  if (!/^[0-9a-f]{40}$/.test(wanted.commit)) return undefined;
  if (!/^[A-Za-z0-9][A-Za-z0-9+_./-]*\.yaml$/.test(wanted.file)) return undefined;
  ownFolder(inputs.recipes);
  sweepAbandoned(inputs.recipes);
  const git = inputs.git();
  if (!isAddress(location)) return findInFolder(location, wanted, git, inputs);
  const address = inputs.name(location);
  const authorization = inputs.gitAuthorization(address);
  const remote = { kind: 'server', address, authorization, partial: true } as const;
  const repository = await mirrorRecipes(remote, wanted.commit, git, inputs);
  return findIn({ git, repository, remote, name: address }, wanted, inputs);
}

async function findInFolder(
  folder: string,
  wanted: RecipeWanted,
  git: Git,
  inputs: Inputs,
): Promise<RecipeOrigin | undefined> {
  const aside = join(inputs.recipes, ownedName());
  try {
    const foreign = await openForeign(folder, aside);
    if (foreign === undefined) throw new Failure('unreachable', `there is no git repository in ${folder}`);
    const { repository } = foreign;
    return await findIn({ git, repository, remote: undefined, name: resolve(folder) }, wanted, inputs);
  } catch (failure) {
    if (!(failure instanceof GitError)) throw failure;
    // git's messages name places of this run.
    const why = explainMissing(folder);
    throw new Failure(
      'unreachable',
      `the git repository of ${folder} lacks what was looked for${why === undefined ? '' : `: ${why}`}`,
    );
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

interface RecipePlace {
  readonly git: Git;
  readonly repository: OwnRepository;
  readonly remote: ServerRemote | undefined;
  /** The name under which notes about it are kept. */
  readonly name: string;
}

async function findIn(
  { git, repository, remote, name }: RecipePlace,
  { commit, file }: RecipeWanted,
  inputs: Inputs,
): Promise<RecipeOrigin | undefined> {
  const direct = await hasCommit(git, repository, commit);
  const resolved = direct ? commit : await lookUpExport(git, repository, name, commit, inputs.store);
  if (resolved === undefined) return undefined;
  const objects = objectReader(git, repository, remote);
  const root = treeOfCommit(await objects.read('commit', resolved));
  const path = await placeOf(objects, root, file);
  if (path === undefined) return { commit: resolved, mapped: !direct, recipe: undefined, folder: undefined };
  const entry = await entryAt(objects, root, path);
  const recipe = await objects.read('blob', entry!.id);
  const beside = await entryAt(objects, root, path.replace(/\.yaml$/, ''));
  const folder = beside?.mode === '40000' ? await extract(objects, beside.id, inputs.recipes) : undefined;
  return { commit: resolved, mapped: !direct, recipe, folder };
}

/** Finds the file at its path, or by its name where the builder's repository had more folders around it. */
async function placeOf(objects: ObjectReader, root: string, file: string): Promise<string | undefined> {
  const parts = file.split('/');
  for (let from = 0; from < parts.length; from += 1) {
    const path = parts.slice(from).join('/');
    const entry = await entryAt(objects, root, path);
    if (entry !== undefined && isFile(entry)) return path;
  }
  return undefined;
}

function isFile({ mode }: TreeEntry): boolean {
  return mode === '100644' || mode === '100755';
}

async function entryAt(objects: ObjectReader, root: string, path: string): Promise<TreeEntry | undefined> {
  let at: TreeEntry | undefined = { mode: '40000', name: '', id: root };
  for (const part of path.split('/')) {
    if (at?.mode !== '40000') return undefined;
    at = parseTree(await objects.read('tree', at.id)).find(({ name }) => name === part);
  }
  return at;
}

/** A bare copy without contents, which git fetches when they are needed; updated where it lacks the commit. */
async function mirrorRecipes(
  remote: ServerRemote,
  commit: string,
  git: Git,
  inputs: Inputs,
): Promise<OwnRepository> {
  const path = join(inputs.recipes, `mirror-${sha256(Buffer.from(remote.address)).slice(0, 32)}`);
  const kept = reopenRepository(path, 'working');
  if (kept !== undefined) {
    if (!inputs.network.policy.offline && !(await hasCommit(git, kept, commit))) {
      const known = await lookUpExport(git, kept, remote.address, commit, inputs.store);
      if (known === undefined) await update(kept, remote, git, inputs);
    }
    touchRepository(kept);
    return kept;
  }
  const aside = join(inputs.recipes, ownedName());
  try {
    await update(makeRepository(aside), remote, git, inputs);
    renameSync(aside, path);
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
  return reopenRepository(path, 'working')!;
}

async function update(
  repository: OwnRepository,
  remote: ServerRemote,
  git: Git,
  inputs: Inputs,
): Promise<void> {
  const shown = shownAddress(remote.address);
  if (inputs.network.policy.offline) throw new Failure('unreachable', `${shown} is not contacted: --offline`);
  const refspec = '+refs/heads/*:refs/heads/*';
  const argv = ['fetch', '--quiet', '--no-tags', '--filter=blob:none', 'origin', refspec];
  await git(repository, argv, remote).catch((cause: unknown) => {
    throw new Failure('unreachable', `${shown} cannot be fetched`, { cause });
  });
}

/** Extracts the regular files of a folder of a commit, as melange copies them; they are kept under the id of the folder's tree, which identifies its content. */
async function extract(objects: ObjectReader, tree: string, kept: string): Promise<string> {
  const path = join(kept, `files-${tree}`);
  if (existsSync(path)) {
    const now = Date.now() / 1000;
    utimesSync(path, now, now);
    return path;
  }
  const files = await listFiles(objects, tree);
  const aside = join(kept, ownedName());
  try {
    mkdirSync(aside);
    for (const [name, entry] of files) await extractFile(objects, name, entry, aside);
    renameSync(aside, path);
  } catch (failure) {
    if (!existsSync(path)) throw failure;
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
  return path;
}

/** Regular files below a tree by their path. */
async function listFiles(objects: ObjectReader, tree: string): Promise<Map<string, TreeEntry>> {
  const files = new Map<string, TreeEntry>();
  const names = new Set<string>();
  const pending = [{ prefix: '', id: tree, depth: 1 }];
  let seen = 0;
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { prefix, id, depth } = next;
    for (const entry of parseTree(await objects.read('tree', id))) {
      seen += 1;
      if (seen > mostFiles || depth > deepestFolder)
        throw new Failure('recipe-files-unavailable', `the folder of the recipe is too large`, {
          expected: `${mostFiles} files, and folders ${deepestFolder} deep, at most`,
        });
      const name = `${prefix}${requireName(entry.name)}`;
      if (names.has(name) || name.length > mostPathBytes)
        throw new Failure('recipe-files-unavailable', 'no folder can hold what lay beside the recipe', {
          got: name.length > mostPathBytes ? `a path of ${name.length} bytes` : name,
        });
      names.add(name);
      if (entry.mode === '40000') pending.push({ prefix: `${name}/`, id: entry.id, depth: depth + 1 });
      else if (isFile(entry)) files.set(name, entry);
    }
  }
  return files;
}

function requireName(name: string): string {
  const leads = name === '' || name === '.' || name === '..' || name.includes('/');
  if (name.length > mostNameBytes)
    throw new Failure('recipe-files-unavailable', 'a file beside the recipe has a name that no disk takes', {
      got: `${name.length} bytes`,
    });
  if (!leads && name.toLowerCase() !== '.git') return name;
  throw new Failure('recipe-files-unavailable', 'a file beside the recipe has a path that leads elsewhere', {
    got: name,
  });
}

async function extractFile(
  objects: ObjectReader,
  name: string,
  { mode, id }: TreeEntry,
  aside: string,
): Promise<void> {
  const path = Buffer.from(join(aside, name), 'latin1');
  mkdirSync(Buffer.from(dirname(join(aside, name)), 'latin1'), { recursive: true });
  writeFileSync(path, await objects.read('blob', id));
  chmodSync(path, mode === '100755' ? 0o755 : 0o644);
}
