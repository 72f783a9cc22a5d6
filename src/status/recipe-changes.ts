/** Which lines of a recipe were different in two builds, where the sweep keeps both. */
import { alignLists } from '../compare/comparators/alignment.ts';
import type { Sha256 } from '../digest.ts';
import type { VerdictRow } from '../sweep/verdict-row.ts';
import type { ReadArtifact } from './stored-plans.ts';

/** Runs of lines that stand in the place of each other; one of both may be empty. */
export interface RecipeChange {
  /** Number of the first line in the later recipe, from 1. */
  readonly line: number;
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/** A recipe with all that melange compiled into it is shorter by far. */
const mostBytes = 4 * 1024 * 1024;
/** Recipes that differ by more lines are aligned by what both have once. */
const mostEdits = 2000;

/** What was different, in the order of the later recipe; undefined where one of them is not kept. None where they are the same. */
export async function recipeChanges(
  before: Pick<VerdictRow, 'recipe'>,
  after: Pick<VerdictRow, 'recipe'>,
  readArtifact: ReadArtifact,
): Promise<readonly RecipeChange[] | undefined> {
  if (before.recipe !== undefined && before.recipe === after.recipe) return [];
  const was = await linesOf(before.recipe, readArtifact);
  const is = was === undefined ? undefined : await linesOf(after.recipe, readArtifact);
  if (was === undefined || is === undefined) return undefined;
  return alignLists(was, is, mostEdits, { spend: () => undefined })
    .map(({ publishedStart, publishedEnd, rebuiltStart, rebuiltEnd }) => ({
      line: rebuiltStart + 1,
      before: was.slice(publishedStart, publishedEnd),
      after: is.slice(rebuiltStart, rebuiltEnd),
    }))
    .sort((a, b) => a.line - b.line);
}

async function linesOf(
  digest: Sha256 | undefined,
  readArtifact: ReadArtifact,
): Promise<readonly string[] | undefined> {
  const bytes = digest === undefined ? undefined : await readArtifact(digest);
  return bytes === undefined || bytes.length > mostBytes
    ? undefined
    : Buffer.from(bytes).toString('utf8').split('\n');
}
