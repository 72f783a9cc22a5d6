/** What a rebuilderd is told of packages (`rebuildctl pkgs sync-stdin`; rebuilderd 0.28.0, common/src/api/v1/models/package.rs). */
import { type Architecture, packageFileName } from '../../names.ts';
import type { SweepJob } from '../job.ts';

export interface AnnouncementTerms {
  /** Name of the distribution, by which workers say what they can build. */
  readonly distribution: string;
  readonly architecture: Architecture;
}

/** The announcement of one architecture: rebuilderd takes one object for each. Origins are its source packages. */
export function announcement(
  jobs: readonly SweepJob[],
  { distribution, architecture }: AnnouncementTerms,
): unknown {
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
