/** How many reproduce, and of what: never a rate without what was not judged, and why. */
import { counted } from '../bytes.ts';
import { grouped } from '../lists.ts';
import { isJudged, type PackageState, type PackageStateKind, packageStateKinds } from './package-state.ts';
import { compareText } from './row-order.ts';

/** Packages that share a state without a verdict about their bytes. */
export interface Unjudged {
  readonly kind: PackageStateKind;
  readonly reason: string;
  readonly count: number;
}

export interface Share {
  readonly reproduced: number;
  readonly notReproduced: number;
  /** The most common first. */
  readonly unjudged: readonly Unjudged[];
}

export function shareOf(states: Iterable<PackageState>): Share {
  const groups = [...grouped(states, ({ kind, reason }) => `${kind} ${reason}`).values()];
  const count = (wanted: PackageStateKind) =>
    groups.filter(([{ kind }]) => kind === wanted).reduce((sum, group) => sum + group.length, 0);
  const unjudged = groups
    .filter(([{ kind }]) => !isJudged(kind))
    .map((group) => ({ ...group[0], count: group.length }))
    .sort((a, b) => b.count - a.count || compareKinds(a, b) || compareText(a.reason, b.reason));
  return { reproduced: count('reproduced'), notReproduced: count('not-reproduced'), unjudged };
}

function compareKinds(a: Unjudged, b: Unjudged): number {
  return packageStateKinds.indexOf(a.kind) - packageStateKinds.indexOf(b.kind);
}

export function judgedOf({ reproduced, notReproduced }: Omit<Share, 'unjudged'>): number {
  return reproduced + notReproduced;
}

export function unjudgedOf({ unjudged }: Pick<Share, 'unjudged'>): number {
  return unjudged.reduce((sum, { count }) => sum + count, 0);
}

export function totalOf(share: Share): number {
  return judgedOf(share) + unjudgedOf(share);
}

/** A part of a whole in percent with one digit, rounded towards neither end: only all is 100 %, and only none is 0 %. */
export function percent(part: number, whole: number): string {
  if (whole === 0) return 'none';
  if (part === 0 || part === whole) return part === 0 ? '0 %' : '100 %';
  const tenths = Math.min(999, Math.max(1, Math.round((part / whole) * 1000)));
  return `${(tenths / 10).toFixed(1)} %`;
}

/** One sentence: what share of what was judged reproduces, and how much was not judged. */
export function shareSentence(share: Share): string {
  const [judged, unjudged] = [judgedOf(share), unjudgedOf(share)];
  const rest = unjudged === 0 ? 'every one was judged' : `${unjudged} of ${totalOf(share)} were not judged`;
  if (judged === 0) return `none of ${counted(totalOf(share), 'package')} was judged`;
  return `${share.reproduced} of ${judged} judged packages reproduce (${percent(share.reproduced, judged)}); ${rest}`;
}
