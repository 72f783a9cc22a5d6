/** Unpacks an environment that is not kept yet. */
import type { Apk } from '../../apk/apk.ts';
import type { ByteSource } from '../../byte-source.ts';
import type { Sha1, Sha256 } from '../../digest.ts';
import { type AttributedFile, attributedFiles } from './guest-entries.ts';
import { type LayoutInput, layOut } from './guest-layout.ts';
import { type Installable, installOrder } from './install-order.ts';
import { type GuestShelf, keepGuest, readInside } from './kept-guest.ts';
import { shelvedPackage } from './package-shelf.ts';
import type { ShelvedPackage } from './shelved-package.ts';
import { closeDirectories, unpackPackages } from './unpack.ts';

export interface EnvironmentPackage extends Installable {
  readonly source: ByteSource;
  /** Digest of the file, from the lock. */
  readonly sha256: Sha256;
}

export interface GuestAccounts {
  readonly passwd: string;
  readonly group: string;
  readonly osRelease: string;
}

export interface EnvironmentRequest extends GuestShelf {
  /** Identity of everything that goes into the guest. */
  readonly identity: Sha256;
  readonly packages: readonly EnvironmentPackage[];
  readonly layout: LayoutInput;
  /** Where packages are kept unpacked. */
  readonly packageShelf: GuestShelf;
  /** Sees each package that is not kept yet; must fail unless it is intact and has the locked digest. */
  readonly verify: (apk: Apk, locked: EnvironmentPackage) => void;
  /** Sees each package; must fail unless its index lists it. */
  readonly requireListed: (controlSha1: Sha1, locked: EnvironmentPackage) => void;
  /** Is told how many packages are unpacked, of how many. */
  readonly onUnpacked?: ((done: number, of: number) => void) | undefined;
  /** Gives files below a folder their extended attributes; not called where there are none. */
  readonly setAttributes: (root: string, files: readonly AttributedFile[]) => Promise<void>;
}

/** Unpacks the guest of a lock and keeps it with its account files. */
export function unpackEnvironment(request: EnvironmentRequest, kept: string): Promise<GuestAccounts> {
  return keepGuest(request, kept, async (root) => {
    const ordered = installOrder(request.packages);
    const packages: ShelvedPackage[] = [];
    for (const each of ordered) {
      const shelved = await shelvedPackage(request.packageShelf, each, (apk) => request.verify(apk, each));
      request.requireListed(shelved.controlSha1, each);
      packages.push(shelved);
      request.onUnpacked?.(packages.length, ordered.length);
    }
    const guest = unpackPackages(root, packages, request.layout.entries);
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
