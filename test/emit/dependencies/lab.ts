/** The packages that real melange built in the lab, as values to analyse. */
import { createReadStream, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Apk, controlFile } from '../../../src/apk/apk.ts';
import type { ApkEntry } from '../../../src/apk/apk-entry.ts';
import { entryPath } from '../../../src/apk/entry-rules.ts';
import { pkgInfoValues } from '../../../src/apk/pkginfo.ts';
import { readApk } from '../../../src/apk/read-apk.ts';
import { parseRecipe } from '../../../src/claim/recipe/parse.ts';
import { type Dependencies, fullVersion, type PackageOptions } from '../../../src/claim/recipe/recipe.ts';
import type { AnalysisInput, EmittedDependencies } from '../../../src/emit/dependencies/dependencies.ts';
import { type EntryType, type Tree, type TreeEntry, treeOf } from '../../../src/execute/tree.ts';
import { contentOf } from '../../../src/formats/content.ts';
import { type Format, formatOf } from '../../../src/melange/format.ts';
import { parseRelease } from '../../../src/melange/version.ts';

/** One published package: what to analyse, and what melange wrote. */
export interface Golden {
  readonly file: string;
  readonly input: AnalysisInput;
  readonly declared: Dependencies;
  readonly written: EmittedDependencies;
}

const entryTypes: Readonly<Record<string, EntryType>> = {
  '0': 'file',
  '1': 'file',
  '2': 'symlink',
  '3': 'character-device',
  '4': 'block-device',
  '5': 'directory',
  '6': 'fifo',
};

/** All packages of one version of melange. */
export async function goldensOf(repository: string, version: string): Promise<Golden[]> {
  const folder = join(repository, version, 'x86_64');
  const files = readdirSync(folder).filter((name) => name.endsWith('.apk'));
  const packages = await Promise.all(
    files.map(async (file) => {
      const path = join(folder, file);
      const apk = await readApk({ name: file, open: () => createReadStream(path) }, { keep: () => true });
      return { file: `${version}/${file}`, apk, tree: treeOfEntries(apk.data.entries) };
    }),
  );
  const format = formatOf(parseRelease(version)!);
  return packages.map((built) => goldenOf(built, packages, format));
}

interface Built {
  readonly file: string;
  readonly apk: Apk;
  readonly tree: Tree;
}

function goldenOf(built: Built, packages: readonly Built[], format: Format): Golden {
  const { apk, file, tree } = built;
  const { recipe } = parseRecipe(controlFile(apk, '.melange.yaml')!);
  const name = nameOf(apk);
  const subpackage = recipe.subpackages.find((one) => one.name === name);
  const own: { readonly dependencies: Dependencies; readonly options: PackageOptions } =
    subpackage ?? recipe.package;
  const relatives = [recipe.package.name, ...recipe.subpackages.map((one) => one.name)].flatMap(
    (relative) => {
      const found = packages.find((one) => nameOf(one.apk) === relative);
      return found === undefined ? [] : [{ name: relative, tree: found.tree }];
    },
  );
  const values = (key: string) => pkgInfoValues(apk.control.pkginfo, key);
  return {
    file,
    declared: own.dependencies,
    input: {
      format,
      packageName: name,
      fullVersion: fullVersion(recipe),
      options: own.options,
      declared: own.dependencies,
      tree,
      relatives,
      versionedShlibDepends: false,
      compressedModules: new Map(),
    },
    written: {
      runtime: values('depend'),
      provides: values('provides'),
      replaces: values('replaces'),
      vendored: apk.control.pkginfo.lines.flatMap((line) =>
        line.kind === 'comment' && line.text.startsWith('# vendored = ')
          ? [line.text.slice('# vendored = '.length)]
          : [],
      ),
    },
  };
}

function nameOf(apk: Apk): string {
  return pkgInfoValues(apk.control.pkginfo, 'pkgname')[0]!;
}

function treeOfEntries(entries: readonly ApkEntry[]): Tree {
  const contents = new Map(entries.map((entry) => [entryPath(entry), entry.content]));
  return treeOf(
    entries.map((entry): TreeEntry => {
      const type = entryTypes[entry.type]!;
      const source = entry.type === '1' ? entry.linkname : entryPath(entry);
      return {
        path: entryPath(entry),
        type,
        mode: entry.mode & 0o7777,
        uid: entry.uid,
        gid: entry.gid,
        target: type === 'symlink' ? entry.linkname : '',
        xattrs: [],
        content: contentOf(contents.get(source) ?? new Uint8Array(0)),
      };
    }),
  );
}
