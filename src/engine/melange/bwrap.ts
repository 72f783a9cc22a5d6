/**
 * Stands in for `bwrap` in a melange build: `bwrap.ts JOB ARGUMENTS...` runs the real one with the repositories of `git-checkout`
 * steps mounted behind the root, which melange always mounts first (melange pkg/container/bubblewrap_runner.go `cmd`).
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { gitMounts } from '../../execute/placed-sources.ts';
import type { FoundSource } from '../../inputs/found-sources.ts';

/** The job in the file that the first argument names. */
export interface BwrapJob {
  /** Where the real bwrap is searched for. */
  readonly path: string;
  readonly sources: readonly FoundSource[];
  /** A folder for the configuration of git. */
  readonly directory: string;
}

const [jobFile, ...given] = process.argv.slice(2) as [string, ...string[]];
const job = JSON.parse(readFileSync(jobFile, 'utf8')) as BwrapJob;
const [option, guest, target, ...rest] = given;
const argv =
  option === '--bind' && guest !== undefined && target === '/'
    ? [option, guest, target, ...mountArguments(guest), ...rest]
    : given;
const child = spawn('bwrap', argv, { env: { ...process.env, PATH: job.path }, stdio: 'inherit' });
child.on('error', (failure) => {
  process.stderr.write(`${failure.message}\n`);
  process.exit(127);
});
child.on('exit', (code) => process.exit(code ?? 1));

function mountArguments(root: string): string[] {
  return gitMounts(job.sources, job.directory, root).flatMap((mount) => [
    '--ro-bind',
    mount.source,
    mount.target,
  ]);
}
