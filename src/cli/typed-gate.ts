/** The policy that a command line names, and the day for which it is read. */
import { shownTyped } from '../address.ts';
import { Failure } from '../failure.ts';
import { type Day, dayOf, parseDay } from '../policy/day.ts';
import type { Gate } from '../policy/gate.ts';
import type { Policy } from '../policy/policy.ts';
import type { StatedRun } from '../verdict/stated.ts';
import { requireFiles } from './paths.ts';
import type { RawOptions } from './raw-options.ts';
import { contentOf } from './typed-inputs.ts';

/** A file of settings that is longer is refused by its length. */
const mostBytes = 1 << 24;

/** The gate of a command line; undefined where it names none. What is wrong with it is said before anything is built. */
export async function requireGate(raw: RawOptions): Promise<Gate | undefined> {
  const today = todayOf(raw);
  if (raw.policy === undefined) {
    if (raw.today !== undefined)
      throw new Failure('usage', '--today is the day for a policy, and none is given');
    return undefined;
  }
  return { policy: await readPolicy(raw.policy, today), today };
}

/** The day that was typed, or today in UTC. */
function todayOf({ today }: RawOptions): Day {
  if (today === undefined) return dayOf(Date.now() / 1000);
  const day = parseDay(today);
  if (day !== undefined) return day;
  throw new Failure('usage', '--today takes a day', { expected: 'YYYY-MM-DD', got: today });
}

async function readPolicy(path: string, today: Day): Promise<Policy> {
  requireFiles([path]);
  const { parsePolicy } = await import('../policy/parse-policy.ts');
  return parsePolicy(contentOf(path, mostBytes), shownTyped(path), today);
}

/** The run as the gate lets it through; without a gate as it is. */
export async function throughGate<R extends StatedRun>(run: R, gate: Gate | undefined): Promise<R> {
  if (gate === undefined) return run;
  const { gatedRun } = await import('../policy/gate.ts');
  return gatedRun(run, gate);
}
