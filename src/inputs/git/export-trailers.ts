/**
 * Finds the public commit that an internal one became: the trailer `Export:` of a public commit names it (docs/melange/recipe.md#commits-of-a-private-repository). The
 * index of trailers is built once and only new commits are added to it.
 */
import { readFileSync } from 'node:fs';
import { parseSha256, type Sha256 } from '../../digest.ts';
import type { Store } from '../store/store.ts';
import { hasCommit } from './git-objects.ts';
import type { Git } from './git-program.ts';
import type { OwnRepository } from './own-repository.ts';

interface ExportIndex {
  readonly tips: readonly string[];
  /** Lines `<internal> <public>`. */
  readonly text: string;
}

const exportTrailer = /^Export:\s+([0-9a-f]{40})\s*$/gm;

/**
 * The public commit whose trailer names an internal one; undefined where none does.
 * @param place the place of which the repository is a copy; its index is stored under this name
 */
export async function lookUpExport(
  git: Git,
  repository: OwnRepository,
  place: string,
  internal: string,
  store: Store,
): Promise<string | undefined> {
  const name = `exports ${place}`;
  const known = await recallExports(name, store);
  const tips = (
    await git(repository, ['for-each-ref', '--format=%(objectname)', 'refs/heads', 'refs/remotes'])
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

/** Whether everything that was indexed is still part of a branch; a rewritten history is indexed again. */
async function leadsOn(
  git: Git,
  repository: OwnRepository,
  known: readonly string[],
  tips: readonly string[],
): Promise<boolean> {
  for (const tip of known) if (!(await hasCommit(git, repository, tip))) return false;
  const gone = await git(repository, [
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

/** The stored index; undefined where it is damaged, and it is then made again. */
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
  repository: OwnRepository,
  known: readonly string[],
  tips: readonly string[],
): Promise<string> {
  const format = '--format=%x00%H%n%B';
  const log = await git(repository, [
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
