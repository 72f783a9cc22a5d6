/** Shares by what packages have in common. */
import { type CauseKind, causeTitles } from '../compare/cause.ts';
import { grouped } from '../lists.ts';
import { compareVersions } from '../repository/package-version.ts';
import type { PackageHistory } from './package-history.ts';
import { compareText } from './row-order.ts';
import { type Share, shareOf } from './share.ts';

export interface NamedShare extends Share {
  readonly name: string;
}

function sharesBy(packages: readonly PackageHistory[], keyOf: (of: PackageHistory) => string): NamedShare[] {
  const groups = grouped(packages, keyOf);
  return [...groups].map(([name, group]) => ({ name, ...shareOf(group.map(({ state }) => state)) }));
}

export function sharesByArchitecture(packages: readonly PackageHistory[]): readonly NamedShare[] {
  return sharesBy(packages, ({ architecture }) => architecture).sort((a, b) => compareText(a.name, b.name));
}

/** By the melange that built each, the newest first; an empty name stands for packages of which no plan was made. */
export function sharesByMelange(packages: readonly PackageHistory[]): readonly NamedShare[] {
  return sharesBy(packages, ({ row }) => row?.melange ?? '').sort(
    (a, b) => compareVersions(plain(b.name), plain(a.name)) || compareText(a.name, b.name),
  );
}

/** Tags of melange have a `v` in front, which is not part of a version. */
function plain(version: string): string {
  return version.startsWith('v') ? version.slice(1) : version;
}

export interface CauseCount {
  readonly cause: CauseKind | 'none';
  readonly title: string;
  /** Packages that do not reproduce, this cause among their causes: a package with two counts in both. */
  readonly packages: number;
  /** Those that have no other cause. */
  readonly alone: number;
}

/** Why packages do not reproduce, the most common cause first. */
export function countCauses(packages: readonly PackageHistory[]): readonly CauseCount[] {
  const found = new Map<CauseKind | 'none', { packages: number; alone: number }>();
  for (const { state, row } of packages) {
    if (state.kind !== 'not-reproduced') continue;
    const causes = row?.causes ?? [];
    for (const cause of causes.length === 0 ? (['none'] as const) : causes) {
      const known = found.get(cause) ?? { packages: 0, alone: 0 };
      const alone = known.alone + Number(causes.length < 2);
      found.set(cause, { packages: known.packages + 1, alone });
    }
  }
  return [...found]
    .map(([cause, counts]) => ({
      cause,
      title: cause === 'none' ? 'none named' : causeTitles[cause],
      ...counts,
    }))
    .sort((a, b) => b.packages - a.packages || compareText(a.cause, b.cause));
}
