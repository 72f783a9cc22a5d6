/** Words for what a sweep's status shows, in text and on pages alike. */
import { causeTitles } from '../compare/cause.ts';
import { verdictTitles, withReason } from '../report/words.ts';
import type { BuildGroup } from './build-groups.ts';
import type { PackageHistory } from './package-history.ts';
import type { PackageState, PackageStateKind } from './package-state.ts';
import { type ChangeKind, changeTitles, type TurningPoint } from './turning-points.ts';

export const stateTitles: Readonly<Record<PackageStateKind, string>> = {
  ...verdictTitles,
  dead: 'given up',
  waiting: 'waiting',
};

/** `inconclusive (scan-needed)`. */
export function stateText({ kind, reason }: PackageState): string {
  return withReason(stateTitles[kind], reason === '' ? undefined : reason);
}

/** `curl-8.1-r0 x86_64`. */
export function packageText({ name, build, architecture }: PackageHistory): string {
  return `${name}-${build.version} ${architecture}`;
}

/** The same with the number of its siblings: `curl-8.1-r0 x86_64 (+3)`. */
export function groupText({ example, all }: BuildGroup<PackageHistory>): string {
  return all.length === 1 ? packageText(example) : `${packageText(example)} (+${all.length - 1})`;
}

/** The titles of its causes. */
export function causesText({ row }: PackageHistory): string {
  const titles = (row?.causes ?? []).map((cause) => causeTitles[cause]);
  return titles.length === 0 ? 'no cause named' : titles.join(', ');
}

/** Since which build, and what was different then: `since 2-r0 (1-r0 reproduced); different: recipe, melange v0.1 → v0.2`. */
export function pointText({ kind, before, after, changes, unknown, unjudgedBetween }: TurningPoint): string {
  const was = kind === 'fix' ? 'did not reproduce' : 'reproduced';
  const between = unjudgedBetween === 0 ? '' : `, ${unjudgedBetween} between not judged`;
  const names = changes.map((each) =>
    isReadable(each.kind)
      ? `${changeTitles[each.kind]} ${each.before} → ${each.after}`
      : changeTitles[each.kind],
  );
  const different = names.length === 0 ? 'nothing that is recorded' : names.join(', ');
  const silent =
    unknown.length === 0 ? '' : `; not recorded: ${unknown.map((each) => changeTitles[each]).join(', ')}`;
  return `since ${after.version} (${before.version} ${was}${between}); different: ${different}${silent}`;
}

/** Whether its values are words, not digests. */
function isReadable(kind: ChangeKind): boolean {
  return kind === 'melange' || kind === 'tool' || kind === 'sandbox';
}

const mostNamed = 3;

/** Repositories in a title: all of a few, else the first ones and how many more. */
export function repositoriesText(repositories: readonly string[]): string {
  const named = repositories.length > mostNamed ? repositories.slice(0, mostNamed - 1) : repositories;
  const more = repositories.length - named.length;
  return `${named.join(', ')}${more === 0 ? '' : ` and ${more} more repositories`}`;
}
