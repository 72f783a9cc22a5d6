/** Sources placed where the unmodified steps of melange look for them: in its cache folder, and for git through `insteadOf`. */
import { appendFileSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeBytes } from '../bytes.ts';
import { Failure } from '../failure.ts';
import type { FoundSource } from '../inputs/found-sources.ts';
import { readInside } from './rootfs/kept-guest.ts';
import { resolveInGuest } from './sandbox/guest-path.ts';
import type { Mount } from './sandbox/sandbox.ts';

const guestCache = '/var/cache/melange';
const guestRepositories = '/var/cache/wolfi-repro/git';

/**
 * Puts sources below `directory` and says where the guest sees them. The guest gets copies: a step may write to its cache.
 * @param environment the guest's root on this machine; what it sets for git itself stays in force
 */
export function placeSources(found: readonly FoundSource[], directory: string, environment: string): Mount[] {
  const cache = join(directory, 'cache');
  mkdirSync(cache, { recursive: true });
  for (const each of found) {
    if (each.kind === 'fetch')
      copyFileSync(each.path, join(cache, `${each.source.algorithm}:${each.source.digest}`));
  }
  return [{ source: cache, target: guestCache, writable: true }, ...gitMounts(found, directory, environment)];
}

/** The repositories among the sources, and the configuration that leads git to them; nothing where there are none. */
export function gitMounts(found: readonly FoundSource[], directory: string, environment: string): Mount[] {
  const mounts: Mount[] = [];
  const substitutions: string[] = [];
  for (const each of found) {
    if (each.kind !== 'git') continue;
    const { repository, submodules = [], source } = each;
    for (const { address, repository: path } of [{ address: source.repository, repository }, ...submodules]) {
      const target = `${guestRepositories}/${substitutions.length}`;
      mounts.push({ source: path, target, writable: false });
      substitutions.push(`[url "file://${target}"]\n\tinsteadOf = ${quoted(address)}\n`);
    }
  }
  return mounts.length === 0 ? [] : [...mounts, gitConfiguration(substitutions, directory, environment)];
}

function gitConfiguration(substitutions: readonly string[], directory: string, environment: string): Mount {
  const file = join(directory, 'gitconfig');
  const trust = '[safe]\n\tdirectory = *\n[protocol "file"]\n\tallow = always\n';
  const target = resolveInGuest(environment, '/etc/gitconfig');
  const own = readInside(environment, target.slice(1));
  if (own !== undefined) writeFileSync(file, encodeBytes(`${own}\n`));
  appendFileSync(file, trust + substitutions.join(''));
  return { source: file, target, writable: false };
}

/** A value of git-config(1); attacker-controlled. */
function quoted(value: string): string {
  if (/[\n\r\0]/.test(value)) throw new Failure('unsafe-recipe', 'the address of a source has a line break');
  return `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
