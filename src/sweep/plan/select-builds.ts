/** Which of the listed builds become jobs. */
import { largest } from '../../lists.ts';
import type { ImagePackage } from './image-packages.ts';
import type { ListedBuild } from './listed-builds.ts';

export interface BuildSelection {
  /** Names with `*` and `?`, or `NAME=VERSION`, of packages or origins; all where there are none. */
  readonly patterns: readonly string[];
  /** What images have, one list for each; packages in none of them are left out where there is one. */
  readonly images: readonly (readonly ImagePackage[])[];
  /** Uses of packages by name. */
  readonly popularity: ReadonlyMap<string, number>;
  /** The least number of uses. */
  readonly leastPopularity: number;
  /** Checksums that an earlier index lists: what has only these is left out. */
  readonly listedBefore: ReadonlySet<string> | undefined;
  /** Seconds since 1970: earlier builds are left out. */
  readonly builtSince: number | undefined;
  /** Also those of which there is a later one. */
  readonly allVersions: boolean;
}

export interface SelectedBuild {
  readonly build: ListedBuild;
  /** Uses, and the images that have one of its packages. */
  readonly popularity: number;
  /** Whether its name was given, and not only a pattern that it fits. */
  readonly isNamed: boolean;
}

export interface SelectedBuilds {
  readonly selected: readonly SelectedBuild[];
  /** Patterns that nothing fits, and packages of images that no index lists. */
  readonly unmatched: readonly string[];
}

/** Selects in linear time: no build is compared with every pattern that is a plain name. */
export function selectBuilds(builds: readonly ListedBuild[], selection: BuildSelection): SelectedBuilds {
  const { images, allVersions, leastPopularity } = selection;
  const patterns = parsePatterns(selection.patterns);
  const inImages = imageCounts(images);
  const found = new Set<string>();
  const selected = builds.flatMap((build): SelectedBuild[] => {
    const names = patterns.of(build);
    for (const name of names.fitting) found.add(name);
    const keys = inImages.size === 0 ? [] : build.packages.map(({ name, version }) => `${name}=${version}`);
    for (const key of keys) if (inImages.has(key)) found.add(key);
    const uses = build.packages.map(({ name }) => selection.popularity.get(name) ?? 0);
    const popularity =
      largest(uses, 0) +
      largest(
        keys.map((key) => inImages.get(key) ?? 0),
        0,
      );
    const isAsked =
      (patterns.isEmpty || names.fitting.length > 0) &&
      (images.length === 0 || keys.some((key) => inImages.has(key))) &&
      // An image and a version name the build that is meant, whether there is a later one or not.
      (build.isNewest || allVersions || images.length > 0 || names.hasVersion) &&
      popularity >= leastPopularity &&
      hasChanged(build, selection);
    return isAsked ? [{ build, popularity, isNamed: names.isNamed }] : [];
  });
  const wanted = [...selection.patterns, ...inImages.keys()];
  return { selected, unmatched: wanted.filter((each) => !found.has(each)) };
}

function hasChanged(
  { packages, builtAt }: ListedBuild,
  { listedBefore, builtSince }: BuildSelection,
): boolean {
  if (builtSince !== undefined && builtAt < builtSince) return false;
  return listedBefore === undefined || packages.some(({ checksum }) => !listedBefore.has(checksum));
}

function imageCounts(images: BuildSelection['images']): Map<string, number> {
  const counts = new Map<string, number>();
  for (const image of images)
    for (const { name, version } of image) {
      const key = `${name}=${version}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  return counts;
}

interface FittingNames {
  readonly fitting: readonly string[];
  readonly isNamed: boolean;
  readonly hasVersion: boolean;
}

interface Patterns {
  readonly isEmpty: boolean;
  of(build: ListedBuild): FittingNames;
}

const noNames: FittingNames = { fitting: [], isNamed: false, hasVersion: false };

function parsePatterns(texts: readonly string[]): Patterns {
  const exact = new Set(texts.filter((text) => !/[*?]/.test(text)));
  const globs = texts.filter((text) => /[*?]/.test(text));
  if (texts.length === 0) return { isEmpty: true, of: () => noNames };
  return {
    isEmpty: false,
    of: ({ origin, version, packages }) => {
      const names = [...new Set([origin, ...packages.map(({ name }) => name)])];
      const versioned = names.map((name) => `${name}=${version}`).filter((name) => exact.has(name));
      const named = [...names.filter((name) => exact.has(name)), ...versioned];
      const fitting = globs.filter((glob) => names.some((name) => fitsGlob(name, glob)));
      return {
        fitting: [...named, ...fitting],
        isNamed: named.length > 0,
        hasVersion: versioned.length > 0,
      };
    },
  };
}

/** Whether one of several names fits one of the patterns; where there are none, any does. */
export function fitsAnyName(names: readonly string[], patterns: readonly string[]): boolean {
  return patterns.length === 0 || patterns.some((glob) => names.some((name) => fitsGlob(name, glob)));
}

/** Whether a name fits a pattern in which `*` is any text and `?` any character. The last `*` is the only one that is gone back to. */
function fitsGlob(name: string, glob: string): boolean {
  let [at, in_] = [0, 0];
  let star: readonly [glob: number, name: number] | undefined;
  while (in_ < name.length) {
    if (glob[at] === '*') {
      star = [at, in_];
      at += 1;
    } else if (at < glob.length && (glob[at] === '?' || glob[at] === name[in_])) {
      at += 1;
      in_ += 1;
    } else if (star !== undefined) {
      star = [star[0], star[1] + 1];
      [at, in_] = [star[0] + 1, star[1]];
    } else return false;
  }
  while (glob[at] === '*') at += 1;
  return at === glob.length;
}
