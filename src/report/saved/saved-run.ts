/** Results that were saved as JSON or JSON lines, read again at the door: bounded, then decoded into strict types. */
import { canonicalJson } from '../../canonical.ts';
import { isJsonObject } from '../../formats/bounded-json.ts';
import { addAll, grouped } from '../../lists.ts';
import { gapsIn } from '../../verdict/gaps.ts';
import type { RunRecord } from '../../verdict/run-record.ts';
import { type StatedPackage, type StatedRun, statedRun } from '../../verdict/stated.ts';
import { runSchema } from '../result-schemas.ts';
import { list, optional } from './decoder.ts';
import { policyRun } from './saved-gate.ts';
import { savedLines } from './saved-lines.ts';
import { savedPackage } from './saved-package.ts';
import { type SavedRun, savedRuns } from './saved-runs.ts';
import { savedValues } from './saved-values.ts';

/** One file of saved results. Fails with `usage` where it is not one that this version writes. */
export function parseSavedRun(bytes: Uint8Array): SavedRun {
  return decodedRun(savedValues(bytes));
}

/** The values of one file: the whole run, or its lines. */
export function decodedRun(values: readonly unknown[]): SavedRun {
  const [value, ...others] = values;
  const schema = isJsonObject(value) ? value['schema'] : undefined;
  if (!isJsonObject(value) || others.length > 0 || schema !== runSchema) return savedLines(values);
  const packages = list(savedPackage)(value['packages'], 'packages');
  const runs = optional(savedRuns)(value['runs'], 'runs') ?? [{ judged: packages.length }];
  const policy = optional(policyRun)(value['policy'], 'policy');
  return { packages, runs, ...(policy === undefined ? {} : { policy }) };
}

export interface MergeOptions {
  /** Whether results may be missing: what is there decides the exit code then. */
  readonly allowIncomplete?: boolean;
}

/**
 * Several saved results as one, such as the shards of a CI run, in the order given. A package that two of them state in the same
 * words is there once; where they disagree, both statements are kept.
 */
export function mergeSavedRuns(
  saved: readonly SavedRun[],
  { allowIncomplete: isAllowed = false }: MergeOptions = {},
): StatedRun {
  const seen = new Set<string>();
  const packages: StatedPackage[] = [];
  const runs: RunRecord[] = [];
  for (const each of saved) {
    addAll(runs, each.runs);
    addAll(
      packages,
      each.packages.filter((result) => {
        const { verdict, ...rest } = result;
        const failure =
          'failure' in verdict ? { ...verdict.failure, message: verdict.failure.message } : null;
        const key = canonicalJson({ ...rest, verdict: { ...verdict, failure } });
        return !seen.has(key) && seen.add(key) !== undefined;
      }),
    );
  }
  const gaps = gapsIn(runs);
  const policies = saved.flatMap(({ policy }) => policy ?? []);
  const [first] = policies;
  return statedRun(packages, {
    runs,
    ...(first === undefined
      ? {}
      : { policy: { ...first, notices: policies.flatMap(({ notices }) => notices) } }),
    ...(gaps.length === 0 ? {} : { incomplete: { gaps, isAllowed } }),
  });
}

/** The files that are stated with different verdicts, by digest; each as the first of its statements names it. */
export function disputed({ packages }: StatedRun): readonly string[] {
  const known = packages.filter(({ subject }) => subject !== undefined);
  return [...grouped(known, ({ subject }) => subject!.sha256).values()]
    .filter(([first, ...others]) => others.some(({ verdict }) => verdict.kind !== first.verdict.kind))
    .map(([{ file }]) => file);
}
