/** The git repository of recipes: which commit a package was built from, the recipe there, and what lay beside it. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { parseSha256, type Sha256, sha256 } from '../digest.ts';
import { Failure } from '../failure.ts';
import { ownFolder } from '../folders.ts';
import { isAddress } from './files.ts';
import type { Git } from './git.ts';
import type { Inputs } from './inputs.ts';
import { ownedName, sweepAbandoned } from './owners.ts';
import type { Store } from './store.ts';

export interface RecipeOrigin {
  /** The commit in this repository. */
  readonly commit: string;
  /** Whether the recorded commit is that of another repository, of which this one is a copy with `Export:` trailers. */
  readonly mapped: boolean;
  /** The recipe as it is there; undefined where there is none under its name. */
  readonly recipe: Uint8Array | undefined;
  /** A folder on this machine with what lay beside it; undefined where there was nothing. */
  readonly folder: string | undefined;
}

export interface RecipeWanted {
  /** As the package records it. */
  readonly commit: string;
  /** Name of the recipe's file, without folders of the builder's own. */
  readonly file: string;
}

const mostFiles = 10_000;

/** Finds a recipe in a repository; undefined where the repository has no such commit. */
export async function findRecipe(
  location: string,
  { commit, file }: RecipeWanted,
  inputs: Inputs,
): Promise<RecipeOrigin | undefined> {
  if (!/^[0-9a-f]{40}$/.test(commit) || !/^[A-Za-z0-9][A-Za-z0-9+_./-]*\.yaml$/.test(file)) return undefined;
  const git = inputs.git();
  const repository = isAddress(location) ? await mirrorRecipes(location, commit, git, inputs) : location;
  const direct = await has(git, repository, `${commit}^{commit}`);
  const resolved = direct ? commit : await lookUpExport(git, repository, commit, inputs.store);
  if (resolved === undefined) return undefined;
  const path = await placeOf(git, repository, resolved, file);
  const recipe =
    path === undefined
      ? undefined
      : Buffer.from(await git(['-C', repository, 'cat-file', 'blob', `${resolved}:${path}`]), 'latin1');
  const folder =
    path === undefined
      ? undefined
      : await extract(git, repository, resolved, path.replace(/\.yaml$/, ''), inputs.recipes);
  return { commit: resolved, mapped: !direct, recipe, folder };
}

async function has(git: Git, repository: string, object: string): Promise<boolean> {
  return git(['-C', repository, 'cat-file', '-e', object]).then(
    () => true,
    () => false,
  );
}

/** The file at its path, or by its name where the builder's repository had more folders around it. */
async function placeOf(
  git: Git,
  repository: string,
  commit: string,
  file: string,
): Promise<string | undefined> {
  const parts = file.split('/');
  for (let from = 0; from < parts.length; from += 1) {
    const path = parts.slice(from).join('/');
    // Asks the folder, not the file: a copy without contents has the one and may not have the other.
    const listed = await git(['-C', repository, 'ls-tree', '-z', commit, '--', path]);
    if (/^100(644|755) blob /.test(listed)) return path;
  }
  return undefined;
}

/** A bare copy without contents, which git fetches when they are asked for; brought up to date where the commit is not in it. */
async function mirrorRecipes(address: string, commit: string, git: Git, inputs: Inputs): Promise<string> {
  const path = join(inputs.recipes, `mirror-${sha256(Buffer.from(address)).slice(0, 32)}`);
  if (!existsSync(join(path, 'HEAD'))) {
    const aside = join(inputs.recipes, ownedName());
    ownFolder(inputs.recipes);
    sweepAbandoned(inputs.recipes);
    await git(['init', '--quiet', '--bare', '--template=', aside]);
    for (const [key, value] of [
      ['remote.origin.url', address],
      ['remote.origin.promisor', 'true'],
      ['remote.origin.partialclonefilter', 'blob:none'],
    ] as const)
      await git(['-C', aside, 'config', key, value]);
    try {
      await update(aside, address, git, inputs);
      renameSync(aside, path);
    } finally {
      rmSync(aside, { recursive: true, force: true });
    }
  } else if (!inputs.network.policy.offline && !(await has(git, path, `${commit}^{commit}`))) {
    const known = await lookUpExport(git, path, commit, inputs.store);
    if (known === undefined) await update(path, address, git, inputs);
  }
  touch(path);
  return path;
}

/** What was not used for long can be pruned. */
function touch(path: string): void {
  const now = Date.now() / 1000;
  utimesSync(path, now, now);
}

async function update(path: string, address: string, git: Git, inputs: Inputs): Promise<void> {
  if (inputs.network.policy.offline)
    throw new Failure('unreachable', `${address} is not contacted: --offline`);
  const refspec = '+refs/heads/*:refs/heads/*';
  await git(['-C', path, 'fetch', '--quiet', '--no-tags', '--filter=blob:none', 'origin', refspec], {
    address,
  }).catch((cause: unknown) => {
    throw new Failure('unreachable', `${address} cannot be fetched`, { cause });
  });
}

interface ExportIndex {
  readonly tips: readonly string[];
  /** Lines `<internal> <public>`. */
  readonly text: string;
}

const exportTrailer = /^Export:\s+([0-9a-f]{40})\s*$/gm;

/**
 * The public commit whose trailer names an internal one (docs/melange/recipe.md#commits-of-a-private-repository). The index of trailers is built once and
 * only new commits are added to it.
 */
export async function lookUpExport(
  git: Git,
  repository: string,
  internal: string,
  store: Store,
): Promise<string | undefined> {
  const name = `exports ${repository}`;
  const known = await recallExports(name, store);
  const tips = (
    await git(['-C', repository, 'for-each-ref', '--format=%(objectname)', 'refs/heads', 'refs/remotes'])
  )
    .split('\n')
    .filter(Boolean);
  const fresh = tips.join() !== known.tips.join();
  const base = fresh && !(await leadsOn(git, repository, known.tips, tips)) ? nothing : known;
  const text = fresh ? base.text + (await readExports(git, repository, base.tips, tips)) : known.text;
  if (fresh) store.remember(name, JSON.stringify({ tips, object: store.add(Buffer.from(text)) }));
  const at = text.indexOf(`\n${internal} `);
  return at < 0 ? undefined : text.slice(at + internal.length + 2, at + internal.length + 42);
}

const nothing: ExportIndex = { tips: [], text: '\n' };

/** Whether everything that was indexed is still part of a branch; a rewritten history is indexed anew. */
async function leadsOn(
  git: Git,
  repository: string,
  known: readonly string[],
  tips: readonly string[],
): Promise<boolean> {
  for (const tip of known) if (!(await has(git, repository, tip))) return false;
  const gone = await git([
    '-C',
    repository,
    'rev-list',
    '--max-count=1',
    ...known,
    ...tips.map((tip) => `^${tip}`),
    '--',
  ]);
  return gone.trim() === '';
}

async function recallExports(name: string, store: Store): Promise<ExportIndex> {
  const note = parseNote(store.recall(name) ?? '');
  const path = note === undefined ? undefined : await store.get(note.object);
  return note === undefined || path === undefined
    ? nothing
    : { tips: note.tips, text: readFileSync(path, 'latin1') };
}

/** Undefined for what was damaged: the index is made anew. */
function parseNote(text: string): { readonly tips: readonly string[]; readonly object: Sha256 } | undefined {
  try {
    const { tips, object } = JSON.parse(text) as { tips: readonly string[]; object: string };
    const digest = parseSha256(object);
    return digest === undefined || !tips.every((tip) => /^[0-9a-f]{40}$/.test(tip))
      ? undefined
      : { tips, object: digest };
  } catch {
    return undefined;
  }
}

async function readExports(
  git: Git,
  repository: string,
  known: readonly string[],
  tips: readonly string[],
): Promise<string> {
  const format = '--format=%x00%H%n%B';
  const log = await git([
    '-C',
    repository,
    'log',
    '--grep=^Export: ',
    format,
    ...tips,
    ...known.map((tip) => `^${tip}`),
    '--',
  ]);
  return log
    .split('\0')
    .slice(1)
    .flatMap((entry) =>
      [...entry.matchAll(exportTrailer)].map((match) => `${match[1]} ${entry.slice(0, 40)}\n`),
    )
    .join('');
}

/** Regular files of a folder of a commit, as melange copies them; kept under the folder's tree, which names its content. */
async function extract(
  git: Git,
  repository: string,
  commit: string,
  folder: string,
  kept: string,
): Promise<string | undefined> {
  const listed = await git(['-C', repository, 'ls-tree', '-z', commit, '--', folder]);
  const tree = /^040000 tree ([0-9a-f]{40})\t/.exec(listed)?.[1];
  if (tree === undefined) return undefined;
  const path = join(kept, `tree-${tree}`);
  if (existsSync(path)) {
    touch(path);
    return path;
  }
  ownFolder(kept);
  const aside = join(kept, ownedName());
  try {
    const entries = (await git(['-C', repository, 'ls-tree', '-r', '-z', tree])).split('\0').filter(Boolean);
    if (entries.length > mostFiles)
      throw new Failure(
        'recipe-files-unavailable',
        `the folder of the recipe has more than ${mostFiles} files`,
      );
    mkdirSync(aside);
    for (const entry of entries) await extractFile(git, repository, entry, aside);
    renameSync(aside, path);
  } catch (failure) {
    if (!existsSync(path)) throw failure;
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
  return path;
}

async function extractFile(git: Git, repository: string, entry: string, aside: string): Promise<void> {
  const match = /^(100644|100755) blob ([0-9a-f]{40})\t([\s\S]+)$/.exec(entry);
  if (match === null) return;
  const [, mode, blob, name] = match as unknown as [string, string, string, string];
  const parts = name.split('/');
  if (parts.some((part) => part === '' || part === '.' || part === '..' || part.toLowerCase() === '.git'))
    throw new Failure(
      'recipe-files-unavailable',
      'a file beside the recipe has a path that leads elsewhere',
      {
        got: name,
      },
    );
  const path = Buffer.from(join(aside, name), 'latin1');
  mkdirSync(Buffer.from(dirname(join(aside, name)), 'latin1'), { recursive: true });
  writeFileSync(path, Buffer.from(await git(['-C', repository, 'cat-file', 'blob', blob]), 'latin1'));
  chmodSync(path, mode === '100755' ? 0o755 : 0o644);
}
