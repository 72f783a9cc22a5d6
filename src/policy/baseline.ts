/** A baseline: what is known of each package, one line each, so that only what got worse fails. Neither digests nor versions are in it, so it outlives updates. */
import { compareBytes } from '../bytes.ts';
import { canonicalJson } from '../canonical.ts';
import { type CauseKind, causeTitles } from '../compare/cause.ts';
import { Failure } from '../failure.ts';
import { isJsonObject, type JsonLimits, parseBoundedJson } from '../formats/bounded-json.ts';
import { parseArchitecture, parsePackageName } from '../names.ts';
import type { BaselineRun, KnownState, Standing } from '../verdict/acceptance.ts';
import type { StatedPackage } from '../verdict/stated.ts';
import { acceptable } from './acceptable.ts';
import { changeBetween, isKnownVerdict, stateOf, worseOf } from './known-states.ts';

export interface Baseline {
  /** By `NAME:ARCH`. */
  readonly packages: ReadonlyMap<string, KnownState>;
}

const schema = 'wolfi-repro/baseline/1';
const lineLimits: JsonLimits = { bytes: 16_384, depth: 4, values: 100 };
/** All of Wolfi has some twenty thousand names. */
const mostPackages = 200_000;

/** Parses the lines. Fails with `usage` and the number of the line. @param file as messages show it */
export function parseBaseline(bytes: Uint8Array, file: string): Baseline {
  const lines = Buffer.from(bytes).toString('utf8').split('\n');
  const refuse = (at: number, problem: string, expected?: string) =>
    new Failure('usage', `${file}:${at}: ${problem}`, expected === undefined ? {} : { expected });
  const [head = '', ...rest] = lines;
  const top = parseLine(head);
  if (!isJsonObject(top) || top['schema'] !== schema)
    throw refuse(1, 'this is not a baseline', `a first line of {"schema":"${schema}"}`);
  if (rest.length > mostPackages + 1) throw refuse(1, `the baseline has more than ${mostPackages} packages`);
  const found = new Map<string, { readonly state: KnownState; readonly line: number }>();
  for (const [at, line] of rest.entries()) {
    if (line === '') continue;
    const number = at + 2;
    const entry = parseEntry(line);
    if (entry === undefined)
      throw refuse(
        number,
        'this is not a package of a baseline',
        '{"package":"NAME:ARCH","verdict":…,"causes":[…]}',
      );
    const twice = found.get(entry.package);
    if (twice !== undefined) throw refuse(number, `${entry.package} stands in line ${twice.line} as well`);
    found.set(entry.package, { state: entry.state, line: number });
  }
  return { packages: new Map([...found].map(([name, { state }]) => [name, state])) };
}

function parseLine(line: string): unknown {
  const read = parseBoundedJson(Buffer.from(line), lineLimits);
  return 'fault' in read ? undefined : read.value;
}

function parseEntry(line: string): { readonly package: string; readonly state: KnownState } | undefined {
  const value = parseLine(line);
  if (!isJsonObject(value) || Object.keys(value).sort().join() !== 'causes,package,verdict') return undefined;
  const { package: name, verdict, causes } = value;
  if (typeof name !== 'string' || typeof verdict !== 'string' || !Array.isArray(causes)) return undefined;
  const [plain = '', architecture = '', ...more] = name.split(':');
  const isNamed = parsePackageName(plain) !== undefined && parseArchitecture(architecture) !== undefined;
  const isCause = (each: unknown): each is CauseKind =>
    typeof each === 'string' && Object.hasOwn(causeTitles, each);
  if (!isNamed || more.length > 0 || !isKnownVerdict(verdict) || !causes.every(isCause)) return undefined;
  return { package: name, state: { verdict, causes: [...new Set(causes)].sort() } };
}

/** The file: a line for each package, sorted, so that two people who change it seldom change the same lines. */
export function renderBaseline({ packages }: Baseline): string {
  const lines = [...packages]
    .sort(([a], [b]) => compareBytes(a, b))
    .map(
      ([name, { verdict, causes }]) =>
        `{"package":${JSON.stringify(name)},"verdict":"${verdict}","causes":${canonicalJson(causes)}}\n`,
    );
  return [`${canonicalJson({ schema })}\n`, ...lines].join('');
}

/** `NAME:ARCH`; undefined where the package does not say who it is, or says it in a way that no package has. */
function nameOf({ subject }: StatedPackage): string | undefined {
  const name = parsePackageName(subject?.name ?? '');
  const architecture = parseArchitecture(subject?.architecture ?? '');
  return name === undefined || architecture === undefined ? undefined : `${name}:${architecture}`;
}

export function standingOf({ packages }: Baseline, result: StatedPackage): Standing {
  const was = packages.get(nameOf(result) ?? '');
  return was === undefined ? { state: 'new' } : { state: changeBetween(was, stateOf(result)), was };
}

export function baselineRun({ packages }: Baseline, results: readonly StatedPackage[]): BaselineRun {
  const judged = new Set(results.map(nameOf));
  return { notJudged: [...packages.keys()].filter((name) => !judged.has(name)).sort(compareBytes) };
}

/** Why a package is not in a baseline that is written. */
export type LeftOut =
  | 'rejected'
  /** No key vouches for the name in it. */
  | 'unvouched'
  /** It does not say who it is. */
  | 'nameless'
  /** A policy accepts it; a baseline would go on accepting it when the rule is over. */
  | 'accepted'
  /** The run says nothing of it. */
  | 'not-judged';

/** A baseline of results, and what is not in it. Of several results of one package, the worst counts. */
export function baselineOf(results: readonly StatedPackage[]): {
  readonly baseline: Baseline;
  readonly leftOut: readonly { readonly result: StatedPackage; readonly why: LeftOut }[];
} {
  const packages = new Map<string, KnownState>();
  const leftOut: { result: StatedPackage; why: LeftOut }[] = [];
  for (const result of results) {
    const why = whyLeftOut(result);
    if (why !== undefined) {
      leftOut.push({ result, why });
      continue;
    }
    const name = nameOf(result)!;
    const known = packages.get(name);
    const state = stateOf(result);
    packages.set(name, known === undefined ? state : worseOf(known, state));
  }
  return { baseline: { packages }, leftOut };
}

function whyLeftOut(result: StatedPackage): LeftOut | undefined {
  if (nameOf(result) === undefined) return 'nameless';
  if (result.verdict.kind === 'rejected') return 'rejected';
  const { verdict } = stateOf(result);
  if (acceptable.get(verdict)?.needs === 'digest') return 'unvouched';
  if (!isKnownVerdict(verdict)) return 'not-judged';
  return (result.policy?.accepted.length ?? 0) > 0 ? 'accepted' : undefined;
}

/** The baseline with what is better now, and with new packages that are reproduced; undefined where that is nothing. Nothing in it gets worse, and nothing goes. */
export function tightened(baseline: Baseline, results: readonly StatedPackage[]): Baseline | undefined {
  const packages = new Map(baseline.packages);
  for (const [name, state] of baselineOf(results).baseline.packages) {
    const was = packages.get(name);
    const isTighter =
      was === undefined ? state.verdict === 'reproduced' : changeBetween(was, state) === 'better';
    if (isTighter) packages.set(name, state);
  }
  const changed = [...packages].some(([name, state]) => baseline.packages.get(name) !== state);
  return changed ? { packages } : undefined;
}
