/**
 * The builder's file system, told by the recorded size: `size` counts file bytes, link lengths, and every directory as
 * the builder's file system reports it (melange pkg/build/package.go `calculateInstalledSize`).
 */
import type { ApkEntry } from '../../apk/apk.ts';
import { entryPath } from '../../apk/entries.ts';
import { encodeBytes } from '../../bytes.ts';

/** `ext4` also stands for every other file system that gives a small directory one page. */
export type DirectorySizeModel = 'ext4' | 'tmpfs' | 'apfs' | 'btrfs';

const directorySizeModels: readonly DirectorySizeModel[] = ['ext4', 'tmpfs', 'apfs', 'btrfs'];

/** What a directory holds, as far as its size depends on it. */
export interface DirectoryShape {
  readonly entries: number;
  /** Bytes of the names of its entries. */
  readonly nameBytes: number;
}

/** Bytes that a directory is reported to have. */
export function directorySize(model: DirectorySizeModel, { entries, nameBytes }: DirectoryShape): number {
  switch (model) {
    case 'ext4':
      return 4096;
    case 'tmpfs':
      return 20 * (entries + 2);
    case 'apfs':
      return 32 * (entries + 2);
    case 'btrfs':
      return 2 * nameBytes;
  }
}

/** The shapes of all directories of a tree, the root included, from the paths in it. */
export function directoryShapes(
  entries: Iterable<{ readonly path: string; readonly isDirectory: boolean }>,
): DirectoryShape[] {
  const shapes = new Map<string, { entries: number; nameBytes: number }>([
    ['', { entries: 0, nameBytes: 0 }],
  ]);
  const shapeOf = (path: string) => {
    const shape = shapes.get(path) ?? { entries: 0, nameBytes: 0 };
    shapes.set(path, shape);
    return shape;
  };
  for (const { path, isDirectory } of entries) {
    const cut = path.lastIndexOf('/');
    const parent = shapeOf(cut < 0 ? '' : path.slice(0, cut));
    parent.entries += 1;
    parent.nameBytes += encodeBytes(path.slice(cut + 1)).length;
    if (isDirectory) shapeOf(path);
  }
  return [...shapes.values()];
}

/** The first model that gives the recorded size exactly; undefined where none does. */
export function inferDirectorySize(
  recordedSize: number,
  entries: readonly ApkEntry[],
): DirectorySizeModel | undefined {
  const sizes = new Map(entries.map((entry) => [entryPath(entry), entry.size]));
  const contents = entries.reduce((sum, entry) => sum + contentBytes(entry, sizes), 0);
  const shapes = directoryShapes(
    entries.map((entry) => ({ path: entryPath(entry), isDirectory: entry.type === '5' })),
  );
  return directorySizeModels.find(
    (model) => shapes.reduce((sum, shape) => sum + directorySize(model, shape), contents) === recordedSize,
  );
}

function contentBytes(entry: ApkEntry, sizes: ReadonlyMap<string, number>): number {
  if (entry.type === '0') return entry.size;
  if (entry.type === '2') return encodeBytes(entry.linkname).length;
  // Each name of a hard link counts: the sum is over what a walk meets.
  if (entry.type === '1') return sizes.get(entry.linkname) ?? 0;
  return 0;
}
