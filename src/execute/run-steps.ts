/** Steps as melange runs them (melange pkg/build/pipeline.go; docs/melange/running.md#steps). */

import { durationSeconds } from '../claim/recipe/duration.ts';
import type { Recipe, Step } from '../claim/recipe/recipe.ts';
import { type RunningStep, requiredSteps, runningPackages } from '../claim/recipe/running.ts';
import { type ExceededLimit, Failure } from '../failure.ts';
import type { Format } from '../melange/format.ts';
import { OutputTail } from '../output-tail.ts';
import { networkRequired, wantedNetwork } from '../plan/fetching-steps.ts';
import { ownInput, programInput } from '../program-input.ts';
import type { BuildLimits, Sandbox, SandboxNetwork } from './sandbox/sandbox.ts';
import { outputFolder } from './workspace.ts';

/** The name of a step, as messages show it. */
export interface StepName {
  /** Origin or subpackage. */
  readonly package: string;
  /** Position among the steps, nested ones as `2.1`; from 1. */
  readonly position: string;
  readonly label: string;
}

export interface StepObserver {
  /** Packages of the environment that are unpacked, of how many. */
  unpack?(done: number, of: number): void;
  begin(step: StepName): void;
  output(step: StepName, bytes: Uint8Array): void;
  end(step: StepName): void;
}

export interface StepContext {
  readonly sandbox: Sandbox;
  readonly format: Format;
  readonly recipe: Recipe;
  readonly limits: BuildLimits;
  /** Seconds since 1970; undefined where the publisher gave no clock, which melange takes as 0. */
  readonly sourceDateEpoch: number;
  readonly observer: StepObserver;
  /** What the steps reach. */
  readonly network?: SandboxNetwork | undefined;
}

const tailBytes = 16 * 1024;
/** Characters of a script that are shown. */
const mostScript = 2000;

/** A run under way. */
interface Run extends StepContext {
  readonly caveats: string[];
}

/**
 * Runs the steps of the origin, then those of each subpackage, and returns what weakens the run: steps that tried to reach the network and went
 * on without it. Fails with `step-failed`, `network-required`, `assertion-failed` or `build-limit`.
 */
export async function runSteps(given: StepContext): Promise<readonly string[]> {
  const context: Run = { ...given, caveats: [] };
  const { recipe, format } = context;
  const packages = runningPackages(recipe, format);
  const began = performance.now();
  await prepareGuest(context);
  for (const { name, steps } of packages) {
    if (name !== recipe.package.name) await context.sandbox.makeFolder(outputFolder(name));
    await runList(context, steps, new Map());
  }
  requireInTime(recipe, (performance.now() - began) / 1000);
  return context.caveats;
}

/** melange ends a whole build that takes longer than its recipe allows (pkg/build/build.go, `BuildPackage`). */
function requireInTime({ package: { timeout } }: Recipe, seconds: number): void {
  const most = durationSeconds(timeout);
  if (most <= 0 || seconds <= most) return;
  throw new Failure('build-limit', 'the steps took longer than the recipe allows the whole build', {
    expected: `at most ${timeout}`,
    hint: 'on a faster machine they may take less',
  });
}

/** Runs what melange runs once when its guest starts: it makes the linker's cache again. */
async function prepareGuest(context: StepContext): Promise<void> {
  const { sandbox, observer, recipe, limits } = context;
  const step = { package: recipe.package.name, position: '0', label: 'ldconfig' };
  // melange runs this with the recipe's variables, so its build ends here where they are at fault (`StartPod`).
  const input = programInput([], stepEnvironment(context, new Map()));
  if ('fault' in input) throw notBegun(step, input.fault);
  const { exceeded } = await sandbox.run({
    ...ownInput(
      ['/bin/sh', '-c', '[ -x /sbin/ldconfig ] && /sbin/ldconfig /lib || true'],
      new Map([['PATH', '/usr/sbin:/usr/bin:/sbin:/bin']]),
    ),
    onOutput: (bytes) => observer.output(step, bytes),
  });
  if (exceeded !== undefined) throw beyondBound(step, exceeded, limits, '');
}

async function runList(
  context: Run,
  steps: readonly RunningStep[],
  inherited: ReadonlyMap<string, string>,
): Promise<void> {
  for (const step of steps) await runStep(context, step, inherited);
}

function labelOf({ name, uses, label }: Step): string {
  return [name, uses, label].find((text) => text !== '') ?? '';
}

async function runStep(
  context: Run,
  { package: packageName, position, step, nested }: RunningStep,
  inherited: ReadonlyMap<string, string>,
): Promise<void> {
  const name = { package: packageName, position, label: labelOf(step) };
  const own = new Map([...inherited, ...step.environment]);
  context.observer.begin(name);
  await runScript(context, name, step, own);
  await runList(context, nested, context.format.stepEnvironmentInherits ? own : new Map());
  const required = requiredSteps(step);
  if (required !== undefined && nested.length !== required) {
    throw new Failure(
      'assertion-failed',
      `${describeStep(name)} ran a different number of steps than it requires`,
      { expected: String(required), got: String(nested.length) },
    );
  }
  context.observer.end(name);
}

/** Runs the script of a step. The shell runs even for an empty step: it makes the working directory. */
async function runScript(
  context: Run,
  name: StepName,
  step: Step,
  environment: ReadonlyMap<string, string>,
): Promise<void> {
  const tail = new OutputTail(tailBytes);
  let handedOn = 0;
  const argv = ['/bin/sh', '-c', stepScript(step, context.format)];
  const input = programInput(argv, stepEnvironment(context, environment));
  if ('fault' in input) throw notBegun(name, input.fault);
  const end = await context.sandbox.run({
    ...input,
    onOutput: (bytes) => {
      tail.add(bytes);
      handedOn += bytes.length;
      if (handedOn <= context.limits.logBytes) context.observer.output(name, bytes);
    },
  });
  const gateway = context.network === 'host' ? undefined : context.network;
  const fault = gateway?.fault(describeStep(name));
  if (fault !== undefined) throw fault;
  if (end.refused !== undefined) throw notBegun(name, end.refused);
  if (end.exceeded !== undefined) throw beyondBound(name, end.exceeded, context.limits, tail.text());
  const wanted = context.network === undefined && wantedNetwork(tail.text());
  if (wanted && end.exitCode === 0)
    context.caveats.push(
      `${describeStep(name)} found no network and went on: what it would have fetched may be missing`,
    );
  if (end.exitCode !== 0) {
    if (wanted) throw networkRequired(describeStep(name), tail.text());
    const excuse = gateway?.excuse(describeStep(name), tail.text());
    if (excuse !== undefined) throw excuse;
    throw stepFailed(name, step, end.exitCode, tail.text());
  }
}

/** The failure of a step. One that printed nothing is shown by its script: nothing else says what it tried. */
function stepFailed(name: StepName, { runs }: Step, exitCode: number | undefined, tail: string): Failure {
  const message = `${describeStep(name)} failed with exit status ${exitCode}`;
  if (tail.trim() !== '') return new Failure('step-failed', message, { got: tail });
  const script = runs.length > mostScript ? `${runs.slice(0, mostScript)}…` : runs;
  return new Failure('step-failed', `${message} and printed nothing`, { script });
}

/** The failure of a step that cannot be started. melange hands the same to the same kernel, so its build fails here as well (pkg/container/bubblewrap_runner.go, `Run`). */
function notBegun(step: StepName, why: string): Failure {
  return new Failure('step-failed', `${describeStep(step)} cannot be started`, { got: why });
}

function beyondBound(step: StepName, exceeded: ExceededLimit, limits: BuildLimits, tail: string): Failure {
  return new Failure('build-limit', `${describeStep(step)} exceeded the limit on ${exceeded}`, {
    expected: boundWords[exceeded](limits),
    got: tail,
    hint: `if the build may need more: ${boundOptions[exceeded]}`,
    exceeded,
  });
}

const mebibytes = (bytes: number): string => `${Math.floor(bytes / 1024 ** 2)} MiB`;

const boundWords: Readonly<Record<ExceededLimit, (limits: BuildLimits) => string>> = {
  time: ({ stepSeconds, processSeconds }) =>
    `at most ${stepSeconds} s a step, and ${processSeconds} s of processor time a process`,
  memory: ({ memoryBytes }) =>
    `at most ${mebibytes(memoryBytes)} of memory, and no more than the machine has`,
  processes: ({ processes }) => `at most ${processes} processes and threads`,
  disk: ({ diskBytes, fileBytes }) =>
    `at most ${mebibytes(diskBytes)} on disk, ${mebibytes(fileBytes)} a file, and no more than the machine has`,
};

const boundOptions: Readonly<Record<ExceededLimit, string>> = {
  time: '--step-seconds',
  memory: '--memory-mib',
  processes: '--processes',
  disk: '--disk-mib',
};

export function describeStep({ package: packageName, position, label }: StepName): string {
  return `step ${position} of ${packageName}${label === '' ? '' : ` (${label})`}`;
}

/** The five lines around a step's text; the last has no newline. */
export function stepScript(step: Step, format: Format): string {
  const directory = workingDirectory(step.workingDirectory, format.stepDirectory);
  const quoted = format.wrapper.quotesDirectory ? `'${directory}'` : quoteIfNeeded(directory);
  return [
    format.wrapper.line,
    `[ -d ${quoted} ] || mkdir -p ${quoted}`,
    `cd ${quoted}`,
    step.runs,
    'exit 0',
  ].join('\n');
}

/** The working directory of a step (melange pkg/build/pipeline.go, `runPipeline`). melange's guests start in the workspace; not every sandbox does. */
function workingDirectory(path: string, rule: Format['stepDirectory']): string {
  if (rule !== 'below' && path.startsWith('/')) return path;
  if (rule === 'as-given' && path !== '') return `/home/build/${path}`;
  const parts: string[] = [];
  for (const part of `home/build/${path}`.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

function quoteIfNeeded(text: string): string {
  if (/^[A-Za-z0-9_@%+=:,./-]+$/.test(text)) return text;
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** The variables of a step, of which later ones win: clock, recipe, search path, steps from outermost to innermost. */
function stepEnvironment(
  { recipe, format, sourceDateEpoch }: StepContext,
  steps: ReadonlyMap<string, string>,
): Map<string, string> {
  return new Map([
    ['SOURCE_DATE_EPOCH', String(sourceDateEpoch)],
    ...recipe.environment.environment,
    ['PATH', format.path],
    ...steps,
  ]);
}
