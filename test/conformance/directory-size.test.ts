/** Sizes of directories as this machine's kernel has them on fresh images: the judge of the bounds in claim/traits/directory-size.ts. */
import assert from 'node:assert/strict';
import { linkSync, lstatSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { type DirectoryShape, directoryShapes, ext4Blocks } from '../../src/claim/traits/directory-size.ts';
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
