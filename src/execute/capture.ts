/**
 * What the steps left, read once as a tar stream into a spool file and from then on by offset: the archive of the guest's
 * workspace is the only thing that is ever opened, never a path that a step chose.
 */

import { closeSync, openSync, readSync, writeFileSync } from 'node:fs';
import type { TarHeader } from '../apk/tar-header.ts';
import { TarReader } from '../apk/tar-reader.ts';
import { recordedXattrs } from '../apk/xattrs.ts';
import { Failure, isFaultOfFile } from '../failure.ts';
import { type Content, emptyContent } from '../formats/content.ts';
import type { Sandbox } from './sandbox/sandbox.ts';
import { type EntryType, type Tree, type TreeEntry, treeOf } from './tree.ts';

export interface Captured {
  /**
   * Tree of a package's output folder; undefined if the folder is not there. Fails with `unsupported` where a link is in its place: melange follows
   * it, here nothing is followed.
   */
  readonly tree: (packageName: string) => Tree | undefined;
  /** Content of a regular file of the workspace outside the output folders, out of those that were asked for. */
  readonly file: (path: string) => Uint8Array | undefined;
  close(): void;
}

const mebibyte = 1024 * 1024;
const limits = {
  entries: 2_000_000,
  pathBytes: 4096,
  paxBytes: mebibyte,
  headerBytes: 1024 * mebibyte,
  fileBytes: 16 * mebibyte,
};
const output = 'melange-out';

/** Names of extended attributes that never reach a package (melange pkg/build; docs/melange/tree.md#what-is-kept-of-a-file). */
const ignoredXattrs = new Set([
  'com.apple.provenance',
  'security.csm',
  'security.selinux',
  'com.docker.grpcfuse.ownership',
  'trusted.SGI_ACL_FILE',
  'trusted.SGI_ACL_DEFAULT',
]);

/**
 * Captures the output folders and the named files of the workspace. `spool` is a path for the spool file. Fails with
 * `build-limit` or `unsupported` for a tree that no package can hold.
 */
export async function capture(
  sandbox: Sandbox,
  spool: string,
  files: readonly string[],
  mostBytes: number,
): Promise<Captured> {
  const descriptor = openSync(spool, 'wx+', 0o600);
  const collector = new Collector(descriptor);
  const reader = new TarReader(collector, limits);
  let size = 0;
  try {
    await sandbox.archive([output, ...files], (bytes) => {
      size += bytes.length;
      // Holes of a sparse file take no space before this.
      if (size > mostBytes)
        throw new Failure('build-limit', 'what the steps left exceeds the limit on disk space', {
          exceeded: 'disk',
        });
      writeFileSync(descriptor, bytes);
      reader.write(bytes);
    });
    reader.end();
  } catch (failure) {
    closeSync(descriptor);
    throw ofBuild(failure);
  }
  const trees = treesOf(collector.entries);
  return {
    tree(name) {
      const link = [output, `${output}/${name}`].find(
        (path) => collector.entries.get(path)?.type === 'symlink',
      );
      if (link === undefined) return trees.get(name);
      throw new Failure('unsupported', 'a step replaced the folder of a package with a link', {
        got: link,
      });
    },
    file: (path) => contentOfFile(collector.entries.get(path)),
    close: () => closeSync(descriptor),
  };
}

/** The failure as one of the build. The archive is not the published file: a defect of it must not reject that file. */
function ofBuild(failure: unknown): unknown {
  if (failure instanceof Error && 'code' in failure && failure.code === 'ENOSPC') {
    return new Failure('build-limit', 'what the steps left fills the disk', {
      exceeded: 'disk',
      cause: failure,
    });
  }
  if (!isFaultOfFile(failure)) return failure;
  const code = failure.code === 'limit-exceeded' ? 'build-limit' : 'unsupported';
  return new Failure(code, `what the steps left cannot be a package: ${failure.message}`, { cause: failure });
}

function contentOfFile(entry: TreeEntry | undefined): Uint8Array | undefined {
  if (entry?.type !== 'file' || entry.content.size > limits.fileBytes) return undefined;
  return entry.content.read(0, entry.content.size);
}

function treesOf(entries: ReadonlyMap<string, TreeEntry>): Map<string, Tree> {
  const grouped = new Map<string, TreeEntry[]>();
  const firstNames = new Map<string, string>();
  for (const [path, entry] of entries) {
    if (!path.startsWith(`${output}/`)) continue;
    const [, name, ...rest] = path.split('/');
    if (rest.length === 0 && entry.type === 'directory') grouped.set(name!, grouped.get(name!) ?? []);
    if (rest.length === 0) continue;
    const { linkOf, ...unlinked } = entry;
    const own = rest.join('/');
    // The first name may lie in the folder of another package, where this one's tree does not reach.
    const group = `${name}/${linkOf ?? path}`;
    const first = firstNames.get(group);
    if (first === undefined) firstNames.set(group, own);
    grouped.get(name!)?.push({ ...unlinked, path: own, ...(first === undefined ? {} : { linkOf: first }) });
  }
  return new Map([...grouped].map(([name, list]) => [name, treeOf(list)]));
}

const types: Readonly<Record<string, EntryType>> = {
  '0': 'file',
  '2': 'symlink',
  '3': 'character-device',
  '4': 'block-device',
  '5': 'directory',
  '6': 'fifo',
};

class Collector {
  readonly entries = new Map<string, TreeEntry>();
  readonly #descriptor: number;

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  entry(header: TarHeader): void {
    const path = header.name.replace(/\/$/, '');
    const first = header.type === '1' ? this.entries.get(header.linkname) : undefined;
    const type = header.type === '1' ? first?.type : types[header.type];
    if (type === undefined) {
      throw new Failure('unsupported', 'an entry of a kind that no package can hold', { got: path });
    }
    const offset = header.offset + header.raw.length;
    const content = header.type === '0' ? spooled(this.#descriptor, offset, header.size) : emptyContent;
    this.entries.set(path, {
      path,
      type,
      mode: header.mode & 0o7777,
      uid: header.uid,
      gid: header.gid,
      target: first?.target ?? (header.type === '2' ? header.linkname : ''),
      ...(type.endsWith('device') ? { device: { major: header.devmajor, minor: header.devminor } } : {}),
      xattrs: first?.xattrs ?? xattrsOf(header),
      ...(first === undefined ? {} : { linkOf: first.linkOf ?? first.path }),
      content: first?.content ?? content,
    });
  }

  content(): void {}

  entryEnd(): void {}
}

function xattrsOf(header: TarHeader): TreeEntry['xattrs'] {
  return recordedXattrs(header).filter(({ name }) => name !== '' && !ignoredXattrs.has(name));
}

function spooled(descriptor: number, start: number, size: number): Content {
  return {
    size,
    read(offset, length) {
      const wanted = Math.max(0, Math.min(length, size - offset));
      const bytes = Buffer.allocUnsafe(wanted);
      for (let done = 0; done < wanted; ) {
        const read = readSync(descriptor, bytes, done, wanted - done, start + offset + done);
        if (read === 0) throw new Failure('internal', 'the spool of a build is shorter than it was');
        done += read;
      }
      return bytes;
    },
  };
}
