/** The encoder compared with common ones on the archives of two packages, and on a large one in bounded memory. */
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { pgzip } from '../src/emit/deflate/encoders.ts';
import { bulk, dataArchive, filled, manyfiles } from './material.ts';
import {
  child,
  hasProgram,
  interleave,
  printChildResult,
  program,
  type Report,
  showRatios,
} from './measure.ts';

const own = fileURLToPath(import.meta.url);
const generation = 'v1.18.2';
const archiveBytes = 48 * 2 ** 20;
const largeBytes = 300 * 2 ** 20;
const pieceBytes = 256 * 2 ** 10;

export async function benchEmit(report: Report, rounds: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'wolfi-repro-bench-'));
  try {
    for (const [name, file] of Object.entries({ bulk, manyfiles })) {
      const archive = filled(await dataArchive(file), archiveBytes);
      const path = join(folder, name);
      writeFileSync(path, archive);
      const timings = await interleave(
        {
          'gzip -6': program('gzip', ['-6', '-c', path]),
          ...(hasProgram('pigz')
            ? { 'pigz -6, two threads': program('pigz', ['-6', '-p', '2', '-c', path]) }
            : {}),
          'zlib of node, level 6': () => void gzipSync(archive),
          'ours, one thread': () => encode(archive, 1),
          'ours, two threads': () => encode(archive, 2),
        },
        rounds,
      );
      showRatios(report, `compressing ${archiveBytes / 2 ** 20} MiB of ${name}`, timings, {
        reference: 'gzip -6',
        bytes: archiveBytes,
      });
    }
    for (const threads of ['1', '2']) {
      const { milliseconds, peakMebibytes } = child(own, [join(folder, 'bulk'), threads]);
      const rate = (largeBytes / 2 ** 20 / (milliseconds / 1000)).toFixed(0);
      report(`300 MiB as a stream, threads: ${threads}: ${rate} MiB/s, ${peakMebibytes} MiB at the most`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function encode(archive: Uint8Array, threads: number): Promise<undefined> {
  for await (const chunk of pgzip([archive], { encoder: generation, threads })) if (chunk.length < 0) return;
}

/** Repeats a file, in the pieces in which a tree is read. */
function* readAgain(path: string, size: number): Generator<Uint8Array> {
  const file = openSync(path, 'r');
  for (let at = 0; at < size; ) {
    const piece = Buffer.allocUnsafe(Math.min(pieceBytes, size - at));
    yield piece.subarray(0, readSync(file, piece, 0, piece.length, at % archiveBytes));
    at += piece.length;
  }
  closeSync(file);
}

async function encodeLarge(path: string, threads: number): Promise<void> {
  const started = performance.now();
  const pieces = readAgain(path, largeBytes);
  for await (const chunk of pgzip(pieces, { encoder: generation, threads })) if (chunk.length < 0) return;
  printChildResult({ milliseconds: performance.now() - started });
}

const [path, threads] = process.argv.slice(2);
if (process.argv[1] === own && path !== undefined) await encodeLarge(path, Number(threads));
