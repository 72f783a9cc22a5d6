/** What a rebuilderd is told of packages (`rebuildctl pkgs sync-stdin`; rebuilderd 0.28.0, common/src/api/v1/models/package.rs). */
import { Failure } from '../../failure.ts';
import { type Architecture, packageFileName } from '../../names.ts';
import { compareVersions } from '../../repository/package-version.ts';
import { compareJobs, type SweepJob } from '../job.ts';
import { exchangePatiently } from './far-exchange.ts';
import { apiAddress, requireSuccess } from './rebuilderd-api.ts';

export interface AnnouncementTerms {
  /** Name of the distribution, by which workers say what they can build. */
  readonly distribution: string;
  readonly architecture: Architecture;
}

/** A package with all that was built of it, as `SourcePackageReport` has it. */
interface AnnouncedPackage {
  readonly name: string;
  readonly version: string;
  readonly url: string;
  readonly artifacts: readonly {
    readonly name: string;
    readonly version: string;
    readonly component: null;
    readonly architecture: Architecture;
    readonly url: string;
  }[];
}

export interface Announcement extends AnnouncementTerms {
  readonly release: null;
  readonly packages: readonly AnnouncedPackage[];
}

/** The announcement of one architecture: rebuilderd takes one object for each. Origins are its source packages. */
export function announcement(
  jobs: readonly SweepJob[],
  { distribution, architecture }: AnnouncementTerms,
): Announcement {
  const packages = jobs
    .filter((job) => job.architecture === architecture)
    .map(({ origin, version, repository, packages: listed }) => {
      const artifacts = listed.map((each) => ({
        name: each.name,
        version: each.version,
        component: null,
        architecture,
        url: `${repository.replace(/\/$/, '')}/${architecture}/${packageFileName(each)}`,
      }));
      // Builds that were given the same address would share one result.
      return { name: origin, version, url: artifacts[0]!.url, artifacts };
    });
  return { distribution, release: null, architecture, packages };
}

/**
 * Of each origin the newest build, in the order of `compareJobs`: an announcement stands for all that a distribution has. Fails with `usage` for a
 * repository that is a folder, from which no worker elsewhere could fetch.
 */
export function announcedJobs(jobs: readonly SweepJob[]): readonly SweepJob[] {
  const newest = new Map<string, SweepJob>();
  for (const job of jobs) {
    if (!/^https?:\/\//.test(job.repository))
      throw new Failure('usage', 'rebuilderd takes packages of repositories with an address', {
        expected: 'a sweep whose repositories begin with http:// or https://',
        got: job.repository,
      });
    const key = `${job.architecture} ${job.origin}`;
    const known = newest.get(key);
    if (known === undefined || compareVersions(job.version, known.version) > 0) newest.set(key, job);
  }
  return [...newest.values()].sort(compareJobs);
}

/** It writes each package by itself, in one transaction: 20,000 take it longer than seven minutes. */
const mostMilliseconds = 30 * 60_000;

/**
 * Announces packages. Fails with `unreachable`, or with `usage` where the daemon refuses.
 * @param cookie of its administrator, as its file `auth-cookie` has it
 */
export async function announce(
  url: URL,
  cookie: string,
  report: Announcement,
  signal: AbortSignal,
): Promise<void> {
  const answer = await exchangePatiently(
    {
      method: 'POST',
      url: apiAddress(url, '/packages'),
      headers: { 'content-type': 'application/json', 'x-auth-cookie': cookie },
      mostBytes: 65_536,
      mostMilliseconds,
      body: Buffer.from(JSON.stringify(report)),
    },
    { signal, attempts: 3, firstWaitMilliseconds: 500 },
  );
  requireSuccess(url, answer, 'is the cookie that of this daemon (REBUILDERD_COOKIE_PATH)?');
}
