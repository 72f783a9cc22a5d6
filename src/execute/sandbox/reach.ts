/**
 * How processes in the namespaces find paths of the machine. Ids that root lends own nothing, and root's folders are usually shut
 * to them: what a build needs is then mounted where everybody can reach it, and nothing else of those folders can be seen.
 */
import { lchownSync, lstatSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../../failure.ts';
import { hostPath, runShortly } from '../../process.ts';
import { fewEntries } from '../few-entries.ts';
import type { IdMap } from './id-map.ts';
import type { Mount } from './sandbox.ts';

export interface Reach {
  /** Folders and files that are mounted, the build's own folder first; none where paths are as they are. */
  readonly shown: readonly string[];
  /** The path inside at which a path of the machine is found. */
  inside(path: string): string;
}

/** The place for the mounts. It is hidden in the namespaces of a build, where no program needs it. */
const place = '/tmp';
const stage = 'reach';

/** @param directory the build's own folder, in which its programs run */
export function makeReach(ids: IdMap, directory: string, others: readonly string[]): Reach {
  if (!ids.lent) return { shown: [], inside: (path) => path };
  const outside = others.filter((path) => !path.startsWith(`${directory}/`) && !isInReach(path));
  const shown = [directory, ...new Set(outside)];
  mkdirSync(join(directory, stage), { recursive: true });
  return {
    shown,
    inside(path) {
      const at = shown.findIndex((each) => path === each || path.startsWith(`${each}/`));
      return at < 0 ? path : join(place, String(at), path.slice(shown[at]!.length));
    },
  };
}

/**
 * Script that mounts what is shown and then runs the rest of its arguments, which `--` divides from the paths. It runs as
 * root in a mount namespace of its own and in the build's folder; the tree of mounts is first made there, since what is shown may
 * itself lie below the place. The mounts are not entered in the machine's own list (`-n`).
 */
export const showScript = `set -e
mount -n -t tmpfs -o mode=0755,nosuid,nodev,size=64k none ${stage}
at=0
while [ "$1" != -- ]; do
  if [ -d "$1" ]; then mkdir "${stage}/$at"; else : > "${stage}/$at"; fi
  if [ "$at" = 0 ]; then mount -n --bind -- "$1" "${stage}/0"; else mount -n --rbind -- "$1" "${stage}/$at"; fi
  at=$((at + 1))
  shift
done
shift
mount -n --move ${stage} ${place}
cd ${place}/0
exec "$@"`;

/** Gives trees to the ids that are root inside, where ids are lent; links are given, never followed. */
export async function lend(ids: IdMap, paths: readonly string[], signal?: AbortSignal): Promise<void> {
  if (!ids.lent) return;
  const few = fewEntries(paths, mostEntries);
  if (few === undefined) return give(ids, [], paths, signal);
  for (const path of few) lchownSync(path, ids.uid, ids.gid);
}

/** At most this many entries are given by this process. */
const mostEntries = 256;

/** Gives them the files that root still owns: files shared with other trees already belong to these ids, and may be in use. */
export async function lendOwn(ids: IdMap, paths: readonly string[]): Promise<void> {
  await give(ids, ['--from=0'], paths, undefined);
}

async function give(
  ids: IdMap,
  flags: readonly string[],
  paths: readonly string[],
  signal: AbortSignal | undefined,
): Promise<void> {
  if (!ids.lent || paths.length === 0) return;
  const owner = `${ids.uid}:${ids.gid}`;
  await hostProgram(['chown', '--recursive', '--no-dereference', ...flags, owner, '--', ...paths], signal);
}

/** Whether the lent ids own a folder. */
export function isLent(ids: IdMap, path: string): boolean {
  return !ids.lent || lstatSync(path).uid === ids.uid;
}

/**
 * Mounts whose sources the ids that root lends can read: a source that only its owner can read is copied into the build's folder, and
 * the copy is given to them.
 */
export async function readableMounts(
  ids: IdMap,
  mounts: readonly Mount[],
  directory: string,
  signal: AbortSignal,
): Promise<Mount[]> {
  const readable: Mount[] = [];
  for (const mount of mounts) {
    const isReadable = !ids.lent || mount.writable || isOpen(mount.source);
    const copy = join(directory, `copy-${readable.length}`);
    if (!isReadable)
      await hostProgram(['cp', '--archive', '--reflink=auto', '--', mount.source, copy], signal);
    readable.push(isReadable ? mount : { ...mount, source: copy });
  }
  return readable;
}

/** Whether everybody can reach a path, and the place does not hide it. */
function isInReach(path: string): boolean {
  const parts = path.split('/');
  const above = parts.slice(1, -1).map((_, index) => parts.slice(0, index + 2).join('/'));
  return parts[1] !== place.slice(1) && above.every((folder) => (statSync(folder).mode & 0o001) !== 0);
}

/** Whether everybody may look into a folder, or read a file. */
function isOpen(path: string): boolean {
  const stat = statSync(path);
  const asked = stat.isDirectory() ? 0o005 : 0o004;
  return (stat.mode & asked) === asked;
}

/** Runs one of the machine's programs as the caller. Fails with `sandbox-unavailable`. */
export async function hostProgram(line: readonly [string, ...string[]], signal?: AbortSignal): Promise<void> {
  const [program, ...argv] = line;
  const { exitCode, output } = await runShortly(program, argv, {
    env: { PATH: hostPath, LC_ALL: 'C' },
    ...(signal === undefined ? {} : { signal }),
  });
  signal?.throwIfAborted();
  if (exitCode === 0) return;
  throw new Failure('sandbox-unavailable', `the guest cannot be set up: ${program} failed`, { got: output });
}
