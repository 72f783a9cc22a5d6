/** An environment that is not kept yet. */
import { existsSync, lstatSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeBytes, diskPath } from '../../bytes.ts';
import { makeRunDirectory, removeTree, sweepRunDirectories } from '../run-directory.ts';
import { lend } from '../sandbox/reach.ts';
import type { EnvironmentRequest, GuestAccounts } from './environment.ts';
import { attributedFiles } from './guest-entries.ts';
import { installOrder } from './install-order.ts';
import { layOut } from './layout.ts';
import { closeDirectories, unpackPackages } from './unpack.ts';

/** Unpacks the guest of a lock beside the others and puts it in its place when it is whole. */
export async function unpackEnvironment(request: EnvironmentRequest, kept: string): Promise<void> {
  await sweepRunDirectories(request.directory, request.ids);
  const aside = await makeRunDirectory(request.directory);
  try {
    const root = join(aside, 'root');
    mkdirSync(root, { mode: 0o700 });
    const ordered = installOrder(request.packages);
    const guest = await unpackPackages(
      root,
      ordered.map(({ source }) => source),
      (apk, index) => request.verify(apk, ordered[index]!),
      request.layout.entries,
    );
    const read = (path: string) => readInside(root, guest.tree.resolve(path));
    layOut(root, guest, request.layout, read);
    const attributed = attributedFiles(guest.tree);
    if (attributed.length > 0) await request.setAttributes(root, attributed);
    closeDirectories(root, guest.tree);
    const accounts: GuestAccounts = {
      passwd: read('etc/passwd') ?? '',
      group: read('etc/group') ?? '',
      osRelease: read('etc/os-release') ?? read('usr/lib/os-release') ?? '',
    };
    await lend(request.ids, [root]);
    writeFileSync(join(aside, 'guest.json'), JSON.stringify(accounts));
    publish(aside, kept);
  } finally {
    await removeTree(aside, request.ids);
  }
}

/** Another process may have been faster; its guest is the same. */
export function publish(aside: string, kept: string): void {
  try {
    renameSync(aside, kept);
  } catch (failure) {
    if (!existsSync(join(kept, 'guest.json'))) throw failure;
  }
}

/** A resolved path of the guest: its parents are real directories, so only the last part must not be a link. */
export function readInside(root: string, path: string): string | undefined {
  const file = diskPath(root, path);
  const stat = lstatSync(file, { throwIfNoEntry: false });
  return stat?.isFile() === true ? decodeBytes(readFileSync(file)) : undefined;
}
