/** Packages of one build, which mostly share their fate, as one line instead of many. */
import { grouped } from '../lists.ts';
import type { PackageHistory } from './package-history.ts';

export interface BuildGroup<Value> {
  /** The origin's own package where it is among them, else the first. */
  readonly example: Value;
  readonly all: readonly [Value, ...Value[]];
}

/** Groups what is of one build and has the same text, in the order of the first of each. */
export function groupByBuild<Value>(
  values: readonly Value[],
  packageOf: (value: Value) => PackageHistory,
  textOf: (value: Value) => string,
): readonly BuildGroup<Value>[] {
  const groups = grouped(values, (value) => {
    const { repository, architecture, origin, build } = packageOf(value);
    return [repository, architecture, origin, build.version, textOf(value)].join('\n');
  });
  return [...groups.values()].map((all) => {
    const own = all.find((value) => packageOf(value).name === packageOf(value).origin);
    return { example: own ?? all[0], all };
  });
}

/** The group of the packages that values are about. */
export function groupOf<Value>(
  { example, all: [first, ...others] }: BuildGroup<Value>,
  packageOf: (value: Value) => PackageHistory,
): BuildGroup<PackageHistory> {
  return { example: packageOf(example), all: [packageOf(first), ...others.map(packageOf)] };
}
