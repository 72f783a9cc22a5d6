/** What a command line with folders, shards and earlier results comes to: the packages that are judged, and what lies beside them. */
import { readFileSync } from 'node:fs';
import { shownTyped } from '../address.ts';
import { counted } from '../bytes.ts';
import { Failure } from '../failure.ts';
import { isPackageName } from '../flow/subject-name.ts';
import type { Inputs } from '../inputs/inputs.ts';
import { hashFile, isAddress } from '../inputs/store/files.ts';
import { statNamed } from '../named-path.ts';
import { type IsUnchanged, listedBefore, reproducedBefore } from '../selection/changed-since.ts';
import { findPackages } from '../selection/package-folder.ts';
import { type Selection, select } from '../selection/select.ts';
import { parseShard } from '../selection/shard.ts';
import { hasItsData } from '../selection/subject-facts.ts';
import { repositoryAround } from './find-config.ts';
import { printNote } from './output.ts';

import type { RawOptions } from './raw-options.ts';

/** Subjects with the packages of each folder in its place, and options with the repositories and sources that lie beside those. */
export function withFolders(
  subjects: readonly string[],
  raw: RawOptions,
): { readonly subjects: readonly string[]; readonly raw: RawOptions } {
  const isFolder = (subject: string) =>
    !isAddress(subject) && !isPackageName(subject) && statNamed(subject)?.isDirectory() === true;
  if (!subjects.some(isFolder)) return { subjects, raw };
  const found = subjects.map((subject) =>
    isFolder(subject) ? findPackages(subject) : { packages: [subject], repositories: [], sourceCaches: [] },
  );
  // A package that is asked for by name comes of the repositories that the user named, or of Wolfi's.
  const byName = subjects.some(isPackageName);
  const repositories = byName ? [] : found.flatMap((each) => each.repositories);
  return {
    subjects: [...new Set(found.flatMap(({ packages }) => packages))],
    raw: {
      ...raw,
      repository: joined('repository', raw.repository, repositories),
      sourceCache: joined(
        'source-cache',
        raw.sourceCache,
        found.flatMap((each) => each.sourceCaches),
      ),
    },
  };
}

/** What the user named comes first, and what lies beside the packages is said. */
function joined(option: string, named: readonly string[] = [], beside: readonly string[]): readonly string[] {
  const added = [...new Set(beside)].filter((each) => !named.includes(each));
  for (const each of added) printNote(`wolfi-repro: --${option} ${each}, which lies beside the packages`);
  return [...named, ...added];
}

/** The packages of this run, and what it was asked for. Says on standard error what is left out. Fails with `usage` for a shard or an earlier result that cannot be meant. */
export async function selected(
  subjects: readonly string[],
  {
    shard,
    changedSince,
  }: { readonly shard?: string | undefined; readonly changedSince?: string | undefined },
  inputs: () => Inputs,
): Promise<Selection> {
  const selection = await select(subjects, {
    shard: shard === undefined ? undefined : parseShard(shard),
    isUnchanged: changedSince === undefined ? undefined : await unchangedSince(changedSince, inputs),
  });
  for (const note of notesOf(selection, changedSince ?? '')) printNote(`wolfi-repro: ${note}`);
  return selection;
}

function notesOf({ judged, asked: { packages, unchanged, elsewhere } }: Selection, since: string): string[] {
  const are = (count: number) => `${counted(count, 'package')} ${count === 1 ? 'is' : 'are'}`;
  return [
    ...(unchanged === 0 ? [] : [`${are(unchanged)} the same as in ${shownTyped(since)} and not judged`]),
    ...(elsewhere === 0 ? [] : [`${are(elsewhere)} of other shards`]),
    ...(judged.length === 0 && packages > 0 ? ['nothing is left to judge'] : []),
  ];
}

/**
 * What is written as a file: as a path, or with the ending of one. What lies in the folder does not decide it: a pull request could add a file of the name
 * of a branch, which says that everything is reproduced.
 */
const fileForm = /^\.{0,2}\/|\.(json|jsonl|gz)$/;

/** Decides by what was named: a file is an index or an earlier result, everything else a commit of the repository around the working directory. */
async function unchangedSince(text: string, inputs: () => Inputs): Promise<IsUnchanged> {
  if (fileForm.test(text) && statNamed(text)?.isFile() === true) {
    const bytes = readFileSync(text);
    if (bytes[0] === 0x1f && bytes[1] === 0x8b) return listedBefore(bytes, hasItsData);
    const { parseSavedRun } = await import('../report/saved/saved-run.ts');
    const digest = async (subject: string) =>
      isAddress(subject) || isPackageName(subject) ? undefined : hashFile(subject);
    return reproducedBefore(parseSavedRun(bytes).packages, digest);
  }
  const root = repositoryAround(process.cwd());
  if (root === undefined || !/^[\w][\w./@{}^~+-]{0,255}$/.test(text))
    throw new Failure(
      'usage',
      `${shownTyped(text)} is neither a file nor a commit of a git repository here`,
      {
        expected: '--changed-since with an earlier result, an APKINDEX.tar.gz, or a branch, tag or commit',
        hint: 'a file that does not end with .json, .jsonl or .gz is written as a path: ./FILE',
      },
    );
  const { recipesSince } = await import('../selection/changed-recipes.ts');
  return recipesSince(root, text, inputs());
}
