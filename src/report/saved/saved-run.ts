/** Results that were saved as JSON or JSON lines, read again at the door: bounded, then decoded into strict types. */
import { canonicalJson } from '../../canonical.ts';
import { Failure } from '../../failure.ts';
import {
  isJsonObject,
  type JsonFault,
  type JsonLimits,
  parseBoundedJson,
} from '../../formats/bounded-json.ts';
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

/** Depth: contents inside contents, eight levels of several parts each. The rest is what a report of many packages takes. */
export const savedLimits: JsonLimits = { bytes: 256 * 1024 * 1024, depth: 128, values: 16_000_000 };

const faults: Readonly<Record<JsonFault, string>> = {
  'too-large': `it has more than ${savedLimits.bytes} bytes`,
  'too-deep': `it is nested more than ${savedLimits.depth} levels deep`,
  'too-many-values': `it holds more than ${savedLimits.values} values`,
  'not-json': 'it is not JSON',
};

/** One file of saved results. Fails with `usage` where it is not one that this version writes. */
export function parseSavedRun(bytes: Uint8Array): SavedRun {
  const read = parseBoundedJson(bytes, savedLimits);
  if ('fault' in read) {
    if (read.fault === 'not-json' && bytes.includes(newline)) return savedLines(linesOf(bytes));
    throw unreadable(read.fault);
  }
  const { value } = read;
  const schema = isJsonObject(value) ? value['schema'] : undefined;
  if (!isJsonObject(value) || schema !== runSchema) return savedLines([value]);
  const packages = list(savedPackage)(value['packages'], 'packages');
  const runs = optional(savedRuns)(value['runs'], 'runs') ?? [{ judged: packages.length }];
  const policy = optional(policyRun)(value['policy'], 'policy');
  return { packages, runs, ...(policy === undefined ? {} : { policy }) };
}

const newline = 0x0a;

function unreadable(fault: JsonFault): Failure {
  return new Failure('usage', `this is not a saved result: ${faults[fault]}`);
}

/** The values of JSON lines. What a run was writing when it was killed is left out: it has no newline, and the run then has no end. */
function linesOf(bytes: Uint8Array): unknown[] {
  const values: unknown[] = [];
  for (let start = 0; start < bytes.length; ) {
    const found = bytes.indexOf(newline, start);
    const end = found < 0 ? bytes.length : found;
    const read = parseBoundedJson(bytes.subarray(start, end), savedLimits);
    if (!('fault' in read)) values.push(read.value);
    else if (found >= 0 || read.fault !== 'not-json' || values.length === 0) throw unreadable(read.fault);
    start = end + 1;
  }
  return values;
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
