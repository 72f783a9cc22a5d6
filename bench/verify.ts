/** The whole of `verify`, split by stage: with nothing kept, with the packages of the environment kept, and with the environment kept. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chosenEngine } from '../src/engine/choice.ts';
import { machineInputs } from '../src/inputs/inputs.ts';
import { verify } from '../src/verify.ts';
import { labOptions } from '../test/conformance/lab-run.ts';
import { lab, sharedLab } from '../test/support/lab.ts';
import { packedSources } from '../test/support/sources.ts';
import { child, medianOf, printChildResult, program, type Report } from './measure.ts';

const own = fileURLToPath(import.meta.url);

const subjects: readonly (readonly [name: string, folder: string | undefined, file: string])[] = [
  ['hello-shell', lab, 'hello-shell-1.4.2-r3.apk'],
  ['flint', lab, 'flint-0.9.12-r4.apk'],
  ['libpebble', sharedLab, 'libpebble-2.3.4-r1.apk'],
  ['manyfiles', lab, 'manyfiles-0.1.0-r0.apk'],
  ['bulk', lab, 'bulk-9.0.0-r1.apk'],
];

/** A melange that builds the same package for comparison: its whole build, its start and its environment. */
const melange = process.env['WOLFI_REPRO_MELANGE'];
const reference = melange === undefined ? 'Node with an empty module' : '--engine melange';

/** `environment`: until the first step; `steps`: until the last one ended, what they left read; `emit`, `compare`. */
const stages = ['start', 'read', 'plan', 'environment', 'steps', 'compare'] as const;

export function benchVerify(report: Report, rounds: number): void {
  report(
    'verify, in ms, a process for each: environment = until the first step, steps = until all is emitted',
  );
  report(
    `  ${'package'.padEnd(22)}${stages.map((stage) => stage.padStart(12)).join('')}       total   peak    of ${reference}`,
  );
  for (const [name, folder, file] of subjects) {
    if (folder === undefined) {
      report(`  ${name}: left out, the larger lab is not beside the checkout`);
      continue;
    }
    const path = join(folder, 'repository/v0.59.1/x86_64', file);
    for (const kept of ['cold', 'packages', 'warm'] as const)
      showRow(report, `${name}, ${kept}`, measured(path, kept, rounds));
  }
}

type Sample = Readonly<Record<string, number>>;

/** The content of the cache when a run starts: nothing, the packages of its environment, or the environment as well. */
type Kept = 'cold' | 'packages' | 'warm';

const lost: Readonly<Record<Kept, string | undefined>> = {
  cold: '',
  packages: 'environments',
  warm: undefined,
};

/** Alternates our runs with those of the reference. */
function measured(path: string, state: Kept, rounds: number): Sample[] {
  const kept = mkdtempSync(join(tmpdir(), 'wolfi-repro-bench-'));
  try {
    if (state !== 'cold') child(own, [path, kept]);
    const folder = lost[state];
    return Array.from({ length: state === 'cold' ? Math.min(rounds, 3) : rounds }, () => {
      if (folder !== undefined) rmSync(join(kept, folder), { recursive: true, force: true });
      const { taken: total, result } = timed(() => child(own, [path, kept]));
      const beside = timed(() => (melange === undefined ? emptyNode() : child(own, [path, kept, melange])));
      return { ...result, total, reference: beside.taken };
    });
  } finally {
    rmSync(kept, { recursive: true, force: true });
  }
}

/** Milliseconds of one run as a process, with what a cache holds. */
export function verifyOnce(path: string, cache: string): number {
  return timed(() => child(own, [path, cache])).taken;
}

const emptyNode = program(process.execPath, ['--input-type=module', '-e', '']);

function timed<R>(work: () => R): { readonly taken: number; readonly result: R } {
  const started = performance.now();
  const result = work();
  return { taken: performance.now() - started, result };
}

function showRow(report: Report, title: string, samples: readonly Sample[]): void {
  const median = (key: string) => medianOf(samples.map((sample) => sample[key] ?? 0));
  const cells = stages.map((stage) => median(stage).toFixed(0).padStart(12)).join('');
  const ratio = medianOf(samples.map(({ total, reference: beside }) => total! / beside!));
  report(
    `  ${title.padEnd(22)}${cells}${median('total').toFixed(0).padStart(12)} ${median('peakMebibytes').toFixed(0).padStart(4)} MiB ${ratio.toFixed(2).padStart(10)}`,
  );
}

async function run(path: string, cache: string, builder: string | undefined): Promise<void> {
  const marks: [string, number][] = [['start', 0]];
  const mark = (name: string) => {
    if (marks.at(-1)![0] !== name) marks.push([name, performance.now()]);
  };
  const options = labOptions({ allowUnsigned: true });
  const sources = sharedLab !== undefined && existsSync(sharedLab) ? packedSources() : undefined;
  const { packages } = await verify([path], {
    ...options,
    machine: { ...options.machine, cache, threads: 2, inputs: machineInputs(cache, options.machine.signal) },
    ...(sources === undefined ? {} : { sourceCaches: [sources.cache] }),
    ...(builder === undefined ? {} : { engine: chosenEngine({ engine: 'melange', melange: builder }) }),
    onProgress(event) {
      if (event.kind === 'stage') mark(event.stage === 'rebuild' ? 'environment' : event.stage);
      if (event.kind === 'step') mark('steps');
    },
  });
  if (packages[0]!.verdict.kind !== 'reproduced') throw new Error(`${path}: ${packages[0]!.verdict.kind}`);
  marks.push(['end', performance.now()]);
  const spans = marks.slice(0, -1).map(([name, from], at) => [name, marks[at + 1]![1] - from] as const);
  printChildResult(Object.fromEntries(spans));
}

const [path, cache, builder] = process.argv.slice(2);
if (process.argv[1] === own && path !== undefined && cache !== undefined) await run(path, cache, builder);
