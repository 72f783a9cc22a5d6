/** An environment of the nearest versions, for packages of which the recorded version is gone. */
import type { PackageVersion } from '../names.ts';
import { compareVersions, upstreamVersion } from '../repository/package-version.ts';
import { type FindPackage, findExact, type ResolvedPackage, type Search } from './environment.ts';
import type { Wanted } from './environment-place.ts';

/** Whether a package replaces a different version that was asked for. */
export function isSubstitute({ asked, locked }: ResolvedPackage): boolean {
  return asked.version !== locked.version;
}

/**
 * Finds the version that was asked for wherever it can be had, else the nearest one that an index lists: one of the same upstream
 * version before any other, the next newer before the next older.
 */
export const findNearest: FindPackage = async (asked, search, onRefusal) => {
  const exact = await findExact(asked, search, onRefusal);
  if (exact !== undefined) return exact;
  for (const version of nearestVersions(asked, search).slice(0, mostTried)) {
    const substitute = await findExact({ name: asked.name, version }, search, onRefusal);
    if (substitute !== undefined) return { ...substitute, asked };
  }
  return undefined;
};

/** An index may list a million versions without files, and each attempt is a request. */
const mostTried = 20;

function nearestVersions({ name, version }: Wanted, { places }: Search): PackageVersion[] {
  const listed = places.flatMap(({ repository }) =>
    repository.records.ofName(name).map((each) => each.version),
  );
  const versions = [...new Set(listed)].sort(compareVersions);
  const newer = versions.filter((each) => compareVersions(each, version) > 0);
  const older = versions.filter((each) => compareVersions(each, version) < 0).reverse();
  const isRebuild = (each: string) => upstreamVersion(each) === upstreamVersion(version);
  const ordered = [...newer, ...older];
  return [...ordered.filter(isRebuild), ...ordered.filter((each) => !isRebuild(each))];
}
