/** `npm run quickstart`: from a fresh clone to a verdict on a signed package that melange built. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { build, installPackages, installPrograms, makeEnvironment, requireNode, root } from './setup.mjs';

const program = join(root, 'dist/bin/wolfi-repro.js');
const subject = 'fixtures/lab/repository/v0.59.1/x86_64/hello-shell-1.4.2-r3.apk';
const key = 'fixtures/lab/lab.rsa.pub';

requireNode();
installPackages();
build();
const missing = installPrograms([{ program: 'bwrap', package: 'bubblewrap' }]);
const environment = makeEnvironment(recordedPackages());
if (environment === undefined)
  console.error('substituting this machine’s own programs for the recorded environment');
const options = [
  ...['--key', key],
  ...(environment === undefined ? ['--environment', 'host'] : ['--repository', '.cache/lab/environment']),
  ...sandboxOptions(),
];
console.error(`\n$ wolfi-repro verify ${[...options, subject].join(' ')}\n`);
process.exitCode =
  spawnSync(process.execPath, [program, 'verify', ...options, subject], { cwd: root, stdio: 'inherit' })
    .status ?? 1;

/**
 * The names in the package's environment lock.
 * @returns {string[]}
 */
function recordedPackages() {
  const inspected = wolfiRepro(['inspect', '--format', 'json', '--key', key, subject]);
  /** @type {string[]} */
  const locked = JSON.parse(inspected).packages[0].claim.environment;
  return locked.flatMap((each) => each.split('=', 1));
}

/**
 * bubblewrap where the machine lets it work; chroot, with a message, where there is only root. It runs a recipe of this checkout, whose
 * author the person who runs this script trusts.
 */
function sandboxOptions() {
  /** @type {{ found: { what: string, state: string, detail: string, remedy?: string }[] }} */
  const { found } = JSON.parse(wolfiRepro(['doctor', '--format', 'json']));
  const lacking = found.filter(({ state }) => state === 'missing');
  if (lacking.length === 0) return [];
  for (const { what, detail, remedy } of lacking)
    console.error(`missing: ${what}: ${detail}\n  get it: ${remedy}`);
  if (process.getuid?.() === 0 && process.platform === 'linux') {
    console.error(
      'falling back to --sandbox chroot, which does not contain a hostile recipe: this one is part of the checkout that you run',
    );
    return ['--sandbox', 'chroot', '--trust-recipe'];
  }
  for (const { program: name, package: from } of missing)
    console.error(`install ${from} (for ${name}), then run this again`);
  process.exit(4);
}

/** @param {readonly string[]} argv */
function wolfiRepro(argv) {
  return spawnSync(process.execPath, [program, ...argv], { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 28 })
    .stdout;
}
