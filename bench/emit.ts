/** The encoder beside those that everybody has, on the archives of two packages, and a large one in bounded memory. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { gzipKlauspost, pgzip } from '../src/emit/deflate/index.ts';
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
          'ours, control section': () => void gzipKlauspost(archive.subarray(0, 2 ** 20), generation),
        },
        rounds,
      );
      const whole = timings.filter((timing) => timing.name !== 'ours, control section');
      showRatios(report, `compressing ${archiveBytes / 2 ** 20} MiB of ${name}`, whole, {
        reference: 'gzip -6',
        bytes: archiveBytes,
      });
    }
    const path = join(folder, 'bulk');
    const { milliseconds, peakMebibytes } = child(own, [path]);
    const rate = (largeBytes / 2 ** 20 / (milliseconds / 1000)).toFixed(0);
    report(`compressing 300 MiB as a stream: ${rate} MiB/s, ${peakMebibytes} MiB at the most`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function encode(archive: Uint8Array, threads: number): Promise<undefined> {
  for await (const chunk of pgzip([archive], { generation, threads })) if (chunk.length < 0) return;
}

async function encodeLarge(path: string): Promise<void> {
  const { readFileSync } = await import('node:fs');
  const piece = readFileSync(path).subarray(0, 2 ** 20);
  const pieces = function* () {
    for (let at = 0; at < largeBytes; at += piece.length) yield piece;
  };
  const started = performance.now();
  for await (const chunk of pgzip(pieces(), { generation, threads: 2 })) if (chunk.length < 0) return;
  printChildResult({ milliseconds: performance.now() - started });
}

const [path] = process.argv.slice(2);
if (process.argv[1] === own && path !== undefined) await encodeLarge(path);
