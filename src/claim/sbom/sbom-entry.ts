/** The place of a package's SBOM: one file, named after its own name and version; any other SBOM is a file like all others. */
import type { Apk } from '../../apk/apk.ts';
import type { ApkEntry } from '../../apk/apk-entry.ts';
import { type PkgInfo, pkgInfoValue } from '../../apk/pkginfo.ts';

/**
 * The path of a package's SBOM (melange pkg/build/build.go, `writeSBOM`). The names are a package's, so it is not to be used on a disk
 * unresolved.
 * @param fullVersion `<version>-r<epoch>`
 */
export function sbomPath(packageName: string, fullVersion: string): string {
  return `var/lib/db/sbom/${packageName}-${fullVersion}.spdx.json`;
}

/** The path of the SBOM by the names in `.PKGINFO`. */
export function sbomPathBy(pkginfo: PkgInfo): string {
  return sbomPath(pkgInfoValue(pkginfo, 'pkgname') ?? '', pkgInfoValue(pkginfo, 'pkgver') ?? '');
}

/** Distinguishes the SBOM of a package from the other entries of its data section. */
export function isSbomOf({ control }: Pick<Apk, 'control'>): (entry: Pick<ApkEntry, 'name'>) => boolean {
  const path = sbomPathBy(control.pkginfo);
  return ({ name }) => name === path;
}

/** The SBOM of a package, whatever kind of entry it is; undefined where it has none. */
export function sbomEntryOf(apk: Apk): ApkEntry | undefined {
  return apk.data.entries.find(isSbomOf(apk));
}

/** For `readApk`: keeps the SBOM and nothing else. */
export function keepSbom(path: string, pkginfo: PkgInfo): boolean {
  return path === sbomPathBy(pkginfo);
}
