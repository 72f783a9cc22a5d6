/** The cases of fixtures/cases: what two sides of each hold, what is right to say of it, and what is said. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ByteSource } from '../../src/byte-source.ts';
import type { CauseKind } from '../../src/compare/cause.ts';
import { comparePackages } from '../../src/compare/compare.ts';
import { allDifferences, isUnequal } from '../../src/compare/comparison.ts';
import type { Difference } from '../../src/compare/difference.ts';
import { nobodysBuild } from '../../src/explain/causes/evidence.ts';
import { nameCauses } from '../../src/explain/causes/name.ts';
import { fileOf, type Part } from './apk-builder.ts';
import { fixtures } from './lab.ts';
import { packageOf } from './pairs.ts';

const folder = join(fixtures, 'cases');

export interface Case {
  /** What people met, in a few words. */
  readonly what: string;
  /**
   * For each path that differs: the causes that are right, all of them, with `|` between those of which either is. An empty list says that no cause can
   * be known without a build.
   */
  readonly right: Readonly<Record<string, readonly string[]>>;
  /** Texts that what is said of the case holds, beside the causes. */
  readonly shows?: readonly string[];
}

/** The table of cases by their names. */
export function readCases(): ReadonlyMap<string, Case> {
  return new Map(Object.entries(JSON.parse(readFileSync(join(folder, 'cases.json'), 'utf8'))));
}

export interface Answer {
  readonly path: string;
  readonly right: readonly string[];
  /** Without `unknown`. */
  readonly named: readonly CauseKind[];
  /** Of what is right, what is not named. */
  readonly missing: readonly string[];
  /** Of what is named, what is not right. */
  readonly wrong: readonly CauseKind[];
}

export interface Answers {
  readonly answers: readonly Answer[];
  /** Texts that nothing shows. */
  readonly unshown: readonly string[];
}

/** What is said of a case: one answer for each path that is expected to differ, or that differs. */
export async function answersOf(name: string, { right, shows = [] }: Case): Promise<Answers> {
  const found = await differencesOf(name);
  const paths = [...new Set([...Object.keys(right), ...found.map(({ path }) => path)])];
  const shown = JSON.stringify(found);
  return {
    answers: paths.map((path) =>
      answerOf(
        path,
        right[path] ?? [],
        found.filter((each) => each.path === path),
      ),
    ),
    unshown: shows.filter((text) => !shown.includes(JSON.stringify(text).slice(1, -1))),
  };
}

function answerOf(path: string, right: readonly string[], found: readonly Difference[]): Answer {
  const kinds = new Set(found.flatMap(({ causes = [] }) => causes.map(({ kind }) => kind)));
  const named = [...kinds].filter((kind) => kind !== 'unknown').sort();
  const allowed = new Set(right.flatMap((each) => each.split('|')));
  return {
    path,
    right,
    named,
    missing: right.filter((each) => !each.split('|').some((kind) => kinds.has(kind as CauseKind))),
    wrong: named.filter((kind) => !allowed.has(kind)),
  };
}

/** The differences of the data sections of both sides as packages, with their causes. */
export async function differencesOf(name: string): Promise<readonly Difference[]> {
  const sources = { published: sourceOf(name, 'a'), rebuilt: sourceOf(name, 'b') };
  const comparison = await comparePackages(sources.published, sources.rebuilt);
  if (!isUnequal(comparison)) return [];
  const { sections } = await nameCauses(comparison, sources, nobodysBuild);
  return allDifferences(sections).filter(({ section }) => section === 'data');
}

function sourceOf(name: string, side: string): ByteSource {
  const bytes = packageOf({ data: filesBelow(join(folder, name, side)) });
  return {
    name: side,
    async *open() {
      yield bytes;
    },
  };
}

function filesBelow(root: string): Part[] {
  const entries = readdirSync(root, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((path) => fileOf(path.slice(root.length + 1), readFileSync(path)));
}

export interface Judged extends Answers {
  readonly name: string;
  readonly what: string;
}

/** All cases with what is said of them. */
export async function judgeCases(): Promise<readonly Judged[]> {
  const judged: Judged[] = [];
  for (const [name, each] of readCases())
    judged.push({ name, what: each.what, ...(await answersOf(name, each)) });
  return judged;
}

/** Files of the cases that both sides have and that differ, each with a name of its own. */
export function caseFiles(): readonly {
  readonly name: string;
  readonly path: string;
  readonly published: Uint8Array;
  readonly rebuilt: Uint8Array;
}[] {
  return [...readCases()].flatMap(([name, { right }]) =>
    Object.keys(right).flatMap((path, at) => {
      const [published, rebuilt] = ['a', 'b'].map((side) => contentOf(join(folder, name, side, path)));
      if (published === undefined || rebuilt === undefined || published.equals(rebuilt)) return [];
      return [{ name: `${name}-${at}`, path, published, rebuilt }];
    }),
  );
}

function contentOf(file: string): Buffer | undefined {
  return existsSync(file) ? readFileSync(file) : undefined;
}
