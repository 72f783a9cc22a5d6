/**
 * What production's scan finds in a tree, as far as it can be read from the files themselves: Go programs, installed
 * distributions of Python, wheels. It is believed only where all of it together is what production found.
 */

import type { FormName } from '../../../../claim/traits/record-variant.ts';
import { formOf } from '../../../../claim/traits/record-variant.ts';
import type { Sha256 } from '../../../../digest.ts';
import type { Tree } from '../../../../execute/tree.ts';
import type { HashGeneration } from '../hash.ts';
import { compareFound, digestFound, type Scan } from '../syft.ts';
import { extractedOf, foundPackage, type LanguageRecord } from './found.ts';
import { type GoBuild, type GoHidden, goRecords, readGoBuild } from './go.ts';
import { distInfoRecord, wheelRecord } from './python.ts';

/** By which reader a path was read whole: what else may be found there is not said. */
export type ReadPaths = ReadonlyMap<string, 'go' | 'dist-info' | 'wheel'>;

export interface Catalogue {
  readonly scan: Scan;
  readonly read: ReadPaths;
}

/** What no file tells and an id holds: one answer for a package, of a closed list. */
const hiddenAnswers: readonly GoHidden[] = [true, false].flatMap((symbols) =>
  [[], ['standard-crypto']].map((crypto) => ({ symbols, crypto })),
);

/** The elements of a tree where they are those with this digest (`digestFound`); undefined where they are not. */
export function catalogue(tree: Tree, form: FormName, found: Sha256): Catalogue | undefined {
  const generation = formOf({ form }).hashGeneration;
  const programs = goPrograms(tree);
  const python = pythonRecords(tree, generation);
  for (const hidden of programs.length === 0 ? hiddenAnswers.slice(0, 1) : hiddenAnswers) {
    const go = programs.map(({ path, build }) => ({
      path,
      records: goRecords(build, path, { generation, hidden }),
    }));
    const records = [...go.flatMap((each) => each.records ?? []), ...python.records];
    const packages = records.map((record) => foundPackage(record, generation)).sort(compareFound);
    if (digestFound(packages.map(({ element }) => element)) !== found) continue;
    const read = new Map<string, 'go' | 'dist-info' | 'wheel'>(python.read);
    for (const { path, records: own } of go) if (own !== undefined) read.set(path, 'go');
    return { scan: { version: '', found: packages, extracted: extractedOf(records) }, read };
  }
  return undefined;
}

const elfStart = Buffer.from('\x7fELF', 'latin1');

function goPrograms(tree: Tree): { readonly path: string; readonly build: GoBuild }[] {
  return tree.entries.flatMap(({ path, type, content }) => {
    if (type !== 'file' || Buffer.compare(content.read(0, 4), elfStart) !== 0) return [];
    const build = readGoBuild(content);
    return build === undefined ? [] : [{ path, build }];
  });
}

function pythonRecords(tree: Tree, generation: HashGeneration) {
  const records: LanguageRecord[] = [];
  const read = new Map<string, 'dist-info' | 'wheel'>();
  for (const [at, { path, type }] of tree.entries.entries()) {
    if (type === 'file' && path.endsWith('.whl')) {
      const record = wheelRecord(tree, path);
      if (record === undefined) continue;
      records.push(record);
      read.set(path, 'wheel');
    }
    if (type === 'directory' && path.endsWith('.dist-info')) {
      const below = plainEntriesBelow(tree, at);
      const record = below && distInfoRecord(tree, path, generation);
      if (below === undefined || record === undefined) continue;
      records.push(record);
      for (const each of [path, ...below.map((entry) => entry.path)]) read.set(each, 'dist-info');
    }
  }
  return { records, read };
}

/** What is below a folder, right behind it in walk order; undefined where something leads elsewhere, or to a second distribution. */
function plainEntriesBelow({ entries }: Tree, at: number): readonly Tree['entries'][number][] | undefined {
  const folder = entries[at]!.path;
  let end = at + 1;
  for (; entries[end]?.path.startsWith(`${folder}/`) === true; end += 1) {
    const { path, type } = entries[end]!;
    const isPlain = type === 'file' || type === 'directory';
    if (!isPlain || /(dist|egg)-info/i.test(path.slice(folder.length))) return undefined;
  }
  return entries.slice(at + 1, end);
}
