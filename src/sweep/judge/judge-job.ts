/** Judges one job: this program's own `verify` in a process of its own, and what comes of it as an attempt. Every kind of worker judges by it. */
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Address } from '../../address.ts';
import { printable } from '../../bytes.ts';
import { sha256 } from '../../digest.ts';
import { architectureOfMachine } from '../../execute/processor/architectures.ts';
import { completeLimits } from '../../execute/sandbox/sandbox.ts';
import { asFailure, Failure } from '../../failure.ts';
import { ownedName, sweepAbandoned } from '../../inputs/store/temporary-names.ts';
import { parseSavedRun } from '../../report/saved/saved-run.ts';
import type { StatedPackage } from '../../verdict/stated.ts';
import { type AttemptClass, noCost } from '../attempt.ts';
import { faultOfRows } from '../held-rows.ts';
import type { AttemptOutcome, Lease } from '../sweep-store.ts';
import type { Artifacts } from './artifacts.ts';
import { classOfJob, classOfPackage } from './attempt-classes.ts';
import { parseRecipeFileName } from './recipe-files.ts';
import { isAsListed, subjectOf, verdictRows } from './verdict-rows.ts';
import { perHostVariable } from './watched-names.ts';
import { runWatched, type WatchedEnd } from './watched-process.ts';

/** Settings of `verify`, by the names of its options. */
export type JudgeSettings = Readonly<Record<string, string | number | boolean | readonly string[]>>;

/** What a worker judges with. */
export interface Judging {
  /** What starts this program, before its arguments. */
  readonly program: readonly string[];
  /** Its version. */
  readonly tool: string;
  /** Paths are absolute. */
  readonly settings: JudgeSettings;
  /** The environment of the program; its own variables of settings are left out. */
  readonly env: Readonly<Record<string, string>>;
  /** Exchanges with one host at once. */
  readonly perHost: number;
  readonly artifacts: Artifacts;
  /** Folder for attempts under way. */
  readonly work: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Longer than every build under emulation that was seen; steps have a limit of their own. */
const mostSeconds = 72 * 3600;

/** Judges a job that a worker holds. Aborting ends it with all its processes, as `cancelled`. */
export async function judgeJob(lease: Lease, judging: Judging, signal: AbortSignal): Promise<AttemptOutcome> {
  const startedAt = judging.now();
  mkdirSync(judging.work, { recursive: true });
  sweepAbandoned(judging.work);
  const folder = join(judging.work, ownedName());
  // Settings can hold passwords of addresses.
  mkdirSync(folder, { mode: 0o700 });
  try {
    return await judgeIn(folder, lease, judging, signal, startedAt);
  } catch (thrown) {
    const failure = asFailure(thrown);
    if (!(failure instanceof Failure)) throw thrown;
    const message = oneLine(failure.message);
    const endedAt = judging.now();
    return { class: 'worker-unfit', startedAt, endedAt, cost: noCost, message, log: undefined, rows: [] };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function judgeIn(
  folder: string,
  lease: Lease,
  judging: Judging,
  signal: AbortSignal,
  startedAt: number,
): Promise<AttemptOutcome> {
  const { program, env, perHost, artifacts, tool } = judging;
  const { job } = lease;
  const [config, output, logs] = ['settings.yaml', 'result.json', 'logs'].map((name) => join(folder, name));
  writeFileSync(config!, JSON.stringify({ commands: { verify: settingsOf(lease, judging) } }), {
    mode: 0o600,
  });
  const subjects = job.packages.map((listed) => subjectOf(job, listed));
  const options = ['--config', config!, '--output', output!, '--log', logs!];
  const end = await runWatched([...program, 'verify', ...options, '--', ...subjects], {
    env: { ...env, [perHostVariable]: String(perHost) },
    signal,
    mostSeconds,
  });
  const endedAt = judging.now();
  const cost = { wallSeconds: Math.max(0, endedAt - startedAt) / 1000, ...end.cost };
  const log = await keepLog(logs!, end.said, artifacts);
  const ended = { startedAt, endedAt, cost, log };
  const bytes = readIfThere(output!);
  const isCutShort = end.ended !== undefined || end.signal !== undefined;
  if (bytes === undefined || isCutShort) return { ...ended, ...withoutResult(end), rows: [] };
  const results = readResults(bytes);
  const rows = verdictRows(job, results, tool, await artifacts.put(bytes));
  const fault = rows === undefined ? 'a package has no result that can be read' : faultOfRows(job, rows);
  if (rows === undefined || fault !== undefined)
    return { ...ended, class: 'internal', message: oneLine(`${fault}`), rows: [] };
  const packages = job.packages.map((listed) => [listed, results.get(subjectOf(job, listed))!] as const);
  const classes = packages.map(([listed, found]) =>
    isAsListed(listed, found) ? classOfPackage(found) : 'environment-unavailable',
  );
  const each = classOfJob(classes);
  const message = each === 'settled' ? '' : messageOf(packages[classes.indexOf(each)]![1]);
  await keepRecipes(logs!, artifacts);
  const saysNothing = each === 'worker-unfit' || each === 'cancelled';
  return { ...ended, class: each, message, rows: saysNothing ? [] : rows };
}

/** Results by the name by which each package was asked for; none where they are not such as this version writes. */
function readResults(bytes: Uint8Array): ReadonlyMap<string, StatedPackage> {
  try {
    return new Map(parseSavedRun(bytes).packages.map((each) => [each.file, each]));
  } catch (failure) {
    if (failure instanceof Failure && failure.code === 'usage') return new Map();
    throw failure;
  }
}

const mebibyte = 1024 ** 2;

/** The settings with the repository of the job in front, and with at least what earlier attempts showed that it needs. */
function settingsOf({ job, needs }: Lease, { settings }: Judging): JudgeSettings {
  const limits = completeLimits({});
  const usual = job.architecture === architectureOfMachine(process.arch) ? limits.native : limits.emulated;
  const others = (settings['repository'] ?? []) as readonly string[];
  const isOwn = (each: string) => (Address.parse(each)?.place ?? each) === job.repository;
  // As it was given here where it was, since a job keeps no password.
  const repository = [
    ...(others.some(isOwn) ? others.filter(isOwn) : [job.repository]),
    ...others.filter((each) => !isOwn(each)),
  ];
  const atLeast = (name: string, fallback: number, needed: number) =>
    needed > Number(settings[name] ?? fallback) ? { [name]: needed } : {};
  return {
    ...settings,
    repository,
    ...atLeast('memory-mib', usual.memoryBytes / mebibyte, Math.ceil(needs.memoryBytes / mebibyte)),
    ...atLeast('disk-mib', usual.diskBytes / mebibyte, Math.ceil(needs.diskBytes / mebibyte)),
    ...atLeast('step-seconds', usual.stepSeconds, needs.seconds),
  };
}

/** What it means that there is no result. */
function withoutResult({ ended, signal, exitCode, said }: WatchedEnd): {
  readonly class: AttemptClass;
  readonly message: string;
} {
  if (ended === 'by-signal') return { class: 'cancelled', message: 'it was told to end' };
  if (ended === 'by-time') return { class: 'time', message: `it took more than ${mostSeconds / 3600} hours` };
  if (signal === 'SIGKILL')
    return { class: 'memory', message: 'it was killed, as the kernel does for memory' };
  if (signal !== undefined) return { class: 'internal', message: `it was ended by ${signal}` };
  const message = oneLine(said) || `it ended with ${exitCode}`;
  return { class: exitCode === usageExitCode ? 'worker-unfit' : 'internal', message };
}

const usageExitCode = 2;
const mostMessage = 300;

function messageOf({ verdict }: StatedPackage): string {
  return 'failure' in verdict ? oneLine(verdict.failure.message) : '';
}

/** The last line of a text that is not empty, as it can be shown. */
function oneLine(text: string): string {
  const line = text.trim().split('\n').at(-1) ?? '';
  return printable(line).slice(0, mostMessage);
}

function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

/** Of the output of each step, the end is kept: that is where it says why it failed. */
const mostLogBytes = 4 * mebibyte;

async function keepLog(folder: string, said: string, artifacts: Artifacts): Promise<AttemptOutcome['log']> {
  const names = readNames(folder).filter((name) => parseRecipeFileName(name) === undefined);
  const share = Math.floor(mostLogBytes / (names.length + 1));
  const pieces = names.flatMap((name) => [Buffer.from(`== ${name}\n`), tailOf(join(folder, name), share)]);
  const own =
    said === '' ? [] : [Buffer.from(`== wolfi-repro\n${printable(said).replaceAll('\\x0a', '\n')}`)];
  const bytes = Buffer.concat([...pieces, ...own]);
  return bytes.length === 0 ? undefined : artifacts.put(bytes);
}

/** Recipes by their digest, which the rows of their packages have, so that what changed between two builds can be shown. */
async function keepRecipes(folder: string, artifacts: Artifacts): Promise<void> {
  for (const name of readNames(folder)) {
    const digest = parseRecipeFileName(name);
    const bytes = digest === undefined ? undefined : readIfThere(join(folder, name));
    if (bytes !== undefined && sha256(bytes) === digest) await artifacts.put(bytes);
  }
}

function readNames(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

function tailOf(path: string, most: number): Buffer {
  const { size } = statSync(path);
  return size <= most ? readFileSync(path) : readFileSync(path).subarray(size - most);
}
