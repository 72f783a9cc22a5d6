/** Packages put onto a shelf of their own and from there into a guest, as a build does with those of its environment. */
import type { Apk } from '../../src/apk/apk.ts';
import type { ByteSource } from '../../src/byte-source.ts';
import type { Sha256 } from '../../src/digest.ts';
import { shelvedPackage } from '../../src/execute/rootfs/package-shelf.ts';
import type { ShelvedPackage } from '../../src/execute/rootfs/shelved-package.ts';
import { type Guest, unpackPackages } from '../../src/execute/rootfs/unpack.ts';
import { singleIdMap } from '../../src/execute/sandbox/id-map.ts';
import type { Format } from '../../src/melange/format.ts';

/** Of the caller alone. */
export function shelfIn(directory: string) {
  return { directory, ids: singleIdMap({ uid: process.getuid!(), gid: process.getgid!() }) };
}

/** @param shelf a folder beside the root, on the same file system */
export async function unpackSources(
  root: string,
  shelf: string,
  sources: readonly ByteSource[],
  entries: Format['guestEntries'] = 'all',
  verify: (apk: Apk, index: number) => void = () => undefined,
): Promise<Guest> {
  const packages: ShelvedPackage[] = [];
  for (const [index, source] of sources.entries()) {
    const sha256 = `package-${index}` as Sha256;
    packages.push(await shelvedPackage(shelfIn(shelf), { sha256, source }, (apk) => verify(apk, index)));
  }
  return unpackPackages(root, packages, entries);
}
