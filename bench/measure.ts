/** Times as medians over interleaved rounds: what slows the machine for a while slows all candidates alike. */
import { spawnSync } from 'node:child_process';

export type Report = (line: string) => void;

/** Something to be timed; returns milliseconds, or nothing where the call itself is to be timed. */
export type Candidate = () => Promise<number | undefined> | number | undefined;

export interface Timing {
  readonly name: string;
  /** Milliseconds. */
  readonly median: number;
  readonly least: number;
}

/** Runs every candidate once unmeasured, then all of them in turn, round after round. */
export async function interleave(
  candidates: Readonly<Record<string, Candidate>>,
  rounds: number,
): Promise<Timing[]> {
  const times = new Map<string, number[]>(Object.keys(candidates).map((name) => [name, []]));
  for (let round = -1; round < rounds; round++) {
    for (const [name, candidate] of Object.entries(candidates)) {
      const started = performance.now();
      const own = await candidate();
      const time = own ?? performance.now() - started;
      if (round >= 0) times.get(name)!.push(time);
    }
  }
  return [...times].map(([name, list]) => ({ name, median: medianOf(list), least: Math.min(...list) }));
}

export function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** One line for each candidate, with its ratio to the reference; `bytes` adds a rate. */
export function showRatios(
  report: Report,
  title: string,
  timings: readonly Timing[],
  { reference, bytes }: { readonly reference: string; readonly bytes?: number },
): void {
  const base = timings.find(({ name }) => name === reference)!.median;
  report(`${title} (reference: ${reference})`);
  for (const { name, median } of timings) {
    const rate = bytes === undefined ? '' : `${(bytes / 2 ** 20 / (median / 1000)).toFixed(0)} MiB/s`;
    report(
      `  ${name.padEnd(34)} ${median.toFixed(0).padStart(7)} ms ${rate.padStart(11)} ${(median / base).toFixed(2).padStart(7)} of the reference`,
    );
  }
}

/** Runs a program from start to end. Fails unless it succeeds. */
export function program(command: string, argv: readonly string[], env?: NodeJS.ProcessEnv): Candidate {
  return () => {
    const { status, error, stderr } = spawnSync(command, argv, {
      stdio: ['ignore', 'ignore', 'pipe'],
      ...(env === undefined ? {} : { env }),
    });
    if (status !== 0) throw new Error(`${command}: ${error?.message ?? stderr.toString()}`);
    return undefined;
  };
}

/** Whether a program can be run here. */
export function hasProgram(command: string): boolean {
  return spawnSync(command, ['--version'], { stdio: 'ignore' }).error === undefined;
}

export interface ChildResult {
  readonly milliseconds: number;
  readonly peakMebibytes: number;
}

/** Runs a module of the benchmark in a separate process, so that each starts from the same state. */
export function child(module: string, argv: readonly string[]): ChildResult & Record<string, number> {
  const { stdout, stderr, status } = spawnSync(process.execPath, [module, ...argv], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as ChildResult & Record<string, number>;
}

/** What a child prints at its end. */
export function printChildResult(result: Readonly<Record<string, number>>): void {
  const peakMebibytes = Math.round(process.resourceUsage().maxRSS / 1024);
  process.stdout.write(`${JSON.stringify({ ...result, peakMebibytes })}\n`);
}
