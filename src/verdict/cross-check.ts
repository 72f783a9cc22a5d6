/** Packages of one name for several architectures, held beside each other. No verdict depends on it. */
import { canonicalJson } from '../canonical.ts';
import { grouped } from '../lists.ts';
import type { StatedPackage } from './stated.ts';

/** What packages of one recipe share, whatever they are built for. */
export const sharedTraits = ['version', 'commit', 'sources', 'builder', 'verdict'] as const;

export type SharedTrait = (typeof sharedTraits)[number];

export interface CrossCheck {
  /** Of the packages; attacker-controlled, as are the values. */
  readonly name: string;
  /** Those that were judged, in the order of the run. */
  readonly architectures: readonly string[];
  /** What is not the same for all of them, of what is known for all. */
  readonly differing: readonly {
    readonly trait: SharedTrait;
    readonly values: readonly { readonly architecture: string; readonly value: string }[];
  }[];
}

/** One for each name that occurs for more than one architecture, and once for each of them. */
export function crossCheck(packages: readonly StatedPackage[]): CrossCheck[] {
  const named = packages.flatMap((result) => {
    const { name, architecture } = result.subject ?? {};
    return name === undefined || architecture === undefined ? [] : [{ name, architecture, result }];
  });
  return [...grouped(named, ({ name }) => name)].flatMap(([name, group]) => {
    const architectures = [...new Set(group.map(({ architecture }) => architecture))];
    if (architectures.length < 2 || architectures.length < group.length) return [];
    return [{ name, architectures, differing: sharedTraits.flatMap((trait) => differing(trait, group)) }];
  });
}

function differing(
  trait: SharedTrait,
  group: readonly { readonly architecture: string; readonly result: StatedPackage }[],
): CrossCheck['differing'] {
  const values = group.flatMap(({ architecture, result }) => {
    const value = traits[trait](result);
    return value === undefined ? [] : [{ architecture, value }];
  });
  const isKnown = values.length === group.length;
  return isKnown && new Set(values.map(({ value }) => value)).size > 1 ? [{ trait, values }] : [];
}

const traits: Readonly<Record<SharedTrait, (result: StatedPackage) => string | undefined>> = {
  version: ({ subject }) => subject?.version,
  commit: ({ plan }) => plan?.plan.builder.recipeFile.commit,
  sources: ({ plan }) => (plan === undefined ? undefined : canonicalJson(plan.plan.sources)),
  builder: ({ plan }) => plan?.plan.builder.printedVersion,
  verdict: ({ verdict }) => verdict.kind,
};
