/** Packages in a folder, as melange leaves them: `packages/<arch>/*.apk`, with an index or without. No link is followed: one in the place of packages is refused. */

import { type Dirent, existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { compareBytes } from '../bytes.ts';
import { Failure } from '../failure.ts';
import { notRead } from '../named-path.ts';

/** The architectures of apk, as folders are named (apk-tools 2, src/apk_defines.h). */
const architectures: ReadonlySet<string> = new Set([
  ...['x86_64', 'x86', 'aarch64', 'armv7', 'armhf', 'ppc64le', 'ppc64', 'ppc', 's390x', 'mips64', 'mips'],
  ...['riscv64', 'riscv32', 'loongarch64', 'loongarchx32', 'pmmx', 'noarch'],
]);

const mostPackages = 200_000;

/** What a folder holds and what lies beside it of the build that filled it. */
export interface PackageFolder {
  /** Paths that begin with the folder as it was named, sorted. */
  readonly packages: readonly string[];
  /** Folders with `<arch>/APKINDEX.tar.gz` over these packages. */
  readonly repositories: readonly string[];
  /** melange's cache of sources beside them. */
  readonly sourceCaches: readonly string[];
}

/**
 * Finds packages in a folder, in its folders of architectures, and in those of its own folders: whether `packages`, what is above it or what is
 * in it was named. Fails with `usage` where there are none.
 */
export function findPackages(folder: string): PackageFolder {
  const homes = [folder, ...foldersIn(folder).map((name) => join(folder, name))];
  const isHome = (path: string) => !architectures.has(path.slice(path.lastIndexOf('/') + 1));
  const places = [
    ...homes.filter((home) => home === folder || !isHome(home)),
    ...homes
      .filter((home) => home === folder || isHome(home))
      .flatMap((home) =>
        foldersIn(home)
          .filter((name) => architectures.has(name))
          .map((name) => join(home, name)),
      ),
  ];
  const filled = [...new Set(places)].filter((place) => packagesIn(place).length > 0);
  requireNoLinks([...homes, ...filled]);
  const packages = filled.flatMap((place) => packagesIn(place).map((name) => join(place, name)));
  if (packages.length === 0)
    throw new Failure('usage', `${folder} has no packages`, {
      expected: 'a folder with *.apk or <arch>/*.apk in it',
    });
  if (packages.length > mostPackages)
    throw new Failure('usage', `${folder} has more than ${mostPackages} packages`);
  const repositories = filled
    .filter((place) => existsSync(join(place, 'APKINDEX.tar.gz')))
    .map((place) => dirname(place));
  const caches = [...new Set(filled.map((place) => join(dirname(place), '..', 'melange-cache')))];
  return {
    packages: packages.sort(compareBytes),
    repositories: [...new Set(repositories)],
    sourceCaches: caches.filter((each) => isFolder(each)),
  };
}

/** A package behind a link would be left out, and published all the same: what copies a folder follows links. Fails with `usage`. */
function requireNoLinks(folders: readonly string[]): void {
  for (const folder of folders)
    for (const entry of entriesOf(folder))
      if (entry.isSymbolicLink() && (entry.name.endsWith('.apk') || architectures.has(entry.name)))
        throw new Failure(
          'usage',
          `${join(folder, entry.name)} is a link, and no link in a folder is followed`,
          {
            hint: 'remove it, or name what it leads to',
          },
        );
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (cause) {
    throw notRead(folder, cause);
  }
}

function foldersIn(folder: string): string[] {
  return entriesOf(folder)
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => name);
}

function packagesIn(folder: string): string[] {
  return entriesOf(folder)
    .filter((entry) => entry.isFile() && entry.name.endsWith('.apk'))
    .map(({ name }) => name);
}

function isFolder(path: string): boolean {
  return existsSync(join(path, '.'));
}
