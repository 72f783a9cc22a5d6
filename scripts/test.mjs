/** `npm test` and `npm run test:unit`: sets up what is missing, then lints, compiles and tests. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, relative } from 'node:path';
import { compile, installPackages, installPrograms, makeEnvironment, requireNode, root } from './setup.mjs';

const unit = process.argv.includes('--unit');
const names = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));

requireNode();
installPackages();
if (!unit) {
  // Chromium by itself: where it is not to be had, the others must be installed all the same.
  const missing = [
    [
      { program: 'bwrap', package: 'bubblewrap' },
      { program: 'newuidmap', package: 'uidmap' },
      { program: 'setfattr', package: 'attr' },
    ],
    [{ program: 'chromium', package: 'chromium' }],
  ].flatMap(installPrograms);
  for (const { program, package: name } of missing) {
    console.error(`${program} is missing; tests that need it are skipped (get it: apt-get install ${name})`);
  }
  makeEnvironment();
  step('lint', ['node_modules/@biomejs/biome/bin/biome', 'ci', '.']);
  step('dead code', ['node_modules/knip/bin/knip.js']);
  compile('tsconfig.dist.json');
}
// What was compiled before may be of sources that are gone.
rmSync(join(root, '.build'), { recursive: true, force: true });
compile('tsconfig.json');
const files = testFiles(join(root, '.build/test')).filter(
  (file) => names.length === 0 || names.some((name) => file.includes(name)),
);
const [alone, together] = [files.filter(isAlone), files.filter((file) => !isAlone(file))];
process.exitCode = runTests([...batches(together), ...(unit ? [] : alone)]);

/** Tests that start the program itself, a sandbox or a server, or go through every package of the lab: not the quick part. */
function isAlone(file) {
  return /\/(conformance|cli|inputs)\/|(diffoscope|html-browser|lab|identity|golden|fuzz|regenerate|pool|engine\/syft|\/cache)\.test\.js$/.test(
    `/${relative(root, file)}`,
  );
}

/** The quick tests in as many processes as there are processors: one Node for each file takes longer than the tests do. */
function batches(paths) {
  const folder = join(root, '.build/batches');
  mkdirSync(folder, { recursive: true });
  const lists = Array.from({ length: Math.min(availableParallelism(), paths.length) }, () => []);
  for (const [index, path] of paths.entries()) lists[index % lists.length].push(path);
  return lists.map((list, index) => {
    const batch = join(folder, `${index + 1}.test.js`);
    writeFileSync(batch, list.map((path) => `import ${JSON.stringify(path)};\n`).join(''));
    return batch;
  });
}

function testFiles(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return testFiles(path);
      return entry.name.endsWith('.test.js') ? [path] : [];
    })
    .sort();
}

function runTests(paths) {
  const reporter = process.stdout.isTTY ? 'spec' : 'dot';
  const argv = [
    '--test',
    `--test-concurrency=${availableParallelism()}`,
    `--test-reporter=${process.env.CI ? 'spec' : reporter}`,
    ...paths.map((path) => relative(root, path)),
  ];
  return (
    spawnSync(process.execPath, argv, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] }).status ?? 1
  );
}

function step(what, argv) {
  console.error(what);
  const { status } = spawnSync(process.execPath, argv, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status !== 0) process.exit(status ?? 1);
}
