/** The guest's root of one build: the environment below, this build's changes above, or a copy where that is refused. */
import { chmodSync, mkdirSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../../failure.ts';
import { OutputTail } from '../../output-tail.ts';
import { type IdMap, singleIdMap } from './id-map.ts';
import { startInNamespaces } from './namespace.ts';
import { hostProgram, isLent, lend, type Reach } from './reach.ts';

export interface GuestLayer {
  /** The ids that the machine actually granted. */
  readonly ids: IdMap;
  /** Folder of the guest's root, relative to the build's folder. */
  readonly root: string;
  /** Shell line that mounts it; run in the build's folder. */
  readonly mount: string;
  /** The folder that receives the build's writes to its guest, relative to the build's folder. */
  readonly written: string;
}

/** The environment goes by a name in the build's folder, so that no character of its path can be taken for an option. */
const overlay = 'mount -t overlay overlay -o lowerdir=lower,upperdir=upper,workdir=work,userxattr merged';

/** The mode of the guest's root: melange unpacks it into a folder that Go makes with `os.MkdirTemp` (bubblewrap_runner.go, `LoadImage`). */
export const rootMode = 0o700;

const layered = { root: 'merged', mount: overlay, written: 'upper' } as const;
const copied = { root: 'merged', mount: ':', written: 'merged' } as const;

/**
 * Lays the guest's root out in an empty folder. Overlays are refused by Linux before 5.11 and where the folder lies on an overlay
 * itself; the copy that is then made is slower, and the same in everything else. Fails with `sandbox-unavailable`.
 */
export async function layGuest(
  environment: string,
  directory: string,
  ids: IdMap,
  reach: Reach,
  signal: AbortSignal,
): Promise<GuestLayer> {
  for (const name of ['upper', 'work', 'merged']) mkdirSync(join(directory, name), { mode: rootMode });
  symlinkSync(reach.inside(environment), join(directory, 'lower'));
  if (!isLent(ids, environment)) return copyForeign(environment, directory, ids, signal);
  await lend(ids, [directory], signal);
  const inNamespaces = async (script: string, map: IdMap) => {
    const said = new OutputTail(2048);
    const child = await startInNamespaces(script, [], map, {
      cwd: directory,
      reach,
      signal,
      onOutput: (bytes) => said.add(bytes),
    });
    const { exitCode } = await child.ended;
    signal.throwIfAborted();
    return { succeeded: exitCode === 0, said: said.text() };
  };
  const place = placeOf(environment, directory, ids);
  const granted = layeredBefore.get(place);
  if (granted !== undefined) return { ids: granted, ...layered };
  const given = await grantedIds(ids, (map) => inNamespaces(overlay, map));
  if (given.result.succeeded) {
    layeredBefore.set(place, given.ids);
    return { ids: given.ids, ...layered };
  }
  const copying = await inNamespaces(
    `cp --archive --reflink=auto -- lower/. merged && exec chmod ${rootMode.toString(8)} merged`,
    given.ids,
  );
  if (copying.succeeded) return { ids: given.ids, ...copied };
  throw new Failure('sandbox-unavailable', 'the environment can be neither layered nor copied', {
    got: `${given.result.said}${copying.said}`,
  });
}

/** Where this process laid an overlay before, and the ids that it was then granted: trying it again would show nothing new. */
const layeredBefore = new Map<string, IdMap>();

/** What decides whether an overlay is granted: the file systems below and above, and the ids. */
function placeOf(environment: string, directory: string, ids: IdMap): string {
  return JSON.stringify([statSync(environment).dev, statSync(directory).dev, ids]);
}

/** Copies a folder of the user's own, to whose files the ids that root lends could not write. */
async function copyForeign(
  environment: string,
  directory: string,
  ids: IdMap,
  signal: AbortSignal,
): Promise<GuestLayer> {
  const merged = join(directory, 'merged');
  await hostProgram(['cp', '--archive', '--reflink=auto', '--', `${environment}/.`, merged], signal);
  chmodSync(merged, rootMode);
  await lend(ids, [directory], signal);
  return { ids, ...copied };
}

/** Tries with the subordinate ids, and without them where the machine names and then refuses them. */
async function grantedIds<R>(
  ids: IdMap,
  attempt: (ids: IdMap) => Promise<R>,
): Promise<{ ids: IdMap; result: R }> {
  try {
    return { ids, result: await attempt(ids) };
  } catch (failure) {
    if (!(failure instanceof Failure) || failure.code !== 'ids-unavailable') throw failure;
    const single = singleIdMap(ids);
    return { ids: single, result: await attempt(single) };
  }
}
