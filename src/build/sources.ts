/** Sources where the unmodified steps of melange look for them: its cache folder, and git by `insteadOf`. */
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../failure.ts';
import type { FoundSource } from '../inputs/sources.ts';
import type { Mount } from './sandbox/bubblewrap.ts';

const guestCache = '/var/cache/melange';
const guestRepositories = '/var/cache/wolfi-repro/git';

/** Puts sources below `directory` and says where the guest sees them. The guest gets copies: a step may write to its cache. */
export function placeSources(found: readonly FoundSource[], directory: string): Mount[] {
  const cache = join(directory, 'cache');
  mkdirSync(cache, { recursive: true });
  const mounts: Mount[] = [{ source: cache, target: guestCache, writable: true }];
  const substitutions: string[] = [];
  for (const each of found) {
    if (each.kind === 'fetch') {
      copyFileSync(each.path, join(cache, `${each.source.algorithm}:${each.source.digest}`));
    } else {
      const target = `${guestRepositories}/${substitutions.length}`;
      mounts.push({ source: each.repository, target, writable: false });
      substitutions.push(`[url "file://${target}"]\n\tinsteadOf = ${quoted(each.source.repository)}\n`);
    }
  }
  if (substitutions.length > 0) mounts.push(gitConfiguration(substitutions, directory));
  return mounts;
}

function gitConfiguration(substitutions: readonly string[], directory: string): Mount {
  const file = join(directory, 'gitconfig');
  const trust = '[safe]\n\tdirectory = *\n[protocol "file"]\n\tallow = always\n';
  writeFileSync(file, trust + substitutions.join(''));
  return { source: file, target: '/etc/gitconfig', writable: false };
}

/** A value of git-config(1); attacker-controlled. */
function quoted(value: string): string {
  if (/[\n\r\0]/.test(value)) throw new Failure('unsafe-recipe', 'the address of a source has a line break');
  return `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
