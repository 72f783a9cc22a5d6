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
import { type StatedPackage, type StatedRun, statedRun } from '../../verdict/stated.ts';
import { list, refuse } from './decoder.ts';
import { savedPackage } from './saved-package.ts';

/** Depth: contents inside contents, eight levels of several parts each. The rest is what a report of many packages takes. */
export const savedLimits: JsonLimits = { bytes: 256 * 1024 * 1024, depth: 128, values: 16_000_000 };

const runSchema = 'wolfi-repro/result/1';
const packageSchema = 'wolfi-repro/package/1';

const faults: Readonly<Record<JsonFault, string>> = {
  'too-large': `it has more than ${savedLimits.bytes} bytes`,
  'too-deep': `it is nested more than ${savedLimits.depth} levels deep`,
  'too-many-values': `it holds more than ${savedLimits.values} values`,
  'not-json': 'it is not JSON',
};

/** The packages of one saved result. Fails with `usage` where it is not one that this version writes. */
export function parseSavedRun(bytes: Uint8Array): readonly StatedPackage[] {
  const read = parseBoundedJson(bytes, savedLimits);
  if ('fault' in read) {
    if (read.fault === 'not-json' && bytes.includes(newline)) return parseLines(bytes);
    throw unreadable(read.fault);
  }
  const { value } = read;
  const schema = isJsonObject(value) ? value['schema'] : undefined;
  if (isJsonObject(value) && schema === runSchema) return list(savedPackage)(value['packages'], 'packages');
  if (schema === packageSchema) return [savedPackage(value, 'line 1')];
  return refuse('schema', `${runSchema}, or lines of ${packageSchema}`);
}

const newline = 0x0a;

function unreadable(fault: JsonFault): Failure {
  return new Failure('usage', `this is not a saved result: ${faults[fault]}`);
}

/** JSON lines: a package on each. */
function parseLines(bytes: Uint8Array): readonly StatedPackage[] {
  const packages: StatedPackage[] = [];
  let number = 0;
  for (let start = 0; start < bytes.length; ) {
    const found = bytes.indexOf(newline, start);
    const end = found < 0 ? bytes.length : found;
    number += 1;
    const read = parseBoundedJson(bytes.subarray(start, end), savedLimits);
    if ('fault' in read) throw unreadable(read.fault);
    const place = `line ${number}`;
    if (!isJsonObject(read.value) || read.value['schema'] !== packageSchema)
      refuse(`${place}.schema`, packageSchema);
    packages.push(savedPackage(read.value, place));
    start = end + 1;
  }
  return packages;
}

/**
 * Several saved results as one, such as the shards of a CI run, in the order given. A package that two of them state in the same
 * words is there once; where they disagree, both statements are kept.
 */
export function mergeSavedRuns(runs: readonly (readonly StatedPackage[])[]): StatedRun {
  const seen = new Set<string>();
  const packages: StatedPackage[] = [];
  for (const run of runs)
    addAll(
      packages,
      run.filter((each) => {
        const { verdict, ...rest } = each;
        const failure =
          'failure' in verdict ? { ...verdict.failure, message: verdict.failure.message } : null;
        const key = canonicalJson({ ...rest, verdict: { ...verdict, failure } });
        return !seen.has(key) && seen.add(key) !== undefined;
      }),
    );
  return statedRun(packages);
}

/** The files that are stated with different verdicts, by digest; each as the first of its statements names it. */
export function disputed({ packages }: StatedRun): readonly string[] {
  const known = packages.filter(({ subject }) => subject !== undefined);
  return [...grouped(known, ({ subject }) => subject!.sha256).values()]
    .filter(([first, ...others]) => others.some(({ verdict }) => verdict.kind !== first.verdict.kind))
    .map(([{ file }]) => file);
}
