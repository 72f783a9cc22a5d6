/**
 * Sets up what a fresh clone lacks: npm packages, the system's bubblewrap, the compiled program, the lab's build
 * environment. Needs Node and nothing else; it names what it may not install.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
export const labEnvironment = join(root, '.cache/lab/environment');

const least = { major: 20, minor: 19 };

export function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > least.major || (major === least.major && minor >= least.minor)) return;
  console.error(`Node ${least.major}.${least.minor} or later is needed; this is ${process.versions.node}.`);
  process.exit(1);
}

/** Installs npm packages unless exactly those of this lock file are present. */
export function installPackages() {
  const stamp = join(root, 'node_modules/.lock-sha256');
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  run('npm', ['ci', '--ignore-scripts', '--loglevel=error'], 'installing npm packages');
  writeFileSync(stamp, wanted);
}

/**
 * Compiles.
 * @param {string} project a tsconfig file
 * @param {string[]} more options of the compiler
 */
export function compile(project, ...more) {
  run(
    process.execPath,
    [join(root, 'node_modules/typescript/bin/tsc'), '-p', project, ...more],
    `compiling ${project}`,
  );
}

/** Compiles the library, bundles the command line, and writes its manual page. Types are checked where the tests are compiled. */
export function build() {
  compile('tsconfig.dist.json', '--noCheck');
  run(process.execPath, [join(root, 'scripts/bundle.mjs')], 'bundling the command line');
  run(process.execPath, [join(root, 'scripts/man.mjs')], 'writing the manual page');
}

/**
 * Installs the named programs where they are missing, through the system's package manager if this process may use it.
 * Returns those that are still missing.
 * @param {readonly { program: string, package: string }[]} wanted
 */
export function installPrograms(wanted) {
  const missing = () => wanted.filter(({ program }) => !hasProgram(program));
  if (missing().length === 0) return [];
  if (hasProgram('apt-get') && process.getuid?.() === 0) {
    const names = [...new Set(missing().map(({ package: name }) => name))];
    console.error(`installing ${names.join(', ')}`);
    const install = () => quiet('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...names]);
    if (!install()) {
      quiet('apt-get', ['update', '-qq']);
      install();
    }
  }
  return missing();
}

/** @param {string} name */
export function hasProgram(name) {
  const path = process.env['PATH'] ?? '/usr/bin:/bin';
  return [...path.split(':'), '/usr/sbin', '/sbin'].some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/**
 * Makes the lab's build environment for an architecture from Debian's packages. `only` names its packages; all where undefined. Returns
 * the folder, without what Debian no longer serves, which is printed, or undefined where it cannot be made at all, with the reason printed.
 * @param {readonly string[]} [only]
 * @param {'x86_64' | 'aarch64'} [architecture]
 * @returns {string | undefined}
 */
export function makeEnvironment(only, architecture = 'x86_64') {
  const stamp = join(labEnvironment, architecture, 'made-for');
  const wanted = only === undefined ? 'everything' : [...only].sort().join(',');
  const made = existsSync(stamp) ? readFileSync(stamp, 'utf8') : '';
  const sufficient = made === wanted || made === 'everything';
  const missingNow = () => missingPackages(architecture, only);
  if (sufficient && missingNow().length === 0) return labEnvironment;
  for (const program of ['apt-get', 'apt-cache', 'dpkg-deb']) {
    if (!hasProgram(program)) return unavailable(`${program} is not installed`);
  }
  const script = join(root, 'fixtures/lab/make-environment.mjs');
  const debs = join(root, '.cache/lab/debs');
  const argv = [
    script,
    labEnvironment,
    '--arch',
    architecture,
    '--debs',
    debs,
    ...(only === undefined ? [] : ['--only', [...only].join(',')]),
  ];
  console.error(
    `making the ${architecture} build environment from Debian packages (${only === undefined ? 'all' : only.length})`,
  );
  mkdirSync(join(labEnvironment, architecture), { recursive: true });
  rmSync(stamp, { force: true });
  const make = () => quiet(process.execPath, argv) && missingNow().length === 0;
  if (!make()) {
    if (process.getuid?.() === 0) quiet('apt-get', ['update', '-qq']);
    if (!make() && !existsSync(missingList(architecture)))
      return unavailable('it cannot be made; the reason is above');
  }
  writeFileSync(stamp, wanted);
  const missing = missingNow();
  if (missing.length > 0) {
    console.error(`the build environment lacks ${missing.join(', ')}: tests that need them are skipped`);
    if (only !== undefined) return undefined;
  }
  return labEnvironment;
}

/** @param {string} architecture */
const missingList = (architecture) => join(labEnvironment, architecture, 'missing.json');

/**
 * Packages of the environment that Debian no longer had when it was made.
 * @param {string} architecture
 * @param {readonly string[]} [only]
 * @returns {string[]}
 */
function missingPackages(architecture, only) {
  const list = missingList(architecture);
  if (!existsSync(list)) return [];
  /** @type {string[]} */
  const missing = JSON.parse(readFileSync(list, 'utf8'));
  return only === undefined ? missing : missing.filter((name) => [...only].includes(name));
}

/**
 * @param {string} why
 * @returns {undefined}
 */
function unavailable(why) {
  console.error(`no recorded build environment: ${why}`);
  return undefined;
}

/**
 * @param {string} command
 * @param {readonly string[]} argv
 * @param {string} what is done, shown while it runs
 */
function run(command, argv, what) {
  console.error(what);
  const { status, error } = spawnSync(command, argv, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  if (status === 0) return;
  console.error(`${what} failed${error === undefined ? '' : `: ${error.message}`}`);
  process.exit(1);
}

/**
 * Runs a program without its standard output; its standard error is shown.
 * @param {string} command
 * @param {readonly string[]} argv
 */
function quiet(command, argv) {
  const { status, stderr, error } = spawnSync(command, argv, {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  const said = (error?.message ?? stderr ?? '').trim();
  if (said !== '') console.error(said);
  return status === 0;
}
