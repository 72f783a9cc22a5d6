/** An environment of the nearest versions, for packages of which the recorded version is gone. */
import { Failure } from '../failure.ts';
import { compareVersions } from '../repository/package-version.ts';
import {
  type EnvironmentAccess,
  type EnvironmentPlace,
  type ResolvedPackage,
  resolveEnvironment,
  sorted,
  type Wanted,
} from './environment.ts';

/** Whether a package stands in for another version than was asked for. */
export function isSubstitute({ asked, locked }: ResolvedPackage): boolean {
  return asked.version !== locked.version;
}

/** As `resolveEnvironment`; a version that is gone is replaced by the next newer one that is listed, or by the next older. */
export async function resolveNearest(
  wanted: readonly Wanted[],
  architecture: string,
  places: readonly EnvironmentPlace[],
  access: EnvironmentAccess,
): Promise<ResolvedPackage[]> {
  const found = await Promise.all(
    wanted.map(async (asked) => {
      const [exact] = await tryOne(asked);
      if (exact !== undefined) return exact;
      for (const version of nearestVersions(asked, places)) {
        const [substitute] = await tryOne({ name: asked.name, version });
        if (substitute !== undefined) return { ...substitute, asked };
      }
      // Fails with the name of what is missing.
      return (await resolveEnvironment([asked], architecture, places, access))[0]!;
    }),
  );
  return sorted(found);

  async function tryOne(one: Wanted): Promise<readonly ResolvedPackage[]> {
    try {
      return await resolveEnvironment([one], architecture, places, access);
    } catch (failure) {
      if (failure instanceof Failure && failure.code === 'environment-unavailable') return [];
      throw failure;
    }
  }
}

function nearestVersions({ name, version }: Wanted, places: readonly EnvironmentPlace[]): string[] {
  const listed = places.flatMap(({ repository }) =>
    repository.records.ofName(name).map((each) => each.version),
  );
  const versions = [...new Set(listed)].sort(compareVersions);
  const newer = versions.filter((each) => compareVersions(each, version) > 0);
  const older = versions.filter((each) => compareVersions(each, version) < 0);
  return [...newer, ...older.reverse()];
}
