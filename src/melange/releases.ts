/**
 * When melange's versions were tagged (committer time of the tagged commit, UTC), from v0.16.0 on: the first that
 * embeds its recipe. A builder that was made between two tags (a pseudo-version) gets the rules of the older one.
 */
import { type Format, formatOf } from './format.ts';
import { compareVersions, parseRelease, type Version } from './version.ts';

/** `YYYYMMDDhhmmss version`. */
const tagged = `
20241125132605 v0.16.0
20241127151743 v0.17.0
20241201151553 v0.17.1
20241206115521 v0.17.2
20241206213123 v0.17.3
20241209080338 v0.17.4
20241211112923 v0.17.5
20241211122113 v0.17.6
20241211204846 v0.17.7
20241213200418 v0.18.1
20241214001806 v0.18.0
20241221164553 v0.18.2
20241224172402 v0.18.3
20250110123458 v0.19.0
20250115002200 v0.19.1
20250118064312 v0.19.2
20250122141425 v0.19.3
20250131214519 v0.19.4
20250207171636 v0.19.5
20250212153814 v0.20.0
20250214114341 v0.20.1
20250219133951 v0.21.0
20250221123250 v0.21.1
20250227104231 v0.21.2
20250227223218 v0.22.0
20250228222902 v0.22.1
20250306201051 v0.22.2
20250314090729 v0.23.0
20250321084929 v0.23.1
20250327160932 v0.23.2
20250330141605 v0.23.3
20250402193418 v0.23.4
20250404093333 v0.23.5
20250411132828 v0.23.6
20250415152703 v0.23.7
20250418093805 v0.23.8
20250422210143 v0.23.9
20250424165212 v0.23.10
20250425145427 v0.23.11
20250502085519 v0.23.12
20250505061853 v0.23.13
20250505163823 v0.23.14
20250506111147 v0.23.15
20250508131819 v0.23.16
20250512174200 v0.23.17
20250513173034 v0.24.0
20250516093517 v0.25.0
20250516155931 v0.25.1
20250520214526 v0.26.0
20250522192006 v0.26.1
20250529140412 v0.26.3
20250529162545 v0.26.2
20250530153808 v0.26.4
20250603081256 v0.26.5
20250604173552 v0.26.6
20250606102813 v0.26.7
20250610220920 v0.26.8
20250611140000 v0.26.9
20250612115319 v0.26.10
20250613093343 v0.26.11
20250613233220 v0.26.12
20250620145044 v0.26.13
20250627105346 v0.27.0
20250627205723 v0.28.0
20250703104454 v0.29.0
20250708080652 v0.29.1
20250710135222 v0.29.2
20250716075909 v0.29.3
20250716134325 v0.29.5
20250716170313 v0.29.4
20250717055412 v0.29.6
20250717165317 v0.29.7
20250725092448 v0.30.0
20250726164833 v0.30.1
20250730205747 v0.30.2
20250731113910 v0.30.3
20250801165153 v0.30.4
20250807214617 v0.30.5
20250808122531 v0.30.6
20250821100409 v0.31.0
20250828115524 v0.31.1
20250904014658 v0.31.2
20250908235816 v0.31.3
20250912130038 v0.31.4
20250924194151 v0.31.5
20251004114444 v0.31.6
20251009103657 v0.31.7
20251015090608 v0.31.8
20251024150048 v0.31.9
20251103191548 v0.32.0
20251107015207 v0.33.0
20251112082543 v0.33.1
20251115180431 v0.33.2
20251120044213 v0.34.0
20251128154224 v0.34.1
20251203134736 v0.34.2
20251203151805 v0.34.3
20251204142108 v0.35.0
20251205151525 v0.35.1
20251209081558 v0.36.0
20251211180459 v0.37.0
20251218102031 v0.37.1
20251222101216 v0.37.2
20260101090317 v0.37.3
20260106184812 v0.37.4
20260113073934 v0.37.5
20260115182144 v0.38.0
20260118171225 v0.38.1
20260120144308 v0.39.0
20260123153052 v0.40.0
20260128155502 v0.40.1
20260128161657 v0.40.2
20260130100610 v0.40.3
20260130194245 v0.40.4
20260204143547 v0.40.5
20260206143247 v0.41.1
20260206160948 v0.41.0
20260210144334 v0.42.0
20260218165149 v0.43.0
20260219085954 v0.43.1
20260220194137 v0.43.2
20260224103240 v0.43.3
20260227162442 v0.43.4
20260303144315 v0.43.5
20260304120124 v0.43.6
20260308102537 v0.43.7
20260309171210 v0.45.0
20260309174130 v0.45.1
20260309190200 v0.44.0
20260310155430 v0.45.2
20260310235312 v0.45.3
20260313083907 v0.45.4
20260320223500 v0.46.0
20260325210854 v0.46.1
20260326160638 v0.47.0
20260331211054 v0.48.0
20260401224147 v0.48.1
20260402165357 v0.48.2
20260410212931 v0.49.0
20260415150410 v0.50.0
20260417160354 v0.50.1
20260423085521 v0.50.2
20260423170555 v0.50.3
20260428165156 v0.50.4
20260503174413 v0.50.5
20260507195751 v0.50.6
20260513121458 v0.50.7
20260522120400 v0.50.8
20260529142645 v0.51.0
20260601073806 v0.52.0
20260605105208 v0.52.1
20260610101450 v0.53.0
20260611162554 v0.53.1
20260612195736 v0.53.2
20260615082748 v0.53.3
20260616230116 v0.54.0
20260623151803 v0.55.0
20260702150839 v0.56.0
20260704152709 v0.56.1
20260710094006 v0.56.2
20260717081655 v0.56.3
20260724150435 v0.56.4
20260728083849 v0.56.5
20260804084741 v0.58.0
20260804123612 v0.57.0
20260813152343 v0.59.0
20260814133936 v0.59.1
`;

interface Release {
  /** `YYYYMMDDhhmmss`, as pseudo-versions carry it. */
  readonly time: string;
  readonly version: Version;
}

const releases: readonly Release[] = tagged
  .trim()
  .split('\n')
  .sort()
  .map((line) => {
    const [time, version] = line.split(' ') as [string, string];
    return { time, version: parseRelease(version)! };
  });

export const newestRelease: Version = releases.reduce(
  (newest, { version }) => (compareVersions(version, newest) > 0 ? version : newest),
  releases[0]!.version,
);

const oldestRelease: Version = releases[0]!.version;

/** A printed version, recognised as one that the format table knows. */
export interface RecognisedVersion {
  readonly version: Version;
  /**
   * `release`: printed as such; `by-date`: from a pseudo-version's time; `assumed`: the release that the text begins
   * with or that comes after the newest known one, else the newest; `by-bytes`: of the neighbours of one of these two, the one that gives the published digests.
   */
  readonly basis: 'release' | 'by-date' | 'assumed' | 'by-bytes';
}

/** The version whose rules a builder followed, from what it printed into its SBOM (attacker-controlled). */
export function recogniseVersion(printed: string | undefined): RecognisedVersion {
  const release = printed === undefined ? undefined : parseRelease(printed);
  if (release !== undefined) {
    // The rules of an unreleased version are not known: production's builder contains such versions.
    const known = compareVersions(release, newestRelease) <= 0;
    return { version: release, basis: known ? 'release' : 'assumed' };
  }
  const time = /^v\d+\.\d+\.\d+-(?:[\w.]*\.)?(\d{14})-[0-9a-f]{12}(?:\+\w+)?$/.exec(printed ?? '')?.[1];
  const older = time === undefined ? [] : releases.filter((each) => each.time <= time);
  if (older.length > 0) return { version: older.at(-1)!.version, basis: 'by-date' };
  const begun = parseRelease(/^([^-+]*)[-+]/.exec(printed ?? '')?.[1] ?? '');
  const known = begun !== undefined && compareVersions(begun, oldestRelease) >= 0;
  return { version: known ? begun : newestRelease, basis: 'assumed' };
}

/**
 * The versions whose rules a builder may have followed: one for each record of switches that a release has, the nearest
 * first, of two as near the later one. A release that was printed is the only one.
 */
export function neighbouringVersions({ version, basis }: RecognisedVersion): readonly Version[] {
  if (basis === 'release') return [version];
  const start = releases.reduce(
    (nearest, each, index) =>
      compareVersions(each.version, version) <= 0 &&
      compareVersions(each.version, releases[nearest]!.version) >= 0
        ? index
        : nearest,
    0,
  );
  const distance = (index: number) => Math.abs(index - start) - (index > start ? 0.5 : 0);
  const nearest = releases
    .map((each, index) => ({ version: each.version, distance: distance(index) }))
    .sort((a, b) => a.distance - b.distance);
  const records = new Map([[switchesOf(version), version]]);
  for (const each of nearest) {
    const switches = switchesOf(each.version);
    if (!records.has(switches)) records.set(switches, each.version);
  }
  return [...records.values()];
}

function switchesOf(version: Version): string {
  const { version: _, ...switches }: Format = formatOf(version);
  return JSON.stringify(switches);
}
