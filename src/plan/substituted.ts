/** The substitute for the recorded environment, package by package. */
import { compareBytes } from '../bytes.ts';
import type { Sha256 } from '../digest.ts';
import type { InstalledName } from '../repository/installed.ts';
import type { ResolvedPackage } from './environment.ts';
import type { Wanted } from './environment-place.ts';
import { isSubstitute } from './nearest.ts';

export interface SubstitutedEnvironment {
  readonly kind: 'nearest' | 'host' | 'directory' | 'image';
  /** SHA-256 of the manifest; only for an image. */
  readonly image?: Sha256;
  /** The number of packages that the recipe records; 0 where it is not known what the environment has. */
  readonly recorded: number;
  /** The packages whose recorded and used versions differ; empty for an environment without apk's database, of which none are known. */
  readonly packages: readonly SubstitutedPackage[];
}

/** A package that differs; at least one of the two versions is present. */
export interface SubstitutedPackage {
  readonly name: string;
  /** Absent where the recipe does not record the package. */
  readonly recorded?: string;
  /** Absent where the environment does not have the package. */
  readonly used?: string;
}

/** The substitute with the nearest versions; undefined where every package is the recorded one. */
export function nearestSubstitutes(packages: readonly ResolvedPackage[]): SubstitutedEnvironment | undefined {
  const substitutes = packages.filter(isSubstitute);
  if (substitutes.length === 0) return undefined;
  return {
    kind: 'nearest',
    recorded: packages.length,
    packages: substitutes.map(({ asked, locked }) => ({
      name: locked.name,
      recorded: asked.version,
      used: locked.version,
    })),
  };
}

/** Packages of a different version, missing ones and those that the recipe does not record, by name; none where nothing is installed. */
export function comparePackages(
  recorded: readonly Wanted[],
  used: readonly InstalledName[],
): Pick<SubstitutedEnvironment, 'recorded' | 'packages'> {
  if (used.length === 0 || recorded.length === 0) return { recorded: 0, packages: [] };
  const versions = new Map<string, string>(used.map(({ name, version }) => [name, version]));
  const wanted = new Map<string, string>(recorded.map(({ name, version }) => [name, version]));
  const names = [...new Set([...wanted.keys(), ...versions.keys()])].sort(compareBytes);
  const packages = names
    .filter((name) => wanted.get(name) !== versions.get(name))
    .map((name) => ({
      name,
      ...(wanted.has(name) ? { recorded: wanted.get(name)! } : {}),
      ...(versions.has(name) ? { used: versions.get(name)! } : {}),
    }));
  return { recorded: wanted.size, packages };
}

/** The substitute in words, for a caveat. */
export function describeSubstituted({ kind, image, recorded, packages }: SubstitutedEnvironment): string {
  const others = packages.filter((each) => each.recorded !== undefined);
  const count =
    recorded === 0
      ? 'which packages it has is not known'
      : `${others.length} of ${recorded} recorded packages had a different version or were missing`;
  switch (kind) {
    case 'nearest':
      return `${packages.length} of ${recorded} packages of the environment had a different version`;
    case 'host':
      return 'the environment was this machine’s own programs';
    case 'directory':
      return `the environment was a folder that the user named: ${count}`;
    case 'image':
      return `the environment was the image sha256:${image}: ${count}`;
  }
}

/** A package that differs, in words. */
export function describePackage({ name, recorded, used }: SubstitutedPackage): string {
  if (used === undefined) return `${name} ${recorded} is missing`;
  return recorded === undefined ? `${name} ${used} is not recorded` : `${name} ${used} for ${recorded}`;
}
