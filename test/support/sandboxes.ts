/** What this machine can run steps in, and builds run by somebody. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
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
export async function runBuilds(
  identity: Identity,
  sandbox: BuildJob['sandbox'],
  cases: readonly BuildCase[],
  options: Partial<Pick<BuildJob, 'directory' | 'environment'>> & {
    readonly wrapper?: readonly string[];
  } = {},
): Promise<BuildOutcome[]> {
  const directory = options.directory ?? folderOf(identity);
  try {
    const { environment } = options;
    const job: BuildJob = {
      directory,
      sandbox,
      cases,
      ...(environment === undefined ? {} : { environment }),
    };
    const { stdout, stderr } = await run(
      [...(options.wrapper ?? []), ...identity.prefix, process.execPath, program],
      JSON.stringify(job),
    );
    const outcomes = stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as BuildOutcome);
    if (outcomes.length !== cases.length)
      throw new Error(`${outcomes.length} of ${cases.length} ran: ${stderr}`);
    const runs = join(directory, 'runs');
    const left = existsSync(runs) ? readdirSync(runs) : [];
    if (left.length > 0) throw new Error(`a build left ${left.join(' ')}`);
    return outcomes;
  } finally {
    if (options.directory === undefined) rmSync(directory, { recursive: true, force: true });
  }
}

async function run(line: readonly string[], input: string): Promise<{ stdout: string; stderr: string }> {
  const child = spawn(line[0]!, line.slice(1), { cwd: '/' });
  child.stdin.end(input);
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { stdout, stderr };
}

/** A small guest out of this machine's programs with the libraries that they are linked against. */
export function makeSmallGuest(programs: readonly string[]): string {
  const guest = mkdtempSync('/var/tmp/wolfi-repro-guest-');
  const copy = (path: string, name = path) => {
    mkdirSync(join(guest, name, '..'), { recursive: true });
    copyFileSync(path, join(guest, name));
  };
  copy('/bin/bash', '/bin/sh');
  for (const name of ['bash', ...programs]) {
    const path = execFileSync('/bin/sh', ['-c', 'command -v "$1"', 'sh', name], { encoding: 'utf8' }).trim();
    copy(path, `/bin/${name}`);
    const needed = execFileSync('ldd', [path], { encoding: 'utf8' });
    for (const [library] of needed.matchAll(/\/\S+/g)) copy(library);
  }
  for (const name of ['dev', 'proc', 'sys', 'tmp', 'etc', 'home/build', 'var/cache']) {
    mkdirSync(join(guest, name), { recursive: true });
  }
  return guest;
}

/** `false`, or why no sandbox can be made by somebody here. */
export function cannotSandbox(identity: Identity): string | false {
  if (process.platform !== 'linux') return 'sandboxes need Linux';
  if (identity.skip !== false) return identity.skip;
  if (!existsSync('/usr/bin/bwrap')) return 'bubblewrap is not installed';
  const attempt = (...argv: readonly string[]) => {
    const line = [...identity.prefix, ...argv];
    return spawnSync(line[0]!, line.slice(1), { encoding: 'utf8', cwd: '/' });
  };
  const { status, stderr } = attempt('unshare', '--user', '--mount', 'true');
  if (status !== 0) return `this machine grants no user namespaces: ${stderr.trim()}`;
  const reads = attempt(process.execPath, '--check', program).status === 0;
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
