/** The material of the benchmarks: goldens of the lab, and a large package made of one of them. */
import { createWriteStream, existsSync, mkdirSync, readFileSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { gunzipSync } from 'node:zlib';
import { readApk } from '../src/apk/read-apk.ts';
import { pgzip } from '../src/emit/deflate/encoders.ts';
import { fileSource } from '../src/inputs/store/files.ts';
import { lab, root } from '../test/support/lab.ts';

const newest = join(lab, 'repository/v0.59.1/x86_64');
export const bulk: string = join(newest, 'bulk-9.0.0-r1.apk');
export const manyfiles: string = join(newest, 'manyfiles-0.1.0-r0.apk');

/** The inflated data section of a package. */
export async function dataArchive(file: string): Promise<Buffer> {
  const { data } = await readApk(fileSource(file));
  return gunzipSync(readFileSync(file).subarray(data.start, data.end));
}

const copies = 48;

/** A package of some 300 MiB: the archive of `bulk` repeated, each time with different names. */
export async function largePackage(): Promise<{ file: string; bytes: number; inflated: number }> {
  const folder = join(root, '.cache/bench');
  const file = join(folder, 'large.apk');
  const archive = await dataArchive(bulk);
  if (!existsSync(file)) {
    mkdirSync(folder, { recursive: true });
    const { control } = await readApk(fileSource(bulk));
    const generation = 'v1.18.2';
    const chunks = async function* () {
      yield control.bytes;
      yield* pgzip(repeated(archive), { encoder: generation, threads: 2 });
    };
    await pipeline(chunks, createWriteStream(`${file}.part`));
    renameSync(`${file}.part`, file);
  }
  return { file, bytes: statSync(file).size, inflated: archive.length * copies };
}

function* repeated(archive: Buffer): Generator<Buffer> {
  for (let copy = 0; copy < copies; copy++) {
    const last = copy === copies - 1;
    yield last ? archive : archive.subarray(0, archive.length - 1024);
  }
}

/** Repeats bytes up to a size. */
export function filled(bytes: Buffer, size: number): Buffer {
  const all = Buffer.alloc(size);
  for (let at = 0; at < size; at += bytes.length) bytes.copy(all, at, 0, Math.min(bytes.length, size - at));
  return all;
}
