/**
 * The build environment on disk, as apko lays it out and melange's bubblewrap runner unpacks it (docs/melange/environment.md#the-guest
 * and docs/melange/environment.md#unpacking): modes without the umask and without set-user-id and sticky bits, no device nodes, times of unpacking.
 */
import {
  chmodSync,
  constants,
  copyFileSync,
  linkSync,
  mkdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { entryPath } from '../../apk/entry-rules.ts';
import { type PkgInfo, pkgInfoValue, pkgInfoValues } from '../../apk/pkginfo.ts';
import { decodeBytes, diskPath, encodeBytes } from '../../bytes.ts';
import type { Sha1 } from '../../digest.ts';
import { Failure, isFaultOfFile } from '../../failure.ts';
import type { Format } from '../../melange/format.ts';
import { isLeftOut, leadsOut, xattrsOf } from './guest-entries.ts';
import { type GuestNode, GuestTree } from './guest-tree.ts';
import type { GuestEntry, ShelvedPackage } from './shelved-package.ts';

export interface InstalledPackage {
  readonly name: string;
  readonly version: string;
  readonly origin: string;
  readonly replaces: readonly string[];
  readonly size: number;
  readonly controlSha1: Sha1;
  readonly pkginfo: PkgInfo;
}

export interface Guest {
  readonly tree: GuestTree;
  readonly installed: readonly InstalledPackage[];
}

const umask = 0o022;

/** Permissions of a file of the guest. */
export function fileMode(mode: number): number {
  return mode & 0o777 & ~umask;
}

/**
 * Puts packages that are kept unpacked into an empty folder, in order: their files are links to the kept ones. Fails with
 * `environment-invalid` for packages that cannot be installed together.
 */
export function unpackPackages(
  root: string,
  packages: readonly ShelvedPackage[],
  entries: Format['guestEntries'],
): Guest {
  const tree = new GuestTree();
  const installed: InstalledPackage[] = [];
  for (const path of baseDirectories) makeDirectory(root, tree, path, 0o755, -1);
  for (const { size, controlSha1, pkginfo, entries: own } of packages) {
    const identity = identityOf(pkginfo);
    const writer = new PackageWriter(root, tree, installed, identity, entries);
    try {
      for (const { entry, file } of own) writer.install(entry, file);
    } catch (failure) {
      throw ofEnvironment(failure);
    }
    installed.push({ ...identity, size, controlSha1, pkginfo });
  }
  return { tree, installed };
}

/** Errors of a machine that has run out of something; other refusals of the disk are caused by names that a package chose. */
const shortages = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EIO', 'EMFILE', 'ENFILE', 'ENOMEM', 'EACCES']);

/**
 * The failure as one of the environment. The environment is not the published file: a defect of it must not reject that file. A name that the disk
 * does not take (too long, with a zero byte) is such a defect.
 */
export function ofEnvironment(failure: unknown, what = 'a package of the environment'): unknown {
  if (failure instanceof Failure) {
    if (!isFaultOfFile(failure)) return failure;
  } else if (!(failure instanceof Error && 'code' in failure) || shortages.has(String(failure.code))) {
    return failure;
  }
  return new Failure('environment-invalid', `${what} cannot be unpacked`, {
    got: failure.message,
    cause: failure,
  });
}

export const baseDirectories = ['tmp', 'dev', 'etc', 'opt', 'proc', 'var', 'usr'];

function makeDirectory(
  root: string,
  tree: GuestTree,
  path: string,
  mode: number,
  owner: number,
  entries: Format['guestEntries'] = 'all',
): void {
  const present = tree.get(path);
  if (present?.type === 'file') throw conflict(path, 'a directory is needed where a file is');
  if (present !== undefined || path === '') return;
  const parent = dirname(path);
  if (parent !== '.') makeDirectory(root, tree, parent, 0o755, owner, entries);
  const node = { type: 'directory', mode, target: '', checksum: '', owner } as const;
  if (isLeftOut(path, entries)) {
    tree.set(path, { ...node, leftOut: true });
    return;
  }
  mkdirSync(diskPath(root, path));
  // Modes bind an ordinary user as well, and the folder is yet to be filled (`closeDirectories`).
  chmodSync(diskPath(root, path), (mode & 0o777 & ~umask) | 0o700);
  tree.set(path, node);
}

/** Gives folders that even their owner may not write to their modes, once nothing more goes into them. */
export function closeDirectories(root: string, tree: GuestTree): void {
  for (const [path, { type, mode, leftOut }] of [...tree.entries()].reverse()) {
    if (type === 'directory' && leftOut !== true && (mode & 0o700) !== 0o700)
      chmodSync(diskPath(root, path), mode & 0o777 & ~umask);
  }
}

/** Adds a file that no package brings; an existing one is replaced. */
export function writeGuestFile(
  root: string,
  tree: GuestTree,
  path: string,
  bytes: Uint8Array,
  mode: number,
): void {
  const real = tree.resolve(path);
  const parent = dirname(real);
  if (parent !== '.') makeDirectory(root, tree, parent, 0o755, -1);
  if (tree.get(real)?.type === 'directory') throw conflict(real, 'a file is needed where a directory is');
  rmSync(diskPath(root, real), { force: true });
  writeFileSync(diskPath(root, real), bytes, { flag: 'wx' });
  chmodSync(diskPath(root, real), mode & ~umask);
  tree.set(real, { type: 'file', mode, target: '', checksum: '', owner: -1 });
}

export function makeGuestDirectory(root: string, tree: GuestTree, path: string, mode: number): void {
  makeDirectory(root, tree, tree.resolve(path), mode, -1);
}

export function makeGuestLink(root: string, tree: GuestTree, path: string, target: string): void {
  const real = tree.resolve(path);
  if (real === '' || tree.get(real) !== undefined) return;
  const parent = dirname(real);
  if (parent !== '.') makeDirectory(root, tree, parent, 0o755, -1);
  symlinkSync(target, diskPath(root, real));
  tree.set(real, { type: 'symlink', mode: 0o777, target, checksum: '', owner: -1 });
}

interface Identity {
  readonly name: string;
  readonly version: string;
  readonly origin: string;
  readonly replaces: readonly string[];
}

function identityOf(pkginfo: PkgInfo): Identity {
  const name = pkgInfoValue(pkginfo, 'pkgname') ?? '';
  return {
    name,
    version: pkgInfoValue(pkginfo, 'pkgver') ?? '',
    origin: pkgInfoValue(pkginfo, 'origin') ?? name,
    replaces: pkgInfoValues(pkginfo, 'replaces'),
  };
}

/** Writes one package's data section; a later package may meet what an earlier one brought. */
class PackageWriter {
  readonly #root: string;
  readonly #tree: GuestTree;
  readonly #installed: readonly InstalledPackage[];
  readonly #index: number;
  readonly #entries: Format['guestEntries'];
  readonly #identity: Identity;

  constructor(
    root: string,
    tree: GuestTree,
    installed: readonly InstalledPackage[],
    identity: Identity,
    entries: Format['guestEntries'],
  ) {
    this.#entries = entries;
    this.#root = root;
    this.#tree = tree;
    this.#installed = installed;
    this.#index = installed.length;
    this.#identity = identity;
  }

  /** @param file with the content of a regular file */
  install(entry: GuestEntry, file: Buffer | undefined): void {
    const path = this.#tree.resolve(entryPath(entry));
    if (entry.type === '5') this.#directory(path, entry);
    else if (entry.type === '2') this.#symlink(path, entry);
    else if (entry.type === '1') this.#hardLink(path, entry);
    else if (file !== undefined) this.#regular(path, entry, file);
  }

  #directory(path: string, header: GuestEntry): void {
    const present = this.#tree.get(path);
    if (present?.type === 'symlink' || present?.type === 'directory') return;
    if (present !== undefined) throw conflict(path, 'a directory stands where a file is');
    makeDirectory(this.#root, this.#tree, path, header.mode & 0o777, this.#index, this.#entries);
  }

  #regular(path: string, header: GuestEntry, file: Buffer): void {
    if (!this.#takesOver(path, header)) return;
    const xattrs = xattrsOf(header);
    const node = { ...this.#node('file', header), ...(xattrs.size === 0 ? {} : { xattrs }) };
    if (!this.#install(path, node)) return;
    // A file that gets attributes is written again in its place (`guest-attributes.ts`), and must not be shared.
    if (xattrs.size > 0) copyKept(file, diskPath(this.#root, path), fileMode(header.mode));
    else linkKept(file, diskPath(this.#root, path), fileMode(header.mode));
  }

  #symlink(path: string, header: GuestEntry): void {
    const target = header.linkname;
    const present = this.#tree.get(path);
    if (present?.type === 'symlink' && present.target === target) return;
    if (!this.#takesOver(path, header)) return;
    const node = { ...this.#node('symlink', header), target };
    if (!this.#install(path, node, leadsOut(path, target, this.#entries))) return;
    symlinkSync(encodeBytes(target), diskPath(this.#root, path));
  }

  #hardLink(path: string, header: GuestEntry): void {
    const first = this.#tree.resolve(header.linkname);
    if (!this.#takesOver(path, header)) return;
    const { leftOut, ...node } = this.#tree.get(first)!;
    if (!this.#install(path, { ...node, owner: this.#index })) return;
    if (leftOut === true) throw conflict(path, 'it is a hard link to a file that is left out');
    linkSync(diskPath(this.#root, first), diskPath(this.#root, path));
  }

  /** Notes an entry; false where it does not reach the disk. */
  #install(path: string, node: GuestNode, doubtful = false): boolean {
    const leftOut = doubtful || isLeftOut(path, this.#entries);
    this.#tree.set(path, leftOut ? { ...node, leftOut } : node);
    return !leftOut;
  }

  #node(type: 'file' | 'symlink', header: GuestEntry) {
    return { type, mode: header.mode, target: '', checksum: checksumOf(header), owner: this.#index };
  }

  /** Whether this package's entry wins over what is there, which is then removed (apko's order of rules). */
  #takesOver(path: string, header: GuestEntry): boolean {
    const parent = dirname(path);
    if (parent !== '.') makeDirectory(this.#root, this.#tree, parent, 0o755, this.#index, this.#entries);
    const present = this.#tree.get(path);
    if (present === undefined) return true;
    if (present.type === 'directory') throw conflict(path, 'a file stands where a directory is');
    const checksum = checksumOf(header);
    if (checksum !== '' && checksum === present.checksum) return false;
    const own = this.#identity;
    const other = this.#installed[present.owner];
    if (other?.replaces.includes(own.name) === true) return false;
    if (other !== undefined && !own.replaces.includes(other.name) && own.origin !== other.origin) {
      throw conflict(path, `${other.name} and ${own.name} both bring it`);
    }
    rmSync(diskPath(this.#root, path), { force: present.leftOut === true });
    return true;
  }
}

/** A file system may hold no more links to a file, or none across two folders (link(2)). */
const linkRefusals = new Set(['EMLINK', 'EXDEV', 'EPERM']);

function linkKept(file: Buffer, place: Buffer, mode: number): void {
  try {
    linkSync(file, place);
  } catch (failure) {
    if (!linkRefusals.has(String((failure as NodeJS.ErrnoException).code))) throw failure;
    copyKept(file, place, mode);
  }
}

function copyKept(file: Buffer, place: Buffer, mode: number): void {
  copyFileSync(file, place, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  chmodSync(place, mode);
}

function checksumOf(header: GuestEntry): string {
  const record = header.pax.find(({ key }) => key === 'APK-TOOLS.checksum.SHA1');
  return record === undefined ? '' : decodeBytes(record.value);
}

function conflict(path: string, why: string): Failure {
  return new Failure('environment-invalid', `packages of the environment conflict: ${why}`, {
    got: path,
  });
}
