/**
 * What production's scan finds in a tree, as far as it can be read from the files themselves: Go programs, installed
 * distributions of Python, wheels, gems and packages of Node. It is believed only where all of it together is what production found.
 */

import { canonicalJson } from '../../../../canonical.ts';
import type { FormName } from '../../../../claim/traits/record-variant.ts';
import { formOf } from '../../../../claim/traits/record-variant.ts';
import type { Sha256 } from '../../../../digest.ts';
import type { Tree, TreeEntry } from '../../../../execute/tree.ts';
import { compareFound, digestFound, type FoundPackage, type Reader, type Scan } from '../found-packages.ts';
import type { LibraryPackage } from '../production-document.ts';
import type { OwnScan, OwnScans } from '../syft-scan.ts';
import { type ElementForm, extractedOf, foundPackage, type LanguageRecord } from './found-element.ts';
import { gemRecord, isGemPath } from './gem.ts';
import { type GoBuild, type GoHidden, goRecords, readGoBuild } from './go-modules.ts';
import { isNodePath, nodeRecords } from './node-packages.ts';
import { distInfoRecord } from './python-packages.ts';
import { wheelRecord } from './wheel.ts';

/** The values that enter an id and that no file shows: one answer for each package, out of a closed list. */
const hiddenAnswers: readonly GoHidden[] = (['whole', 'subpath'] as const).flatMap((urls) =>
  [true, false].flatMap((symbols) => [[], ['standard-crypto']].map((crypto) => ({ urls, symbols, crypto }))),
);

/** The elements of a tree, where they have this digest (`digestFound`); undefined where they do not. */
export function catalogue(tree: Tree, form: FormName, found: Sha256): Scan | undefined {
  const programs = goPrograms(tree);
  const answers = programs.length === 0 ? hiddenAnswers.slice(0, 1) : hiddenAnswers;
  for (const elements of elementForms(form)) {
    const others = readOthers(tree, elements);
    for (const hidden of answers) {
      const go = programs.map(({ path, build }) => ({
        path,
        records: goRecords(build, path, { ...elements, hidden }),
      }));
      const records = [...go.flatMap((each) => each.records ?? []), ...others.records];
      const packages = sortedPackages(records, elements);
      if (digestFound(packages.map(({ element }) => element)) !== found) continue;
      const read = new Map<string, Reader>(others.read);
      for (const { path, records: own } of go) if (own !== undefined) read.set(path, 'go');
      return { version: '', found: packages, extracted: extractedOf(records), read };
    }
  }
  return undefined;
}

/** Documents with paths that have no slash are known of forms C and D; of A and B either may be. */
function elementForms(form: FormName): ElementForm[] {
  const { hashGeneration: generation, guessesCpes } = formOf({ form });
  const roots = guessesCpes ? (['/', ''] as const) : ([''] as const);
  return roots.map((root) => ({ generation, guessesCpes, root }));
}

/** What production finds and no stock syft does: wheels. */
export function ownScans(tree: Tree, form: FormName): OwnScans {
  const { hashGeneration: generation, guessesCpes } = formOf({ form });
  const wheels = tree.entries.flatMap((entry) => readWheel(tree, entry));
  const records = wheels.flatMap((each) => each.records);
  const scanUnder = (root: ElementForm['root']): OwnScan => ({
    found: sortedPackages(records, { generation, guessesCpes, root }),
    extracted: extractedOf(records),
    read: new Map(wheels.flatMap(({ paths, reader }) => paths.map((path) => [path, reader]))),
  });
  return { kept: scanUnder('/'), stripped: scanUnder('') };
}

/**
 * Whether elements are among a list's that can be read here of a tree, whatever production found: a list that lacks one was not made of all
 * of the tree. CPEs have no say, as a dictionary that is not here knows some.
 */
export function listsAllThatIsRead(tree: Tree, form: ElementForm, listed: readonly FoundPackage[]): boolean {
  const keys = new Set(listed.map(({ element }) => keyOf(element)));
  const programs = goPrograms(tree);
  const isListed = (records: readonly LanguageRecord[]) =>
    records.every((record) => keys.has(keyOf(foundPackage(record, form).element)));
  return (
    isListed(readOthers(tree, form).records) &&
    hiddenAnswers.some((hidden) =>
      programs.every(({ path, build }) => isListed(goRecords(build, path, { ...form, hidden }) ?? [])),
    )
  );
}

function keyOf(element: LibraryPackage): string {
  const others = (element.externalRefs ?? []).filter(({ referenceType }) => referenceType !== 'cpe23Type');
  return canonicalJson({ ...element, externalRefs: others });
}

function sortedPackages(records: readonly LanguageRecord[], form: ElementForm) {
  return records.map((record) => foundPackage(record, form)).sort(compareFound);
}

const elfStart = Buffer.from('\x7fELF', 'latin1');

function goPrograms(tree: Tree): { readonly path: string; readonly build: GoBuild }[] {
  return tree.entries.flatMap(({ path, type, content }) => {
    if (type !== 'file' || Buffer.compare(content.read(0, 4), elfStart) !== 0) return [];
    const build = readGoBuild(content);
    return build === undefined ? [] : [{ path, build }];
  });
}

/** What one reader made of one place of the tree. */
interface ReadPlace {
  readonly records: readonly LanguageRecord[];
  readonly paths: readonly string[];
  readonly reader: Reader;
}

function readOthers(tree: Tree, form: ElementForm) {
  const places = tree.entries.flatMap((entry, at) => [
    ...readWheel(tree, entry),
    ...readDistribution(tree, at, form),
    ...readGem(tree, entry, form),
    ...readNode(tree, entry, form),
  ]);
  return {
    records: places.flatMap(({ records }) => records),
    read: places.flatMap(({ paths, reader }) => paths.map((path): [string, Reader] => [path, reader])),
  };
}

function readWheel(tree: Tree, { path, type }: TreeEntry): ReadPlace[] {
  const record = type === 'file' && path.endsWith('.whl') ? wheelRecord(tree, path) : undefined;
  return record === undefined ? [] : [{ records: [record], paths: [path], reader: 'wheel' }];
}

function readGem(tree: Tree, { path, type }: TreeEntry, { generation }: ElementForm): ReadPlace[] {
  const record = type === 'file' && isGemPath(path) ? gemRecord(tree, path, generation) : undefined;
  return record === undefined ? [] : [{ records: [record], paths: [path], reader: 'gem' }];
}

function readNode(tree: Tree, { path, type }: TreeEntry, { generation }: ElementForm): ReadPlace[] {
  const records = type === 'file' && isNodePath(path) ? nodeRecords(tree, path, generation) : undefined;
  return records === undefined ? [] : [{ records, paths: [path], reader: 'npm' }];
}

function readDistribution(tree: Tree, at: number, form: ElementForm): ReadPlace[] {
  const { path, type } = tree.entries[at]!;
  if (type !== 'directory' || !path.endsWith('.dist-info')) return [];
  const below = plainEntriesBelow(tree, at);
  const record = below && distInfoRecord(tree, path, form);
  if (below === undefined || record === undefined) return [];
  return [{ records: [record], paths: [path, ...below.map((entry) => entry.path)], reader: 'dist-info' }];
}

/** The entries below a folder, which follow it in walk order; undefined where one of them leads elsewhere, or to a second distribution. */
function plainEntriesBelow({ entries }: Tree, at: number): readonly TreeEntry[] | undefined {
  const folder = entries[at]!.path;
  let end = at + 1;
  for (; entries[end]?.path.startsWith(`${folder}/`) === true; end += 1) {
    const { path, type } = entries[end]!;
    const isPlain = type === 'file' || type === 'directory';
    if (!isPlain || /(dist|egg)-info/i.test(path.slice(folder.length))) return undefined;
  }
  return entries.slice(at + 1, end);
}
