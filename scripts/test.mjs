/** `npm test` and `npm run test:unit`: sets up what is missing, then lints, compiles and tests. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, relative, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { run } from 'node:test';
import { dot, spec } from 'node:test/reporters';
import { build, compile, installPackages, installPrograms, requireNode, root } from './setup.mjs';

const unit = process.argv.includes('--unit');
const tests = join(root, '.build/test');
const loneFolders = new Set(['cli', 'conformance', 'flow', 'gateway', 'inputs', 'lab', 'newcomer']);
/** Seconds of one file in the quick part, several times what the slowest takes on two quiet processors. */
const mostQuickSeconds = 20;
const names = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));

process.chdir(root);
/** Ends when both environments are made, or cannot be: it takes as long as all that is compiled and read meanwhile. */
let environments = Promise.resolve();
requireNode();
installPackages();
if (!unit) {
  // Each group by itself: where one cannot be had, the others must still be installed.
  const missing = [
    [
      { program: 'bwrap', package: 'bubblewrap' },
      { program: 'newuidmap', package: 'uidmap' },
      { program: 'setfattr', package: 'attr' },
    ],
    [{ program: 'chromium', package: 'chromium' }],
    [{ program: 'qemu-aarch64-static', package: 'qemu-user-static' }],
    // Its server is not on the search path; this program comes with it.
    [{ program: 'pg_ctlcluster', package: 'postgresql' }],
  ].flatMap(installPrograms);
  for (const { program, package: name } of missing) {
    console.error(`${program} is missing; tests that need it are skipped (get it: apt-get install ${name})`);
  }
  environments = makeEnvironments();
  step('lint', ['node_modules/@biomejs/biome/bin/biome', 'ci', '.']);
  step('types of scripts', ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.scripts.json']);
  step('dead code', ['node_modules/knip/bin/knip.js']);
  build();
}
// What was compiled before may be of sources that are gone.
rmSync(join(root, '.build'), { recursive: true, force: true });
compile('tsconfig.json');
await environments;
if (!unit) await askForSandbox();
const files = testFiles(tests).filter(
  (file) => names.length === 0 || names.some((name) => file.includes(name)),
);
const quick = batches('quick', files.filter(isQuick), availableParallelism());
// What takes longer shares processes as well, and in more of them: one begins where another has ended.
const slow = () => [...files.filter(isLone).sort(heavyFirst), ...batches('slow', files.filter(isSlow), 8)];
const tally = await runTests(unit ? quick : [...slow(), ...quick]);
process.exitCode = tally.sound ? 0 : 1;
requireQuick(tally);
if (!unit) await summarise(tally);

/**
 * Whether a file has a process of its own: its tests start the program itself, a sandbox or a server.
 * @param {string} file
 */
function isLone(file) {
  return loneFolders.has(relative(tests, file).split(sep)[0] ?? '');
}

/**
 * Whether a file is not of the quick part and says so by its name: its tests go through every package of the lab, measure growth over
 * large inputs, or take long for any other reason.
 * @param {string} file
 */
function isSlow(file) {
  return !isLone(file) && file.endsWith('.alone.test.js');
}

/** @param {string} file */
function isQuick(file) {
  return !isLone(file) && !isSlow(file);
}

/**
 * What takes longest is begun first: it does not leave one processor to itself at the end.
 * @param {string} a
 * @param {string} b
 */
function heavyFirst(a, b) {
  const heavy = (/** @type {string} */ file) => Number(relative(tests, file).startsWith(`conformance${sep}`));
  return heavy(b) - heavy(a);
}

/** How steps are kept apart here is tried once: some forty files of tests ask for it. */
async function askForSandbox() {
  const { sandboxVariable, usableSandbox } = await import(join(tests, 'support/lab-sandbox.js'));
  process.env[sandboxVariable] = (await usableSandbox()) ?? 'none';
}

/** Both environments, made in a process of its own, so that what is linted and compiled meanwhile does not wait for them. */
function makeEnvironments() {
  if (process.env['WOLFI_REPRO_LAB_ENVIRONMENT'] !== undefined) return Promise.resolve();
  const child = spawn(process.execPath, [join(root, 'scripts/environments.mjs')], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  // A step that fails meanwhile ends the run.
  process.once('exit', () => child.kill());
  return new Promise((ended) => child.once('close', () => ended(undefined)));
}

/**
 * Files of tests in fewer processes than files: one Node for each takes longer than many of the tests do.
 * @param {'quick' | 'slow'} part
 * @param {readonly string[]} paths
 * @param {number} most
 */
function batches(part, paths, most) {
  const folder = join(root, '.build/batches');
  mkdirSync(folder, { recursive: true });
  const count = Math.min(most, paths.length);
  return Array.from({ length: count }, (_, index) => {
    const list = paths.filter((_each, at) => at % count === index);
    const batch = join(folder, `${part}-${index + 1}.test.js`);
    writeFileSync(batch, list.map((path) => `import ${JSON.stringify(path)};\n`).join(''));
    return batch;
  });
}

/**
 * @param {string} folder
 * @returns {string[]}
 */
function testFiles(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return testFiles(path);
      return entry.name.endsWith('.test.js') ? [path] : [];
    })
    .sort();
}

/**
 * @typedef {object} Tally
 * @property {number} run
 * @property {number} failed
 * @property {string[]} skipped the reason of each test and of each group that was skipped
 * @property {boolean} sound
 * @property {Map<string, number>} milliseconds by file
 */

/**
 * Runs the tests as `node --test` does, with its output.
 * @param {string[]} paths
 */
async function runTests(paths) {
  /** @type {Tally} */
  const counts = { run: 0, failed: 0, skipped: [], sound: true, milliseconds: new Map() };
  // One more than there are processors: many tests wait, for a server, a limit or a signal.
  const events = run({ files: paths, concurrency: availableParallelism() + (unit ? 0 : 1) });
  /** @param {{ nesting: number, file?: string | undefined, details: { duration_ms: number } }} ended */
  const addTime = ({ nesting, file = '', details }) => {
    if (nesting > 0) return;
    counts.milliseconds.set(file, (counts.milliseconds.get(file) ?? 0) + details.duration_ms);
  };
  events.on('test:pass', addTime);
  events.on('test:fail', addTime);
  events.on('test:pass', ({ skip, details }) => {
    if (skip !== undefined && skip !== false) counts.skipped.push(skip === true ? 'no reason given' : skip);
    else if (details.type !== 'suite') counts.run += 1;
  });
  events.on('test:fail', ({ todo, details }) => {
    if (todo !== undefined && todo !== false) return;
    counts.sound = false;
    if (details.type === 'suite') return;
    counts.run += 1;
    counts.failed += 1;
  });
  const verbose = process.stdout.isTTY || process.env['CI'];
  await pipeline(events.compose(verbose ? new spec() : dot), process.stdout, { end: false });
  return counts;
}

/**
 * A file that is slow and does not say so by its name makes the quick part slow: in CI it fails the run.
 * @param {Tally} tally
 */
function requireQuick({ milliseconds }) {
  for (const [file, each] of milliseconds) {
    if (!isQuick(file) || each <= mostQuickSeconds * 1000) continue;
    const source = relative(join(root, '.build'), file).replace(/\.js$/, '.ts');
    console.error(
      `${source} took ${Math.round(each / 1000)} s: name it ${source.replace('.test.ts', '.alone.test.ts')}`,
    );
    if (process.env['CI']) process.exitCode = 1;
  }
}

/**
 * The table of what was run, what was not, and why. In CI a whole run with more skips than .ci/most-skips says fails; what Debian
 * took away is listed and not counted, as no change of the project can bring it back.
 * @param {Tally} tally
 */
async function summarise({ run: count, failed, skipped, milliseconds }) {
  const { isWithdrawn } = await import(join(root, '.build/test/support/lab-environment.js'));
  const most = Number(readFileSync(join(root, '.ci/most-skips'), 'utf8'));
  const counted = skipped.filter((reason) => !isWithdrawn(reason));
  const times = new Map();
  for (const reason of skipped) times.set(reason, (times.get(reason) ?? 0) + 1);
  /**
   * @param {number} number
   * @param {string} what
   */
  const row = (number, what) => console.log(`${String(number).padStart(6)}  ${what}`);
  console.log();
  row(count, `run, ${failed} failed`);
  row(skipped.length, 'skipped: tests, and groups that were skipped as a whole');
  for (const [reason, number] of [...times].sort(([, a], [, b]) => b - a)) row(number, `    ${reason}`);
  const slowest = [...milliseconds].sort(([, a], [, b]) => b - a).slice(0, 12);
  console.log(`\n     s  the slowest files`);
  for (const [file, each] of slowest)
    row(Math.round(each / 1000), relative(join(root, '.build'), file).replace(/\.js$/, '.ts'));
  if (!process.env['CI'] || names.length > 0 || counted.length <= most) return;
  console.error(`${counted.length} tests or groups were skipped, and .ci/most-skips allows ${most}`);
  process.exitCode = 1;
}

/**
 * @param {string} what
 * @param {readonly string[]} argv
 */
function step(what, argv) {
  console.error(what);
  const { status } = spawnSync(process.execPath, argv, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status !== 0) process.exit(status ?? 1);
}
