/** `wolfi-repro verify`. */
import { Failure } from '../../failure.ts';
import type { ProgressEvent, RunOptions } from '../../flow/run-options.ts';
import { exitCodeOf } from '../../verdict/acceptance.ts';
import { parseFailOn } from '../../verdict/fail-on.ts';
import { type PackageResult, type RunResult, runResult } from '../../verdict/result.ts';
import { verify } from '../../verify.ts';
import { chosenDetail } from '../chosen-detail.ts';
import { type GivenPackages, withPackages } from '../given-packages.ts';
import { runOptions } from '../options.ts';
import { ownTool, version } from '../own-version.ts';
import { requireWritableFolder } from '../paths.ts';
import { showProgress } from '../progress.ts';
import type { RawOptions } from '../raw-options.ts';
import { requireOutputs } from '../reports.ts';
import { ResultStream } from '../result-stream.ts';
import { selected } from '../selected.ts';
import { cancellable } from '../signals.ts';
import { StageClock } from '../stage-clock.ts';
import { requireGate, throughGate, tighten } from '../typed-gate.ts';

export async function verifyCommand(files: readonly string[], given: RawOptions): Promise<number> {
  await requireSomething(files, given);
  const failOn = parseFailOn(given.failOn ?? []);
  return withPackages(files, given, (packages) => verifyPackages(packages, failOn));
}

async function verifyPackages(
  { subjects: found, raw, typed }: GivenPackages,
  failOn: ReturnType<typeof parseFailOn>,
): Promise<number> {
  const named = raw.bundle === undefined ? found : [raw.bundle];
  const outputs = requireOutputs(raw.output ?? []);
  const gate = await requireGate(raw);
  const attests = await requireAttests(raw);
  const progress = showProgress({
    logs: raw.log && requireWritableFolder(raw.log),
    detail: chosenDetail(raw),
  });
  const clock = new StageClock();
  return cancellable(async (signal) => {
    const onProgress = (event: ProgressEvent) => {
      // What prints the result is loaded while the steps run.
      if (event.kind === 'step') void import('../../report/text-report.ts');
      clock.take(event);
      progress.onEvent(event);
    };
    const options = runOptions(raw, signal, onProgress);
    const { judged: subjects, asked } = await selected(named, chosenBy(raw), () => options.machine.inputs);
    progress.expect(subjects.length);
    const record = { tool: ownTool, asked };
    const stream = await ResultStream.open(raw, outputs, record);
    const onResult = async (each: PackageResult, at: number) => {
      clock.finish(at);
      progress.finish(at);
      const {
        packages: [first],
      } = await throughGate(runResult([asTyped(each, typed)]), gate);
      await stream.add(first!, at);
    };
    try {
      const verified = await verifyAll(subjects, raw.bundle, { ...options, onResult });
      const runs = [{ ...record, judged: verified.packages.length, ended: true }];
      const packages = verified.packages.map((each) => asTyped(each, typed));
      const result = await throughGate({ ...verified, packages, runs }, gate);
      await stream.end(result, raw.timings === true ? clock.timings(result.packages.length) : undefined);
      await attests?.(result.packages);
      await tighten(result, gate, raw);
      return exitCodeOf(result, failOn);
    } finally {
      progress.stop();
      stream.close();
    }
  });
}

/** A result under the name that was typed. What was read from standard input or a pipe has no name that could be a wrong one. */
function asTyped(result: PackageResult, typed: GivenPackages['typed']): PackageResult {
  const file = typed(result.file);
  if (file === result.file) return result;
  return { ...result, file, findings: result.findings.filter(({ kind }) => kind !== 'file-name') };
}

/** The options that choose among packages; a bundle has one. */
function chosenBy({ bundle, shard, changedSince }: RawOptions) {
  return bundle === undefined ? { shard, changedSince } : {};
}

async function requireSomething(files: readonly string[], { bundle }: RawOptions): Promise<void> {
  if (bundle !== undefined) (await import('../../bundle/open.ts')).requireLocalBundle(bundle);
  if ((files.length === 0) === (bundle === undefined))
    throw new Failure('usage', 'verify takes packages, or --bundle FILE');
}

/** What signs and writes statements; undefined where none is asked for. What it lacks is said before anything is built. */
async function requireAttests(raw: RawOptions) {
  if (raw.attest === undefined) return undefined;
  const { requireAttester } = await import('../attester.ts');
  return requireAttester(raw, raw.attest);
}

/** Verifies all packages. The package of a bundle is named after the bundle. */
async function verifyAll(
  files: readonly string[],
  bundle: string | undefined,
  options: RunOptions,
): Promise<RunResult> {
  if (bundle === undefined) return verify(files, options);
  const { openBundle } = await import('../../bundle/open.ts');
  const opened = await openBundle(bundle, version, options);
  const named = (each: PackageResult): PackageResult => ({ ...each, file: bundle });
  const onResult: RunOptions['onResult'] = (each, at) => options.onResult?.(named(each), at);
  const result = await verify([opened.path], { ...opened.options, onResult });
  return { ...result, packages: result.packages.map(named) };
}
