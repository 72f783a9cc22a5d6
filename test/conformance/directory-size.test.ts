/** Sizes of directories as this machine's kernel has them on fresh images: the judge of the bounds in claim/traits/directory-size.ts. */
import assert from 'node:assert/strict';
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import {
  type DirectoryShape,
  directoryShapes,
  directorySize,
  ext4Blocks,
} from '../../src/claim/traits/directory-size.ts';
import { freshFileSystem, lacksFileSystem, run } from '../support/file-systems.ts';

const mebibyte = 1024 * 1024;
// So small a file system has smaller blocks otherwise.
const ext4 = { type: 'ext4', bytes: 64 * mebibyte, options: ['-b', '4096'] } as const;

/** Numbers by chance that are the same in every run. */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Names of one length, or of any between 1 and 255. */
function namesOf(count: number, length: number | 'any', random: () => number): string[] {
  return Array.from({ length: count }, (_, at) => {
    const digits = at.toString(36);
    const wanted = length === 'any' ? 1 + Math.floor(random() ** 3 * 255) : length;
    const filler = 'abcdefghijklmnopqrstuvwxyz'[Math.floor(random() * 26)]!.repeat(255);
    return (filler + digits).slice(-Math.max(wanted, digits.length + 1));
  });
}

function shuffled(names: readonly string[], random: () => number): string[] {
  return names
    .map((name) => ({ name, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ name }) => name);
}

function shapeOf(names: readonly string[]): DirectoryShape {
  return directoryShapes(names.map((path) => ({ path, isDirectory: false })))[0]!;
}

/** A directory with these names, all of one file. */
function fill(folder: string, file: string, names: readonly string[]): number {
  mkdirSync(folder);
  for (const name of names) linkSync(file, join(folder, name));
  return lstatSync(folder).size;
}

const counts = [10, 100, 150, 200, 340, 586, 1000, 2000, 5000];
const lengths = [8, 30, 80, 255, 'any'] as const;

describe('a directory on ext4', { skip: lacksFileSystem(ext4), concurrency: false }, () => {
  for (const seed of [1, 2, 3, 4]) {
    it(`has a number of blocks within the bounds, whatever chance did: image ${seed}`, () => {
      const random = chance(seed);
      const image = freshFileSystem(ext4);
      try {
        const outside: string[] = [];
        for (const count of counts) {
          for (const length of lengths) {
            const names = shuffled([...new Set(namesOf(count, length, random))], random);
            const file = join(image.folder, `file-${count}-${length}`);
            writeFileSync(file, '');
            const blocks = fill(join(image.folder, `${count}-${length}`), file, names) / 4096;
            const { least, most } = ext4Blocks(shapeOf(names));
            if (blocks < least || blocks > most)
              outside.push(`${count} of ${length}: ${blocks} not in ${least}..${most}`);
          }
        }
        assert.deepEqual(outside, []);
      } finally {
        image.close();
      }
    });
  }

  it('has what it has in the upper layer of an overlay', () => {
    const image = freshFileSystem(ext4);
    const at = (name: string) => join(image.folder, name);
    try {
      for (const name of ['lower', 'upper', 'work', 'merged']) mkdirSync(at(name));
      writeFileSync(at('lower/file'), '');
      mkdirSync(at('lower/old'));
      const layers = `lowerdir=${at('lower')},upperdir=${at('upper')},workdir=${at('work')}`;
      run('mount', ['-t', 'overlay', '-o', layers, 'overlay', at('merged')]);
      try {
        const names = namesOf(586, 30, chance(5));
        writeFileSync(at('merged/file-of-all'), '');
        const size = fill(at('merged/new'), at('merged/file-of-all'), names);
        assert.equal(size, lstatSync(at('upper/new')).size);
        const { least, most } = ext4Blocks(shapeOf(names));
        assert.ok(least <= size / 4096 && size / 4096 <= most, String(size));
      } finally {
        run('umount', [at('merged')]);
      }
    } finally {
      image.close();
    }
  });
});

const gibibyte = 1024 * mebibyte;
const xfs = { type: 'xfs', bytes: gibibyte } as const;
/** So large that inodes have numbers beyond 2^32; next to nothing of it is there. */
const largeXfs = { type: 'xfs', bytes: 10 * 1024 * gibibyte, options: ['-l', 'size=64m'] } as const;
const xfsCounts = [0, 1, 3, 7, 10, 14, 30, 140, 300];

describe('a directory on xfs', { skip: lacksFileSystem(xfs), concurrency: false }, () => {
  it('has the size of the model, with room for attributes set aside or without', () => {
    const image = freshFileSystem(xfs);
    try {
      const sizes = sizesOf(image.folder);
      const fitting = (['xfs', 'xfs-attributes'] as const).filter((model) =>
        sizes.every(({ shape, size }) => directorySize(model, shape) === size),
      );
      assert.equal(fitting.length, 1, JSON.stringify(sizes));
    } finally {
      image.close();
    }
  });

  it('has it in the upper layer of an overlay as well', () => {
    const sizes = sizesInOverlay(xfs);
    const fitting = (['xfs', 'xfs-attributes'] as const).filter((model) =>
      sizes.every(({ shape, size }) => directorySize(model, shape) === size),
    );
    assert.equal(fitting.length, 1, JSON.stringify(sizes));
  });

  it('has wider numbers where those of its inodes are beyond 2^32', {
    skip: lacksFileSystem(largeXfs),
  }, () => {
    const image = freshFileSystem(largeXfs);
    try {
      const sizes = sizesOf(image.folder).filter(({ isWide }) => isWide);
      assert.ok(sizes.length > 0);
      const fitting = (['xfs-inode64', 'xfs-inode64-attributes'] as const).filter((model) =>
        sizes.every(({ shape, size }) => directorySize(model, shape) === size),
      );
      assert.equal(fitting.length, 1, JSON.stringify(sizes));
    } finally {
      image.close();
    }
  });
});

const btrfs = { type: 'btrfs', bytes: 512 * mebibyte } as const;

describe('a directory on btrfs', { skip: lacksFileSystem(btrfs), concurrency: false }, () => {
  it('has the size of the model, at the root, in a folder and in a subvolume, and after names are gone', () => {
    const image = freshFileSystem(btrfs);
    try {
      run('btrfs', ['subvolume', 'create', join(image.folder, 'volume')]);
      const sizes = [image.folder, join(image.folder, 'volume')].flatMap(sizesOf);
      const changed = join(image.folder, 'changed');
      const names = namesOf(340, 'any', chance(3));
      for (const name of [changed, ...names.map((each) => join(changed, each))]) mkdirSync(name);
      for (const name of names.slice(0, 100)) rmdirSync(join(changed, name));
      for (const [at, name] of names.slice(100, 200).entries())
        renameSync(join(changed, name), join(changed, `renamed-${at}`));
      sizes.push({
        shape: shapeOf(readdirSync(changed)),
        size: lstatSync(changed).size,
        isWide: false,
      });
      sizes.push({
        shape: shapeOf(readdirSync(image.folder)),
        size: lstatSync(image.folder).size,
        isWide: false,
      });
      const differing = sizes.filter(({ shape, size }) => directorySize('btrfs', shape) !== size);
      assert.deepEqual(differing, []);
    } finally {
      image.close();
    }
  });

  it('has it in the upper layer of an overlay as well', () => {
    const differing = sizesInOverlay(btrfs).filter(
      ({ shape, size }) => directorySize('btrfs', shape) !== size,
    );
    assert.deepEqual(differing, []);
  });
});

/** f_type of statfs(2). */
const tmpfsType = 0x01021994;
const shared = '/dev/shm';
const lacksTmpfs =
  existsSync(shared) && statfsSync(shared).type === tmpfsType
    ? false
    : 'this machine has no tmpfs at /dev/shm';

describe('a directory on tmpfs', { skip: lacksTmpfs }, () => {
  it('has the size of the model', () => {
    const folder = mkdtempSync(join(shared, 'wolfi-repro-sizes-'));
    try {
      const differing = sizesOf(folder).filter(({ shape, size }) => directorySize('tmpfs', shape) !== size);
      assert.deepEqual(differing, []);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

/** Directories that were made in an overlay whose upper layer is on an image. */
function sizesInOverlay(fresh: typeof xfs | typeof btrfs): Sized[] {
  const image = freshFileSystem(fresh);
  const at = (name: string) => join(image.folder, name);
  try {
    for (const name of ['lower', 'upper', 'work', 'merged']) mkdirSync(at(name));
    const layers = `lowerdir=${at('lower')},upperdir=${at('upper')},workdir=${at('work')}`;
    run('mount', ['-t', 'overlay', '-o', layers, 'overlay', at('merged')]);
    try {
      return sizesOf(at('merged'));
    } finally {
      run('umount', [at('merged')]);
    }
  } finally {
    image.close();
  }
}

interface Sized {
  readonly shape: DirectoryShape;
  readonly size: number;
  /** Whether a number in it is beyond 2^32. */
  readonly isWide: boolean;
}

/** Directories of files of their own, in several folders: each lies in another part of a large file system. */
function sizesOf(root: string): Sized[] {
  return [0, 1, 2, 3, 4, 5, 6, 7].flatMap((part) => {
    const folder = join(root, `part-${part}`);
    mkdirSync(folder);
    return xfsCounts.map((count) => {
      const names = Array.from({ length: count }, (_, at) => `name-${part}-${at}`);
      const own = join(folder, String(count));
      mkdirSync(own);
      for (const name of names) writeFileSync(join(own, name), '');
      const inodes = [folder, ...readdirSync(own).map((name) => join(own, name))].map(
        (path) => lstatSync(path, { bigint: true }).ino,
      );
      const isWide = inodes.some((inode) => inode >= 2n ** 32n);
      return { shape: shapeOf(names), size: lstatSync(own).size, isWide };
    });
  });
}
