/** `npm test` and `npm run test:unit`: sets up what is missing, then lints, compiles and tests. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { compile, installPackages, installPrograms, makeEnvironment, requireNode, root } from './setup.mjs';

const unit = process.argv.includes('--unit');
const names = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));

requireNode();
installPackages();
if (!unit) {
  const missing = installPrograms([
    { program: 'bwrap', package: 'bubblewrap' },
    { program: 'newuidmap', package: 'uidmap' },
    { program: 'setfattr', package: 'attr' },
  ]);
  for (const { program, package: name } of missing) {
    console.error(`${program} is missing; tests that need it are skipped (get it: apt-get install ${name})`);
  }
  makeEnvironment();
  step('lint', ['node_modules/@biomejs/biome/bin/biome', 'ci', '.']);
  step('dead code', ['node_modules/knip/bin/knip.js']);
  compile('tsconfig.dist.json');
}
compile('tsconfig.json');
const files = testFiles(join(root, '.build/test')).filter(
  (file) => names.length === 0 || names.some((name) => file.includes(name)),
);
process.exitCode = runTests(files.filter((file) => !unit || !file.includes('/conformance/')));

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
