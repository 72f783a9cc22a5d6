/** Unpacked environments, kept by the identity of their lock and shared between builds; each can be thrown away. */
import { existsSync, lstatSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Apk, ByteSource } from '../../apk/apk.ts';
import { decodeBytes, encodeBytes } from '../../bytes.ts';
import type { Sha256 } from '../../digest.ts';
import { makeRunDirectory, removeTree, sweepRunDirectories } from '../run-directory.ts';
import type { IdMap } from '../sandbox/id-map.ts';
import { type Installable, installOrder } from './install-order.ts';
import { type LayoutInput, layOut } from './layout.ts';
import { closeDirectories, unpackPackages } from './unpack.ts';

export interface EnvironmentPackage extends Installable {
  readonly source: ByteSource;
  /** Digest of the file, from the lock. */
  readonly sha256: Sha256;
}

/** A guest on disk and the account files that name the owners in it. */
export interface Environment {
  readonly root: string;
  readonly accounts: GuestAccounts;
}

export interface GuestAccounts {
  readonly passwd: string;
  readonly group: string;
  readonly osRelease: string;
}

export interface EnvironmentRequest {
  /** Where unpacked environments are kept. */
  readonly directory: string;
  /** Identity of everything that goes into the guest. */
  readonly identity: Sha256;
  readonly packages: readonly EnvironmentPackage[];
  readonly layout: LayoutInput;
  readonly ids: IdMap;
  /** Sees each package; must fail unless it is the locked one and sound. */
  readonly verify: (apk: Apk, locked: EnvironmentPackage) => void;
}

const layoutGeneration = 1;

/** The guest of a lock: the kept one, or unpacked now. A half-unpacked one is never seen under its name. */
export async function provideEnvironment(request: EnvironmentRequest): Promise<Environment> {
  const kept = join(request.directory, `${request.identity}.${layoutGeneration}`);
  const described = join(kept, 'guest.json');
  if (!existsSync(described)) await unpack(request, kept);
  return { root: join(kept, 'root'), accounts: JSON.parse(readFileSync(described, 'utf8')) as GuestAccounts };
}

async function unpack(request: EnvironmentRequest, kept: string): Promise<void> {
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
    );
    const read = (path: string) => readInside(root, guest.tree.resolve(path));
    layOut(root, guest, request.layout, read);
    closeDirectories(root, guest.tree);
    const accounts: GuestAccounts = {
      passwd: read('etc/passwd') ?? '',
      group: read('etc/group') ?? '',
      osRelease: read('etc/os-release') ?? read('usr/lib/os-release') ?? '',
    };
    writeFileSync(join(aside, 'guest.json'), JSON.stringify(accounts));
    publish(aside, kept);
  } finally {
    await removeTree(aside, request.ids);
  }
}

/** Another process may have been faster; its guest is the same. */
function publish(aside: string, kept: string): void {
  try {
    renameSync(aside, kept);
  } catch (failure) {
    if (!existsSync(join(kept, 'guest.json'))) throw failure;
  }
}

/** A resolved path of the guest: its parents are real directories, so only the last part must not be a link. */
function readInside(root: string, path: string): string | undefined {
  const file = Buffer.concat([Buffer.from(`${root}/`), encodeBytes(path)]);
  const stat = lstatSync(file, { throwIfNoEntry: false });
  return stat?.isFile() === true ? decodeBytes(readFileSync(file)) : undefined;
}
