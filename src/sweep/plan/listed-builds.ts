/** What an index lists, as builds: everything of one origin and version comes of one. */
import { grouped } from '../../lists.ts';
import { type Architecture, type PackageName, type PackageVersion, parsePackageName } from '../../names.ts';
import { compareVersions } from '../../repository/package-version.ts';
import type { IndexRecord } from '../../repository/records.ts';
import type { Repository } from '../../repository/repository.ts';
import { endOfTime, type JobPackage, type JobSubject } from '../job.ts';

/** A build that an index lists. */
export interface ListedBuild extends JobSubject {
  /** Whether the index lists no later build of the origin. */
  readonly isNewest: boolean;
}

export interface ListedBuilds {
  readonly builds: readonly ListedBuild[];
  /** Names and versions that the index lists with more than one checksum, none of which comes first: they are not judged. */
  readonly ambiguous: readonly string[];
}

/** The builds of a repository for one architecture, by origin and version. */
export function listedBuilds({ location, records }: Repository, architecture: Architecture): ListedBuilds {
  const listed = [...records].map(([, record]) => record);
  const byName = grouped(listed, ({ name, version }) => `${name}=${version}`);
  const ambiguous = [...byName].flatMap(([key, [, ...others]]) => (others.length > 0 ? key : []));
  const single = [...byName.values()].flatMap(([first, ...others]) => (others.length === 0 ? first : []));
  const newest = new Map<PackageName, PackageVersion>();
  for (const record of single) {
    const [origin, { version }] = [originOf(record), record];
    const known = newest.get(origin);
    // Packages of one build have one version, which takes longer to compare than to recognise.
    if (known === undefined || (known !== version && compareVersions(version, known) > 0))
      newest.set(origin, version);
  }
  const groups = grouped(single, (record) => `${originOf(record)}=${record.version}`);
  const builds = [...groups.values()].map((all): ListedBuild => {
    const [first] = all;
    const origin = originOf(first);
    const packages = all.map(jobPackage).sort((a, b) => (a.name < b.name ? -1 : 1));
    const { version } = first;
    const commit = commitForm.test(first.commit) ? first.commit : '';
    const builtAt = timeOf(first);
    const isNewest = newest.get(origin) === version;
    return { origin, version, architecture, repository: location, packages, commit, builtAt, isNewest };
  });
  return { builds, ambiguous };
}

/** A package without an origin is its own; so is one whose origin is not a plain name. */
function originOf({ origin, name }: IndexRecord): PackageName {
  return parsePackageName(origin) ?? name;
}

function jobPackage({ name, version, checksum, fileSize, installedSize }: IndexRecord): JobPackage {
  return {
    name,
    version,
    checksum,
    size: wholeNumber(String(fileSize)),
    installedSize: wholeNumber(installedSize),
  };
}

/** A digest of git, or a different name that somebody gave a commit. */
const commitForm = /^[\w.-]{1,128}$/;

function timeOf({ buildTime }: IndexRecord): number {
  const seconds = wholeNumber(buildTime);
  return seconds < endOfTime ? seconds : 0;
}

/** Numbers of an index are the repository's word: what is not one that can be counted with is 0. */
function wholeNumber(text: string): number {
  return /^\d{1,15}$/.test(text) ? Number(text) : 0;
}
