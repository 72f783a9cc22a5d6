/** An environment that is not kept yet. */
import type { EnvironmentRequest, GuestAccounts } from './environment.ts';
import { attributedFiles } from './guest-entries.ts';
import { installOrder } from './install-order.ts';
import { keepGuest, readInside } from './kept-guest.ts';
import { layOut } from './layout.ts';
import { closeDirectories, unpackPackages } from './unpack.ts';

/** Unpacks the guest of a lock and keeps it with its account files. */
export function unpackEnvironment(request: EnvironmentRequest, kept: string): Promise<GuestAccounts> {
  return keepGuest(request, kept, async (root) => {
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
    return {
      passwd: read('etc/passwd') ?? '',
      group: read('etc/group') ?? '',
      osRelease: read('etc/os-release') ?? read('usr/lib/os-release') ?? '',
    };
  });
}
