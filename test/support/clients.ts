/** Clients of registries that judge what is said about what they fetched. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { findProgram } from '../../src/process.ts';
import { skipUnless } from './lab.ts';

/** `false` where a client runs, or the reason for which `node:test` skips a test. */
export function clientMissing(program: string, versionArgument = '--version'): string | false {
  const { status } = spawnSync(program, [versionArgument], { cwd: tmpdir() });
  return skipUnless(status === 0, `${program} is not installed`);
}

/**
 * The file of cargo itself, which a guest can be given beside a recipe: rustup's is another program by the same name. Text is the reason
 * for which there is none that knows sparse registries (1.68).
 */
export function ownCargo(): { readonly path: string } | string {
  const found = spawnSync('rustup', ['which', 'cargo'], { encoding: 'utf8' });
  const path = found.status === 0 ? found.stdout.trim() : (findProgram('cargo') ?? 'cargo');
  const { stdout } = spawnSync(path, ['--version'], { cwd: tmpdir(), encoding: 'utf8' });
  const [, major, minor] = /^cargo (\d+)\.(\d+)/.exec(stdout ?? '') ?? [];
  const isNew = Number(major) > 1 || (Number(major) === 1 && Number(minor) >= 68);
  return isNew ? { path } : 'cargo 1.68 or later is not installed';
}

/** The file of uv itself, which has no other files; text is the reason for which there is none to be laid beside a recipe. */
export function ownUv(): { readonly path: string } | string {
  const { stdout } = spawnSync('sh', ['-c', 'command -v uv'], { encoding: 'utf8' });
  const path = stdout.trim();
  if (path === '') return 'uv is not installed';
  return readFileSync(path).subarray(1, 4).toString() === 'ELF' ? { path } : `${path} only starts uv`;
}
