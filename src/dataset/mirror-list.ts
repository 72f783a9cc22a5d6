/** Every package of an environment and every source that builds of a sweep needed, so that an archive can keep them before they are gone. */
import { canonicalJson } from '../canonical.ts';
import type { Sha256 } from '../digest.ts';
import { type Architecture, packageFileName } from '../names.ts';
import type { PlannedSource } from '../plan/requested-sources.ts';
import { escapeSteering } from '../report/json-report.ts';
import { type ReadArtifact, storedPlan } from '../status/stored-plans.ts';
import type { SweepRecords } from '../sweep/sweep-store.ts';
import type { VerdictRow } from '../sweep/verdict-row.ts';
import type { StatedPlan } from '../verdict/stated.ts';

/** Something to keep. */
type Needed =
  | {
      readonly kind: 'package';
      readonly name: string;
      readonly version: string;
      readonly architecture: string;
      readonly sha256: string;
      /** `Q1…`, as indexes list it. */
      readonly checksum: string;
    }
  | { readonly kind: 'file'; readonly algorithm: 'sha256' | 'sha512'; readonly digest: string }
  | { readonly kind: 'git'; readonly commit: string; readonly reference: string };

export type MirrorItem = Needed & {
  /** Where to look. A recipe records the address of a source; an environment's package is where the sweep's own repository would have it. */
  readonly addresses: readonly string[];
  /** Plans that name it. */
  readonly plans: number;
};

export interface MirrorList {
  /** Sorted by their text. */
  readonly items: readonly MirrorItem[];
  /** Plans that were read, and plans that verdicts rest on and of which no result is kept: what those need is not listed. */
  readonly plans: number;
  readonly missingPlans: number;
}

interface Collected {
  readonly item: Needed;
  readonly addresses: Set<string>;
  plans: number;
}

/** Reads each plan once. */
export async function mirrorList(
  records: Pick<SweepRecords, 'verdicts'>,
  readArtifact: ReadArtifact,
): Promise<MirrorList> {
  const collected = new Map<string, Collected>();
  const rows = new Map<Sha256, VerdictRow>();
  for await (const row of records.verdicts()) if (row.plan !== undefined) rows.set(row.plan, row);
  let plans = 0;
  for (const row of rows.values()) {
    const plan = await storedPlan(row, readArtifact);
    if (plan === undefined) continue;
    plans += 1;
    for (const [item, address] of [...environmentItems(plan, row), ...plan.sources.map(sourceItem)]) {
      const key = canonicalJson(item);
      const known = collected.get(key) ?? { item, addresses: new Set<string>(), plans: 0 };
      if (address !== '') known.addresses.add(address);
      known.plans += 1;
      collected.set(key, known);
    }
  }
  const items = [...collected]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([, each]) =>
        ({ ...each.item, addresses: [...each.addresses].sort(), plans: each.plans }) as MirrorItem,
    );
  return { items, plans, missingPlans: rows.size - plans };
}

type Found = readonly [item: Needed, address: string];

function environmentItems({ environment }: StatedPlan, { architecture, repository }: VerdictRow): Found[] {
  if (environment.kind !== 'recorded' && environment.kind !== 'nearest') return [];
  return environment.packages.map(({ name, version, sha256, checksum }) => [
    { kind: 'package', name, version, architecture, sha256, checksum } as const,
    packageAddress(repository, architecture, packageFileName({ name, version })),
  ]);
}

function packageAddress(repository: string, architecture: Architecture, file: string): string {
  return `${repository.endsWith('/') ? repository.slice(0, -1) : repository}/${architecture}/${file}`;
}

function sourceItem(source: PlannedSource): Found {
  return source.kind === 'fetch'
    ? [{ kind: 'file', algorithm: source.algorithm, digest: source.digest } as const, source.uri]
    : [{ kind: 'git', commit: source.commit, reference: source.reference } as const, source.repository];
}

/** JSON lines, one for each item. */
export function* mirrorLines({ items }: MirrorList): Generator<string> {
  for (const item of items) yield `${escapeSteering(canonicalJson(item))}\n`;
}
