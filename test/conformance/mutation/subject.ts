/** A package that is reproduced, with the build behind it kept, so that what is made of it is judged at once. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { completeLimits, type MachineLimits } from '../../../src/execute/sandbox/sandbox.ts';
import type { RunOptions } from '../../../src/flow/run-options.ts';
import { formatOf, type RecipeForm } from '../../../src/melange/format.ts';
import { parseRelease } from '../../../src/melange/version.ts';
import type { PackageResult } from '../../../src/verdict/result.ts';
import { lab } from '../../support/lab.ts';
import { type Packing, type Parts, putTogether, takeApart } from '../../support/parts.ts';
import { assertReproduced, labOptions } from '../lab-run.ts';
import { coveredBy } from './covered.ts';
import { type Judged, judge, type Mutant } from './judge.ts';
import { keepBuilds } from './kept-builds.ts';

export interface SubjectFile {
  /** Below the lab folder. */
  readonly file: string;
  readonly sourceDir?: string;
  /** Where sources that the recipe fetches are. */
  readonly sources?: Partial<RunOptions>;
}

export interface Subject {
  readonly name: string;
  readonly packageName: string;
  readonly form: RecipeForm;
  readonly published: Uint8Array;
  readonly parts: Parts;
  readonly packing: Packing;
  readonly original: PackageResult;
  readonly options: RunOptions;
  close(): Promise<void>;
}

/** The package itself cannot be rebuilt here: its sources or its environment are not at hand. */
export class NotRebuilt extends Error {}

/** Seconds of a step of a changed recipe, which may go on for ever. */
const stepBound = 5;

/** Builds the package once; fails unless it is reproduced and comes out of its parts as it was. */
export async function openSubject(
  { file, sourceDir, sources = {} }: SubjectFile,
  folder: string = lab,
  stepSeconds: number = stepBound,
): Promise<Subject> {
  const published = readFileSync(join(folder, file));
  const { parts, packing } = await takeApart(published);
  const whole = Buffer.from(await putTogether(parts, packing));
  assert.ok(whole.equals(published), `${file} taken apart and put together is another file`);
  const builds = keepBuilds();
  const signed = parts.signature.length > 0;
  const options = labOptions({
    ...sources,
    engine: builds.engine,
    jobs: 4,
    allowUnsigned: !signed,
    sourceDirectory: sourceDir === undefined ? undefined : join(folder, sourceDir),
  });
  const name = basename(file);
  const unchanged: Judged[] = [];
  for await (const each of judge([{ what: 'nothing', bytes: published }], name, options))
    unchanged.push(each);
  const original = unchanged[0]!.result;
  if (original.verdict.kind === 'inconclusive') {
    await builds.close();
    throw new NotRebuilt(original.verdict.reason);
  }
  assertReproduced(original, signed ? 'valid' : 'unsigned');
  builds.seal();
  const { builder, package: own } = original.plan!.plan;
  return {
    name,
    packageName: own.name,
    form: formatOf(parseRelease(builder.melange)!).recipe,
    published,
    parts,
    packing,
    original,
    options: { ...options, machine: { ...options.machine, limits: boundedBy(stepSeconds) } },
    close: () => builds.close(),
  };
}

/** Bounds that any recipe of the lab stays far below. */
function boundedBy(stepSeconds: number): MachineLimits {
  const mebibyte = 1024 ** 2;
  return completeLimits({
    stepSeconds,
    processSeconds: stepSeconds,
    memoryBytes: 1024 * mebibyte,
    processes: 256,
    fileBytes: 256 * mebibyte,
    diskBytes: 512 * mebibyte,
    logBytes: mebibyte,
  });
}

/** @param covered what is reproduced all the same, as `<what was changed>: <members of the plan that it changes>` */
export async function assertNoneReproduced(
  subject: Subject,
  mutants: Iterable<Mutant> | AsyncIterable<Mutant>,
  covered: readonly string[],
): Promise<void> {
  const reproduced: string[] = [];
  let count = 0;
  for await (const { mutant, result } of judge(mutants, subject.name, subject.options)) {
    count += 1;
    if (result.verdict.kind === 'reproduced')
      reproduced.push(`${mutant.what}: ${coveredBy(subject.original, result).join(' ')}`);
  }
  assert.ok(count > 0, 'nothing was changed');
  assert.deepEqual(reproduced, covered);
}

/** Requires that what is reproduced all the same is so by members of the plan that may change here; returns it. */
export async function assertOnlyCovered(
  subject: Subject,
  mutants: Iterable<Mutant> | AsyncIterable<Mutant>,
  coverable: readonly string[],
): Promise<string[]> {
  const covered: string[] = [];
  for await (const { mutant, result } of judge(mutants, subject.name, subject.options)) {
    if (result.verdict.kind !== 'reproduced') continue;
    const members = coveredBy(subject.original, result);
    const beyond = members.filter((member) => !coverable.includes(member));
    assert.deepEqual(beyond, [], mutant.what);
    covered.push(mutant.what);
  }
  return covered;
}
