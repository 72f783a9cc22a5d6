/** The first step of a job: what the program needs of a runner. It is run by action.yml and templates/verify/template.yml. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, hasProgram, installPackages, installPrograms, requireNode, root } from './setup.mjs';

requireNode();
if (!existsSync(join(root, 'dist/bin/wolfi-repro.js'))) {
  installPackages();
  build();
}
const needed = [
  { program: 'bwrap', package: 'bubblewrap' },
  { program: 'newuidmap', package: 'uidmap' },
];
if (installPrograms(needed).length > 0 && hasProgram('sudo')) {
  privileged(['apt-get', 'update', '-qq']);
  privileged(['apt-get', 'install', '-y', '-qq', '--no-install-recommends', 'bubblewrap', 'uidmap']);
}
allowNamespaces();
for (const { program, package: name } of installPrograms(needed))
  console.error(`${program} is missing (get it: apt-get install ${name})`);

/** Ubuntu 24.04 forbids namespaces to programs without a profile. A hosted runner is thrown away after the job; any other machine is left as it is. */
function allowNamespaces() {
  const setting = '/proc/sys/kernel/apparmor_restrict_unprivileged_userns';
  const restricted = existsSync(setting) && readFileSync(setting, 'utf8').trim() === '1';
  if (!restricted || process.env['RUNNER_ENVIRONMENT'] !== 'github-hosted' || process.getuid?.() === 0)
    return;
  console.error('kernel.apparmor_restrict_unprivileged_userns=0: this runner allows no namespaces otherwise');
  privileged(['sysctl', '-q', '-w', 'kernel.apparmor_restrict_unprivileged_userns=0']);
}

/** @param {readonly string[]} argv */
function privileged(argv) {
  spawnSync('sudo', ['-n', ...argv], { stdio: ['ignore', 'ignore', 'inherit'] });
}
