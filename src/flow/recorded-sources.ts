/** The sources that a recipe records, opened for what they say about other bytes: files of archives and of git trees, commits, texts of steps. */
import { join } from 'node:path';
import type { Recipe } from '../claim/recipe/recipe.ts';
import type { FoundSource } from '../inputs/found-sources.ts';
import { objectReader } from '../inputs/git/git-objects.ts';
import type { OwnRepository } from '../inputs/git/own-repository.ts';
import type { FoundRepository } from '../inputs/git-sources.ts';
import type { Inputs } from '../inputs/inputs.ts';
import type { Format } from '../melange/format.ts';
import { filesOfArchive } from '../pins/archive-files.ts';
import type { RecordedCommit, RecordedFile, RecordedSources } from '../pins/recorded.ts';
import { mostOfSources, Unpacking } from '../pins/unpacking.ts';
import { runningSteps } from '../plan/planned-steps.ts';
import { fileContent } from './file-content.ts';

const limits = { entries: 500_000, depth: 16 };

/**
 * What was recorded before the steps ran. Of git trees only those count whose commit a step names: what was found by a branch or a tag
 * is no more recorded than what is fetched.
 */
export async function recordedSources(
  recipe: Recipe,
  format: Format,
  found: readonly FoundSource[],
  inputs: Inputs,
): Promise<RecordedSources> {
  const steps = runningSteps(recipe, format).map(({ package: packageName, position, step }) => ({
    name: `step ${position} of ${packageName}`,
    text: step.runs,
  }));
  const repositories = found.filter(isRepository).filter(({ source: { commit } }) => {
    return commit !== '' && steps.some(({ text }) => text.includes(commit));
  });
  const trees = await Promise.all(repositories.map((each) => readTree(each, inputs)));
  return {
    steps,
    commits: [
      ...repositories.map(({ source }) => ({ commit: source.commit, file: source.repository })),
      ...trees.flatMap(({ commits }) => commits),
    ],
    files: filesOf(found, trees, inputs),
  };
}

function isRepository(each: FoundSource): each is FoundRepository {
  return each.kind === 'git';
}

async function* filesOf(
  found: readonly FoundSource[],
  trees: readonly Tree[],
  inputs: Inputs,
): AsyncGenerator<RecordedFile> {
  const unpacking = new Unpacking(mostOfSources);
  for (const each of found)
    if (each.kind === 'fetch') yield* filesOfArchive(each.source.uri, fileContent(each.path), unpacking);
  for (const tree of trees) {
    for (const { path, repository, id, size } of tree.files) {
      const read = () => objectReader(inputs.git(), repository).read('blob', id);
      yield { path, size, read };
    }
  }
}

interface TreeFile {
  readonly path: string;
  readonly repository: OwnRepository;
  readonly id: string;
  readonly size: number;
}

interface Tree {
  readonly files: readonly TreeFile[];
  /** Of submodules. */
  readonly commits: readonly RecordedCommit[];
}

/** A repository's tree with those of its submodules, as far as they were fetched. */
async function readTree(
  { source, repository, submodules = [] }: FoundRepository,
  inputs: Inputs,
): Promise<Tree> {
  const files: TreeFile[] = [];
  const commits: RecordedCommit[] = [];
  const git = inputs.git();
  const walk = async (
    own: OwnRepository,
    commit: string,
    prefix: string,
    depth: number,
  ): Promise<boolean> => {
    const listed = await git(own, ['ls-tree', '-r', '-z', '-l', commit]).catch(() => undefined);
    if (listed === undefined) return false;
    for (const line of listed.split('\0')) {
      const [, type, id, size, path] = /^\d+ (\w+) ([0-9a-f]+) +(\d+|-)\t([\s\S]*)$/.exec(line) ?? [];
      if (id === undefined || path === undefined || files.length > limits.entries) continue;
      const place = join(prefix, path);
      if (type === 'blob') files.push({ path: place, repository: own, id, size: Number(size) });
      if (type !== 'commit') continue;
      commits.push({ commit: id, file: place });
      if (depth > limits.depth) continue;
      for (const module of submodules) if (await walk(module.repository, id, place, depth + 1)) break;
    }
    return true;
  };
  await walk(repository, source.commit, source.repository, 0);
  return { files, commits };
}
