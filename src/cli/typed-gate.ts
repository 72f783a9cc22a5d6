/** The policy and the baseline that a command line names, and the day for which they are read. */
import { basename, dirname } from 'node:path';
import { shownTyped } from '../address.ts';
import { counted } from '../bytes.ts';
import { Failure } from '../failure.ts';
import { requireNoLink, writeBelow } from '../folders.ts';
import { notWritten } from '../named-path.ts';
import { parseFileName } from '../names.ts';
import type { Baseline } from '../policy/baseline.ts';
import { type Day, dayOf, parseDay } from '../policy/day.ts';
import type { Gate } from '../policy/gate.ts';
import type { Policy } from '../policy/policy.ts';
import type { StatedRun } from '../verdict/stated.ts';
import { printNote } from './output.ts';
import { requireFiles } from './paths.ts';
import type { RawOptions } from './raw-options.ts';
import { contentOf } from './typed-inputs.ts';

/** Files that are longer are refused by their length. */
const mostBytes = 64 * 1024 * 1024;

/** The gate of a command line; undefined where it names none. What is wrong with it is said before anything is built. */
export async function requireGate(raw: RawOptions, of: 'run' | 'saved' = 'run'): Promise<Gate | undefined> {
  const { policy, baseline, tighten = false } = raw;
  const today = todayOf(raw);
  if (tighten && baseline === undefined)
    throw new Failure('usage', '--tighten rewrites a baseline, and none is given');
  if (policy === undefined && baseline === undefined) {
    // Saved results carry rules, which end on a day as well.
    if (raw.today !== undefined && of === 'run')
      throw new Failure('usage', '--today is the day for a policy, and none is given');
    return undefined;
  }
  return {
    today,
    ...(policy === undefined ? {} : { policy: await readPolicy(policy, today) }),
    ...(baseline === undefined ? {} : { baseline: await readBaseline(baseline) }),
  };
}

/** The day that was typed, or today in UTC. */
export function todayOf({ today }: Pick<RawOptions, 'today'>): Day {
  if (today === undefined) return dayOf(Date.now() / 1000);
  const day = parseDay(today);
  if (day !== undefined) return day;
  throw new Failure('usage', '--today takes a day', { expected: 'YYYY-MM-DD', got: today });
}

export async function readPolicy(path: string, today: Day): Promise<Policy> {
  const { parsePolicy } = await import('../policy/parse-policy.ts');
  return parsePolicy(readPolicyBytes(path), shownTyped(path), today);
}

export function readPolicyBytes(path: string): Buffer {
  requireFiles([path]);
  return contentOf(path, mostBytes);
}

export async function readBaseline(path: string): Promise<Baseline> {
  requireFiles([path]);
  const { parseBaseline } = await import('../policy/baseline.ts');
  return parseBaseline(contentOf(path, mostBytes), shownTyped(path));
}

/** The run as the gate lets it through; without a gate as it is. */
export async function throughGate<R extends StatedRun>(run: R, gate: Gate | undefined): Promise<R> {
  if (gate === undefined) return run;
  const { gatedRun } = await import('../policy/gate.ts');
  return gatedRun(run, gate);
}

/** Rewrites the baseline with what is better now, where `--tighten` asks for it. */
export async function tighten(run: StatedRun, gate: Gate | undefined, raw: RawOptions): Promise<void> {
  if (raw.tighten !== true || raw.baseline === undefined || gate?.baseline === undefined) return;
  const { renderBaseline, tightened } = await import('../policy/baseline.ts');
  const next = tightened(gate.baseline, run.packages);
  if (next === undefined) return;
  await replaceFile(raw.baseline, renderBaseline(next));
  const added = next.packages.size - gate.baseline.packages.size;
  const changed = [...next.packages].filter(
    ([name, state]) => gate.baseline!.packages.get(name) !== state,
  ).length;
  printNote(
    `${shownTyped(raw.baseline)}: ${counted(changed - added, 'package')} better, ${counted(added, 'package')} new`,
  );
}

/** Writes a file as a whole: aside, then over the old one, so that nobody reads half of it. Fails with `usage` where a link is in its place. */
export async function replaceFile(path: string, text: string): Promise<void> {
  requireNoLink(path);
  const name = parseFileName(basename(path));
  if (name === undefined) throw new Failure('usage', `${shownTyped(path)} is not a name of a file`);
  try {
    await writeBelow(dirname(path), name, [Buffer.from(text)]);
  } catch (cause) {
    if (cause instanceof Failure) throw cause;
    throw notWritten(path, cause);
  }
}
