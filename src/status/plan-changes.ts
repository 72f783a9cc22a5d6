/** What was different in the inputs of two builds, by their plans. */
import type { PlannedSource } from '../plan/requested-sources.ts';
import type { StatedPlan } from '../verdict/stated.ts';
import { compareText } from './row-order.ts';

/** A package of the environment: a version is empty where that side lacks the package. */
export interface PackageChange {
  readonly name: string;
  readonly before: string;
  readonly after: string;
}

export interface PlanChanges {
  /** By name. A package with the same version and different bytes is among them. */
  readonly environment: readonly PackageChange[];
  /** Sources that only one of the two names, as text. */
  readonly sourcesBefore: readonly string[];
  readonly sourcesAfter: readonly string[];
}

export function planChanges(before: StatedPlan, after: StatedPlan): PlanChanges {
  const [was, is] = [sourcesOf(before), sourcesOf(after)];
  return {
    environment: environmentChanges(packagesOf(before), packagesOf(after)),
    sourcesBefore: [...was].filter((each) => !is.has(each)).sort(compareText),
    sourcesAfter: [...is].filter((each) => !was.has(each)).sort(compareText),
  };
}

type Versions = ReadonlyMap<string, { readonly version: string; readonly sha256: string }>;

function packagesOf({ environment }: StatedPlan): Versions {
  const packages = 'packages' in environment ? environment.packages : [];
  return new Map(packages.map((each) => [each.name, each]));
}

function environmentChanges(before: Versions, after: Versions): PackageChange[] {
  return [...new Set([...before.keys(), ...after.keys()])]
    .sort(compareText)
    .filter((name) => before.get(name)?.sha256 !== after.get(name)?.sha256)
    .map((name) => ({
      name,
      before: before.get(name)?.version ?? '',
      after: after.get(name)?.version ?? '',
    }));
}

function sourcesOf({ sources }: StatedPlan): ReadonlySet<string> {
  return new Set(sources.map(sourceText));
}

function sourceText(source: PlannedSource): string {
  return source.kind === 'fetch'
    ? `${source.uri} ${source.algorithm}:${source.digest}`
    : `${source.repository} ${source.commit}`;
}
