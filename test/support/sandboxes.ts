/** What this machine can run steps in, and builds run by somebody. */
import { spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { BuildCase, BuildJob, BuildOutcome } from './build-run.ts';
import { root } from './lab.ts';
import type { Identity } from './users.ts';

const program: string = join(root, '.build/test/support/build-run.js');

/** A folder that belongs to somebody, on the disk of the checkout and not in memory. */
export function folderOf({ uid }: Identity): string {
  const folder = mkdtempSync('/var/tmp/wolfi-repro-test-');
  if (process.getuid?.() === 0) chownSync(folder, uid, uid);
  return folder;
}

/** Runs cases as somebody. `wrapper` goes in front of the command line, before the change of user. */
export function runBuilds(
  identity: Identity,
  sandbox: BuildJob['sandbox'],
  cases: readonly BuildCase[],
  options: { readonly wrapper?: readonly string[]; readonly directory?: string } = {},
): BuildOutcome[] {
  const directory = options.directory ?? folderOf(identity);
  try {
    const job: BuildJob = { directory, sandbox, cases };
    const line = [...(options.wrapper ?? []), ...identity.prefix, process.execPath, program];
    const { stdout, stderr } = spawnSync(line[0]!, line.slice(1), {
      cwd: '/',
      input: JSON.stringify(job),
      encoding: 'utf8',
      maxBuffer: 256 * 1024 ** 2,
      timeout: 120_000,
    });
    const outcomes = stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as BuildOutcome);
    if (outcomes.length !== cases.length) throw new Error(`${outcomes.length} of ${cases.length} ran: ${stderr}`);
    const left = readdirSync(join(directory, 'runs'));
    if (left.length > 0) throw new Error(`a build left ${left.join(' ')}`);
    return outcomes;
  } finally {
    if (options.directory === undefined) rmSync(directory, { recursive: true, force: true });
  }
}

/** `false`, or why no sandbox can be made by somebody here. */
export function cannotSandbox(identity: Identity): string | false {
  if (process.platform !== 'linux') return 'sandboxes need Linux';
  if (identity.skip !== false) return identity.skip;
  if (!existsSync('/usr/bin/bwrap')) return 'bubblewrap is not installed';
  const run = (...argv: readonly string[]) => {
    const line = [...identity.prefix, ...argv];
    return spawnSync(line[0]!, line.slice(1), { encoding: 'utf8', cwd: '/' });
  };
  const { status, stderr } = run('unshare', '--user', '--mount', 'true');
  if (status !== 0) return `this machine grants no user namespaces: ${stderr.trim()}`;
  const reads = run(process.execPath, '--check', program).status === 0;
  return reads ? false : 'the checkout is closed to other users';
}

/** Processes of the machine whose command line holds a text. */
export function processesWith(text: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes(text);
      } catch {
        return false;
      }
    })
    .map(Number);
}
