/**
 * `npm run mutants [-- --count N --seed N --workers N --step-seconds N --budget SECONDS --only TEXT --fresh]`: changes packages of the
 * lab at random and verifies each; none may be reproduced except by a trait that the report shows, recipes with a known meaning must be
 * judged by it, and a list of packages must not change a verdict. What was judged is kept, so that a run can be ended and continued later.
 * `--only` takes the packages whose path holds a text. With the larger lab at hand it writes docs/mutants.md, which says how much was judged.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, constants, setPriority } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { byVersion, table } from './page.mjs';
import { compile, installPackages, makeEnvironment, requireNode, root } from './setup.mjs';

/**
 * @typedef {import('../test/conformance/mutation/campaign.ts').Tally} Tally
 * @typedef {import('../test/conformance/mutation/campaign.ts').CampaignPackage & { due: number }} Task
 * @typedef {Tally & { seconds: number, file: string }} Result
 * @typedef {{ left: string, file: string }} Left
 * @typedef {Readonly<Record<string, number>>} Counts
 */

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
    workers: { type: 'string', default: String(availableParallelism()) },
    'step-seconds': { type: 'string', default: '5' },
    budget: { type: 'string', default: 'Infinity' },
    only: { type: 'string', default: '' },
    fresh: { type: 'boolean', default: false },
  },
});
const [count, seed, workers] = [Number(values.count), Number(values.seed), Number(values.workers)];
const [stepSeconds, budget] = [Number(values['step-seconds']), Number(values.budget)];
/** Seconds after which the judgement of one package is given up. */
const patience = 3600;

requireNode();
installPackages();
makeEnvironment();
compile('tsconfig.json');
// It takes many minutes and must not slow down anything else.
setPriority(constants.priority.PRIORITY_LOW);
const program = join(root, '.build/test/conformance/mutation/work.js');
const { cannotRebuild, left, complete, tasks } = planned();
for (const reason of left) console.error(`not changed: ${reason}`);
if (cannotRebuild !== false) {
  console.error(cannotRebuild);
  process.exit(1);
}
const kept = join(root, '.cache/mutants', `${identity()}-${count}-${seed}-${stepSeconds}`);
if (values.fresh) rmSync(kept, { recursive: true, force: true });
mkdirSync(kept, { recursive: true });
const began = Date.now();
/** @type {Result[]} */
const results = [];
/** @type {Left[]} */
const notRebuilt = [];
/** @type {string[]} */
const failed = [];
// In strides, so that a part of them has packages of every version.
const stride = 9;
const pending = [...tasks.entries()]
  .filter(([, { due }]) => due > 0)
  .sort(([a], [b]) => (a % stride) - (b % stride) || a - b);
const wanted = pending.length;
await Promise.all(Array.from({ length: workers }, work));
report();

/** @returns {{ cannotRebuild: string | false, left: string[], complete: boolean, tasks: Task[] }} */
function planned() {
  const argv = [program, 'tasks', String(count), values.only];
  const { stdout, status } = spawnSync(process.execPath, argv, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) process.exit(status ?? 1);
  return JSON.parse(stdout);
}

/** A digest of the packages and of the compiled program: what a different program judged says nothing about this one. */
function identity() {
  const hash = createHash('sha256').update(JSON.stringify(tasks.map(({ file, due }) => [file, due])));
  for (const folder of ['src', 'test/conformance/mutation', 'test/support']) {
    const names = readdirSync(join(root, '.build', folder), { recursive: true, encoding: 'utf8' }).sort();
    for (const name of names.filter((each) => each.endsWith('.js')))
      hash.update(readFileSync(join(root, '.build', folder, name)));
  }
  return hash.digest('hex').slice(0, 16);
}

async function work() {
  for (let next = pending.shift(); next !== undefined; next = pending.shift()) {
    const [index, task] = next;
    const file = join(kept, `${index}.json`);
    if (!existsSync(file) && (Date.now() - began) / 1000 >= budget) continue;
    try {
      if (!existsSync(file)) writeFileSync(file, JSON.stringify(await judged(task, seed + index)));
      const result = JSON.parse(readFileSync(file, 'utf8'));
      if (result.left === undefined) results.push({ ...result, file: task.file });
      else notRebuilt.push({ left: result.left, file: task.file });
      const left = wanted - results.length - notRebuilt.length - failed.length;
      console.error(`${task.file}: ${task.due} mutants, ${result.seconds} s; ${left} packages left`);
      for (const defect of result.defects ?? []) console.error(`  DEFECT ${defect}`);
    } catch (failure) {
      failed.push(task.file);
      console.error(`${task.file}: ${failure instanceof Error ? failure.message : failure}`);
    }
  }
}

/**
 * @param {Task} task
 * @param {number} from the seed
 * @returns {Promise<Omit<Result, 'file'>>}
 */
function judged(task, from) {
  const start = Date.now();
  const argv = [program, 'judge', ...[task, from, stepSeconds].map((value) => JSON.stringify(value))];
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, argv, {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: patience * 1000,
    });
    /** @type {Buffer[]} */
    const output = [];
    /** @type {Buffer[]} */
    const errors = [];
    child.stdout.on('data', (chunk) => output.push(chunk));
    child.stderr.on('data', (chunk) => errors.push(chunk));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) {
        const tally = JSON.parse(Buffer.concat(output).toString());
        resolve({ ...tally, seconds: Math.round((Date.now() - start) / 1000) });
      } else {
        reject(new Error(`ended with ${code ?? signal}: ${Buffer.concat(errors).toString().slice(-2000)}`));
      }
    });
  });
}

function report() {
  const totals = summed(results);
  const defects = results.flatMap((result) => result.defects);
  const mutants = sumOf(Object.values(totals.verdicts).flatMap(Object.values));
  console.error(`${mutants} mutants of ${results.length} packages, ${defects.length} defects`);
  const listed = sumOf(results.map((result) => result.listed));
  const whole = results.length + notRebuilt.length === wanted;
  if (failed.length > 0) console.error(`not judged: ${failed.join(', ')}`);
  else if (!whole) console.error('the budget is used up; the same command continues from here');
  if (complete && defects.length === 0)
    writeFileSync(join(root, 'docs/mutants.md'), page(totals, mutants, listed));
  else console.error('docs/mutants.md is left as it is');
  process.exitCode = defects.length > 0 || failed.length > 0 ? 1 : 0;
}

/** @param {readonly Result[]} list */
function summed(list) {
  const kinds = [...new Set(list.flatMap(({ verdicts }) => Object.keys(verdicts)))];
  const ofKind = (/** @type {string} */ kind) =>
    summedCounts(list.map(({ verdicts }) => verdicts[kind] ?? {}));
  return {
    verdicts: Object.fromEntries(kinds.map((kind) => [kind, ofKind(kind)])),
    covered: summedCounts(list.map(({ covered }) => covered)),
  };
}

/**
 * @param {ReturnType<typeof summed>} totals
 * @param {number} mutants
 * @param {number} listed
 */
function page({ verdicts, covered }, mutants, listed) {
  const seconds = sumOf(results.map((result) => result.seconds));
  const classes = ['rejected', 'inconclusive', 'build-failed', 'not-reproduced', 'reproduced'];
  /**
   * @param {Counts} counts
   * @param {string} name
   */
  const ofClass = (counts, name) =>
    sumOf(
      Object.entries(counts)
        .filter(([verdict]) => verdict.split(':')[0] === name)
        .map(([, times]) => times),
    );
  const kinds = Object.entries(verdicts).sort(byName);
  const all = summedCounts(kinds.map(([, counts]) => counts));
  /**
   * @param {string} name
   * @param {Counts} counts
   */
  const row = (name, counts) => [
    name,
    sumOf(Object.values(counts)),
    ...classes.map((each) => ofClass(counts, each)),
  ];
  const judgeable = wanted - notRebuilt.length;
  const part = results.length === judgeable ? `${judgeable} ` : `${results.length} of ${judgeable} `;
  const unchanged = notRebuilt.map(({ file, left }) => `- \`${file}\`: ${left}`).sort();
  return `# Mutants

Made by \`npm run mutants -- --count ${count} --seed ${seed}\`: packages that are reproduced, changed at random, and each verified again from the
file on the disk to the verdict. The campaign judged ${mutants} mutants, each different from the published file, of ${part}packages,
written by ${versionsOf(results)}.
Wherever parts of a package are changed, all its digests are corrected and the lab's key signs it again, so that only the rebuilt
bytes can show the change. A step of a changed recipe gets ${stepSeconds} seconds. The seconds of all packages together, several judged at a time
and at the lowest priority, were ${seconds}.
${unchanged.length === 0 ? '' : `\nNot changed, since they could not be rebuilt on the machine of this run:\n\n${unchanged.join('\n')}\n`}
${table(
  ['changed', 'mutants', ...classes],
  [...kinds.map(([kind, counts]) => row(kind, counts)), row('**all**', all)],
)}

## In lists

Some mutants of each package were verified again: each alone, then all in one run together with the package itself, its siblings of the same build, and
files that are rejected, inconclusive or fail to build, in three orders. ${listed} verdicts in such lists were compared with the verdict alone; plan and
report were the same each time.

## What a recipe means

Recipes were changed as the same melange would have written them: a step that must not run ends the build or leaves a file, an assertion
counts wrongly, options or architectures are different. For these it is known what must become of the package. A recipe that was judged in a
different way would have been a defect, in either direction: one that means the same must be reproduced.

## Still reproduced

Some values are the builder's and are recorded in one place only, and some parts of a recipe have no influence on the package. The changed
package is then sound in itself: it is what a builder with that value, or that recipe, makes. Each of these had to come from a different
plan that differs only in what is named here, and the report had to show the difference. Any other one would have been a defect;
there was none.

${table(['different value in the plan', 'mutants'], Object.entries(covered).sort(byName))}

## Verdicts with their reasons

${table(['verdict', 'mutants'], Object.entries(all).sort(byName))}
`;
}

/** @param {readonly Result[]} list */
function versionsOf(list) {
  const versions = new Set(list.map(({ file }) => file.split('/')[1] ?? ''));
  const melange = [...versions].filter((name) => name.startsWith('v')).sort(byVersion);
  return `melange ${melange.join(', ')}${versions.size > melange.length ? ', and like production’s' : ''}`;
}

/** @param {readonly Counts[]} list */
function summedCounts(list) {
  /** @type {Record<string, number>} */
  const all = {};
  for (const counts of list)
    for (const [name, times] of Object.entries(counts)) all[name] = (all[name] ?? 0) + times;
  return all;
}

/** @param {readonly number[]} numbers */
function sumOf(numbers) {
  return numbers.reduce((sum, number) => sum + number, 0);
}

/**
 * @param {readonly [string, unknown]} left
 * @param {readonly [string, unknown]} right
 */
function byName([a], [b]) {
  return a < b ? -1 : 1;
}
