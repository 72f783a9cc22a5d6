/** Steps as melange runs them (melange pkg/build/pipeline.go; melange-emitter.md §2.1, §2.2). */

import type { Recipe, Step } from '../claim/recipe/recipe.ts';
import { Failure } from '../failure.ts';
import { conditionHolds } from '../melange/condition.ts';
import type { Format } from '../melange/format.ts';
import { OutputTail } from '../process.ts';
import type { Sandbox } from './sandbox/sandbox.ts';
import { makeOutputFolder } from './workspace.ts';

/** A step as people name it. */
export interface StepName {
  /** Origin or subpackage. */
  readonly package: string;
  /** Position among the steps, nested ones as `2.1`; from 1. */
  readonly position: string;
  readonly label: string;
}

export interface StepObserver {
  begin(step: StepName): void;
  output(step: StepName, bytes: Uint8Array): void;
  end(step: StepName): void;
}

export interface StepContext {
  readonly sandbox: Sandbox;
  readonly format: Format;
  readonly recipe: Recipe;
  /** Seconds since 1970; undefined where the publisher gave no clock, which melange takes as 0. */
  readonly sourceDateEpoch: number;
  readonly observer: StepObserver;
}

const tailBytes = 16 * 1024;

/** Runs all steps of the origin, then those of each subpackage. Fails with `step-failed`, `assertion-failed` or `build-limit`. */
export async function runSteps(context: StepContext): Promise<void> {
  const { recipe } = context;
  await prepareGuest(context);
  await runList(context, recipe.package.name, recipe.pipeline, '', new Map());
  for (const { name, pipeline } of recipe.subpackages) {
    makeOutputFolder(context.sandbox.workspace, name);
    await runList(context, name, pipeline, '', new Map());
  }
}

/** What melange runs once when its guest starts: the linker's cache is made anew. */
async function prepareGuest({ sandbox, observer, recipe }: StepContext): Promise<void> {
  const step = { package: recipe.package.name, position: '0', label: 'ldconfig' };
  await sandbox.run({
    argv: ['/bin/sh', '-c', '[ -x /sbin/ldconfig ] && /sbin/ldconfig /lib || true'],
    env: new Map([['PATH', '/usr/sbin:/usr/bin:/sbin:/bin']]),
    onOutput: (bytes) => observer.output(step, bytes),
  });
}

/** Returns how many of the steps ran. */
async function runList(
  context: StepContext,
  packageName: string,
  steps: readonly Step[],
  prefix: string,
  inherited: ReadonlyMap<string, string>,
): Promise<number> {
  let ran = 0;
  for (const [index, step] of steps.entries()) {
    const name = { package: packageName, position: `${prefix}${index + 1}`, label: labelOf(step) };
    if (await runStep(context, name, step, inherited)) ran += 1;
  }
  return ran;
}

function labelOf({ name, uses, label }: Step): string {
  return [name, uses, label].find((text) => text !== '') ?? '';
}

async function runStep(
  context: StepContext,
  name: StepName,
  step: Step,
  inherited: ReadonlyMap<string, string>,
): Promise<boolean> {
  if (!conditionHolds(step.if, context.format.condition)) return false;
  const own = new Map([...inherited, ...step.environment]);
  context.observer.begin(name);
  await runScript(context, name, step, own);
  const passed = context.format.stepEnvironmentInherits ? own : new Map<string, string>();
  const ran = await runList(context, name.package, step.pipeline, `${name.position}.`, passed);
  const required = step.assertions.requiredSteps;
  if (required > 0 && ran !== required) {
    throw new Failure(
      'assertion-failed',
      `${describeStep(name)} ran another number of steps than it requires`,
      {
        expected: String(required),
        got: String(ran),
      },
    );
  }
  context.observer.end(name);
  return true;
}

/** A step's shell runs even when it has nothing to say: it makes the working directory. */
async function runScript(
  context: StepContext,
  name: StepName,
  step: Step,
  environment: ReadonlyMap<string, string>,
): Promise<void> {
  const tail = new OutputTail(tailBytes);
  const end = await context.sandbox.run({
    argv: ['/bin/sh', '-c', stepScript(step, context.format)],
    env: stepEnvironment(context, environment),
    onOutput: (bytes) => {
      tail.add(bytes);
      context.observer.output(name, bytes);
    },
  });
  if (end.exceeded !== undefined) {
    throw new Failure('build-limit', `${describeStep(name)} went beyond the bound on ${end.exceeded}`, {
      got: tail.text(),
    });
  }
  if (end.exitCode !== 0) {
    const status = end.exitCode === undefined ? `signal ${end.signal}` : `exit status ${end.exitCode}`;
    throw new Failure('step-failed', `${describeStep(name)} failed with ${status}`, { got: tail.text() });
  }
}

export function describeStep({ package: packageName, position, label }: StepName): string {
  return `step ${position} of ${packageName}${label === '' ? '' : ` (${label})`}`;
}

/** The five lines around a step's text; the last has no newline. */
export function stepScript(step: Step, format: Format): string {
  const directory = workingDirectory(step.workingDirectory);
  const quoted = format.wrapper.quotesDirectory ? `'${directory}'` : quoteIfNeeded(directory);
  return [
    format.wrapper.line,
    `[ -d ${quoted} ] || mkdir -p ${quoted}`,
    `cd ${quoted}`,
    step.runs,
    'exit 0',
  ].join('\n');
}

function workingDirectory(path: string): string {
  if (path.startsWith('/')) return path;
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

/** Later ones win: clock, recipe, search path, steps from outermost to innermost. */
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
