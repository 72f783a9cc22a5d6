/**
 * The builder's file system, inferred from the recorded size: `size` counts file bytes, link lengths, and every directory as
 * the builder's file system reports it (melange pkg/build/package.go `calculateInstalledSize`).
 */
import type { ApkEntry } from '../../apk/apk-entry.ts';
import { entryPath } from '../../apk/entry-rules.ts';
import { encodeBytes } from '../../bytes.ts';

/**
 * `ext4` also stands for every other file system that gives a small directory one page. `xfs-attributes` is xfs where every
 * directory has room set aside for attributes, which security modules of Linux cause. `xfs-inode64` is an xfs so large that the
 * numbers of all inodes need more than 32 bits.
 */
export type DirectorySizeModel =
  | 'ext4'
  | 'tmpfs'
  | 'apfs'
  | 'btrfs'
  | 'zfs'
  | 'xfs'
  | 'xfs-attributes'
  | 'xfs-inode64'
  | 'xfs-inode64-attributes';

const directorySizeModels: readonly DirectorySizeModel[] = [
  'ext4',
  'tmpfs',
  'apfs',
  'btrfs',
  'zfs',
  'xfs',
  'xfs-attributes',
  'xfs-inode64',
  'xfs-inode64-attributes',
];

/** The properties of a directory on which its size depends. */
export interface DirectoryShape {
  /** Empty for the root. */
  readonly path: string;
  readonly entries: number;
  /** Bytes of the names of its entries. */
  readonly nameBytes: number;
  /** Bytes of its entries on ext4 (fs/ext4/ext4.h `ext4_dir_rec_len`: 8 and the name, rounded up to 4), and of the longest. */
  readonly ext4Bytes: number;
  readonly longestExt4: number;
  /** Bytes of its entries in a block of xfs (fs/xfs/libxfs/xfs_dir2_data.c: 12 and the name, rounded up to 8). */
  readonly xfsBytes: number;
}

const block = 4096;

/** The bytes that a directory is reported to have; for ext4, the fewest. */
export function directorySize(model: DirectorySizeModel, shape: DirectoryShape): number {
  const { entries, nameBytes } = shape;
  switch (model) {
    case 'ext4':
      return block * ext4Blocks(shape).least;
    // Linux mm/shmem.c, BOGO_DIRENT_SIZE.
    case 'tmpfs':
      return 20 * (entries + 2);
    case 'apfs':
      return 32 * (entries + 2);
    // Each name is in two items (Linux fs/btrfs/inode.c, btrfs_add_link).
    case 'btrfs':
      return 2 * nameBytes;
    // OpenZFS counts entries, `.` and `..` among them (module/os/linux/zfs/zfs_dir.c, zfs_link_create; zfs_znode_os.c, zfs_mknode).
    case 'zfs':
      return entries + 2;
    case 'xfs':
      return xfsSize(shape, { room: 336, number: 4 });
    case 'xfs-attributes':
      return xfsSize(shape, { room: 192, number: 4 });
    case 'xfs-inode64':
      return xfsSize(shape, { room: 336, number: 8 });
    case 'xfs-inode64-attributes':
      return xfsSize(shape, { room: 192, number: 8 });
  }
}

/**
 * In the inode while they fit, else in blocks with a header of 64 bytes, `.` and `..` among them (fs/xfs/libxfs/xfs_da_format.h;
 * inodes of 512 bytes, mkfs.xfs's default). In the inode the folder above and each entry are named by numbers of 4 bytes, or all of
 * 8 where one is beyond 2^32. Measured with Linux 6 and xfsprogs 6.1.
 * @param inode room for entries in it, and bytes of a number
 */
function xfsSize(
  { entries, nameBytes, xfsBytes }: DirectoryShape,
  inode: { readonly room: number; readonly number: number },
): number {
  const inline = 2 + inode.number + nameBytes + (4 + inode.number) * entries;
  return inline <= inode.room ? inline : block * Math.ceil((32 + xfsBytes) / (block - 64));
}

/** Bytes of a block of ext4 that entries can use: all but its checksum. */
const room = block - 12;

/**
 * How many blocks ext4 can need for a directory into which these names were put, in some order and under some hash seed (Linux
 * fs/ext4/namei.c). One block while the names and `.` and `..` fit into it. Beyond that, a block of the index, and leaves: at least as many as
 * hold all names, and at most as many as there are where each is as empty as `do_split` leaves one. That moves entries to a new leaf until about
 * half of a full one has moved: what stays and what moves is no less than half a block less one and a half of the longest entry.
 * Names that were removed later can have needed more blocks; that is not accepted as an explanation.
 */
export function ext4Blocks({ ext4Bytes, longestExt4 }: DirectoryShape): { least: number; most: number } {
  if (24 + ext4Bytes <= room) return { least: 1, most: 1 };
  const fullest = Math.max(2, Math.ceil(ext4Bytes / room));
  const emptiest = Math.max(fullest, Math.floor(ext4Bytes / (room / 2 - 1.5 * longestExt4)));
  return {
    least: fullest + indexBlocks(fullest, 510),
    most: emptiest + indexBlocks(emptiest, 255),
  };
}

/** The root of the index names 507 leaves; beyond that it names blocks, each of which names no more than 510. */
function indexBlocks(leaves: number, perBlock: number): number {
  return leaves <= 507 ? 1 : 1 + Math.ceil(leaves / perBlock);
}

/** The blocks of ext4's directories beyond the fewest that they can have. */
export interface LargeDirectories {
  readonly blocks: number;
  /** The first few of the directories that can have more than the fewest. */
  readonly paths: readonly string[];
}

export interface InferredDirectories {
  readonly model: DirectorySizeModel;
  /** Undefined where every directory has the fewest. */
  readonly large: LargeDirectories | undefined;
}

const mostPaths = 10;

/** How many blocks the directories of a tree can have beyond the fewest. */
export function spareBlocks(shapes: readonly DirectoryShape[]): number {
  return shapes.map(ext4Blocks).reduce((sum, { least, most }) => sum + most - least, 0);
}

/** The shapes of all directories of a tree, the root included, from the paths in it. */
export function directoryShapes(
  entries: Iterable<{ readonly path: string; readonly isDirectory: boolean }>,
): DirectoryShape[] {
  const shapes = new Map<string, { -readonly [Key in keyof DirectoryShape]: DirectoryShape[Key] }>();
  const shapeOf = (path: string) => {
    const shape = shapes.get(path) ?? { ...emptyShape, path };
    shapes.set(path, shape);
    return shape;
  };
  shapeOf('');
  for (const { path, isDirectory } of entries) {
    const cut = path.lastIndexOf('/');
    const parent = shapeOf(cut < 0 ? '' : path.slice(0, cut));
    const length = encodeBytes(path.slice(cut + 1)).length;
    const ext4Entry = 4 * Math.ceil((8 + length) / 4);
    parent.entries += 1;
    parent.nameBytes += length;
    parent.ext4Bytes += ext4Entry;
    parent.longestExt4 = Math.max(parent.longestExt4, ext4Entry);
    parent.xfsBytes += 8 * Math.ceil((12 + length) / 8);
    if (isDirectory) shapeOf(path);
  }
  return [...shapes.values()];
}

const emptyShape: Omit<DirectoryShape, 'path'> = {
  entries: 0,
  nameBytes: 0,
  ext4Bytes: 0,
  longestExt4: 0,
  xfsBytes: 0,
};

/**
 * The first model that gives the recorded size exactly; else ext4 with as many further blocks as make up the size, where its
 * directories can have these. Undefined where nothing gives it.
 */
export function inferDirectories(
  recordedSize: number,
  entries: readonly ApkEntry[],
): InferredDirectories | undefined {
  const sizes = new Map(entries.map((entry) => [entryPath(entry), entry.size]));
  const contents = entries.reduce((sum, entry) => sum + contentBytes(entry, sizes), 0);
  const shapes = directoryShapes(
    entries.map((entry) => ({ path: entryPath(entry), isDirectory: entry.type === '5' })),
  );
  const sizeBy = (model: DirectorySizeModel) =>
    shapes.reduce((sum, shape) => sum + directorySize(model, shape), contents);
  const exact = directorySizeModels.find((model) => sizeBy(model) === recordedSize);
  if (exact !== undefined) return { model: exact, large: undefined };
  const blocks = (recordedSize - sizeBy('ext4')) / block;
  if (!Number.isInteger(blocks) || blocks < 0 || blocks > spareBlocks(shapes)) return undefined;
  const paths = shapes
    .filter((shape) => ext4Blocks(shape).most > ext4Blocks(shape).least)
    .map(({ path }) => path);
  return { model: 'ext4', large: { blocks, paths: paths.slice(0, mostPaths) } };
}

function contentBytes(entry: ApkEntry, sizes: ReadonlyMap<string, number>): number {
  if (entry.type === '0') return entry.size;
  if (entry.type === '2') return encodeBytes(entry.linkname).length;
  // Each name of a hard link counts: melange adds up what a walk of the tree meets.
  if (entry.type === '1') return sizes.get(entry.linkname) ?? 0;
  return 0;
}
