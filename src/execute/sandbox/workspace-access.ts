/** What is done to a build's workspace from outside the guest: in its namespaces, where only the owners of the files may. */
import { join } from 'node:path';
import { Failure } from '../../failure.ts';
import { OutputTail } from '../../output-tail.ts';
import { makeFolderWithin } from '../workspace.ts';
import { archiveArguments, archiveEnd, writeArchiveList } from './archive.ts';
import type { IdMap } from './id-map.ts';
import { startInNamespaces } from './namespace.ts';
import type { Reach } from './reach.ts';

export interface WorkspaceAccess {
  readonly ids: IdMap;
  /** Folder of this build. */
  readonly directory: string;
  readonly workspace: string;
  readonly reach: Reach;
  readonly signal: AbortSignal;
}

/** Makes a folder below the workspace. Fails with `unsupported` or `output-missing` where a step put something else in its place. */
export async function makeFolder(
  { ids, directory, workspace, reach, signal }: WorkspaceAccess,
  path: string,
): Promise<void> {
  if (!ids.lent && madeByCaller(workspace, path)) return;
  const script =
    'for each in "$@"; do [ ! -L "$each" ] || exit 3; [ -d "$each" ] || mkdir -m 755 -- "$each" || exit 1; done';
  const parts = path.split('/');
  const folders = parts.map((_, index) => join(reach.inside(workspace), ...parts.slice(0, index + 1)));
  const child = await startInNamespaces(script, folders, ids, { cwd: directory, reach, signal });
  const { exitCode } = await child.ended;
  signal.throwIfAborted();
  if (exitCode === 3) throw new Failure('unsupported', 'a step replaced a folder with a link', { got: path });
  if (exitCode !== 0) throw new Failure('output-missing', `a step replaced ${path}`);
}

/** Makes a folder without a namespace, where that works: steps may have taken away this process's access to their workspace. */
function madeByCaller(workspace: string, path: string): boolean {
  try {
    makeFolderWithin(workspace, path);
    return true;
  } catch (failure) {
    if (failure instanceof Failure) throw failure;
    return false;
  }
}

/** Hands over the tar archive of paths of the workspace, made by the machine's own tar with the ids that own them. */
export async function archive(
  { ids, directory, workspace, reach, signal }: WorkspaceAccess,
  paths: readonly string[],
  onBytes: (bytes: Uint8Array) => void,
): Promise<void> {
  const errors = new OutputTail(64 * 1024);
  const list = join(directory, 'archive.list');
  writeArchiveList(list, paths);
  const argv = archiveArguments(reach.inside(workspace), reach.inside(list));
  const child = await startInNamespaces('exec tar "$@"', argv, ids, {
    cwd: directory,
    reach,
    signal,
    onStdout: onBytes,
    onOutput: (bytes) => errors.add(bytes),
  });
  await archiveEnd(child, errors).finally(() => signal.throwIfAborted());
}
