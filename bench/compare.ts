/** `diff` compared with diffoscope, each as a separate process: `node .build/bench/compare.js`. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { tarOf } from '../test/support/apk-builder.ts';
import { elfOf } from '../test/support/elf-builder.ts';
import { randomOf } from '../test/support/mutate.ts';

type Make = (changed: boolean) => Buffer;

const words = ['alpha', 'beta', 'gamma', 'delta', 'epsilon', 'zeta', 'eta', 'theta'];

function text(lines: number, seed: number): string {
  const random = randomOf(seed);
  return Array.from({ length: lines }, (_, at) => `${at} ${words[random(8)]} ${words[random(8)]}\n`).join('');
}

const cases: Readonly<Record<string, Make>> = {
  'small.txt': (changed) => Buffer.from(`a\n${changed ? 'c' : 'b'}\n`),
  'every-line.txt': (changed) => Buffer.from(text(400_000, 2).replaceAll('\n', changed ? ' y\n' : ' x\n')),
  'one-line.txt': (changed) =>
    Buffer.from(
      text(1_400_000, 4)
        .replaceAll('\n', ',')
        .replace('700000 ', changed ? 'changed ' : '700000 '),
    ),
  'text.txt': (changed) => Buffer.from(text(200_000, 1).replace('100000 ', changed ? 'changed ' : '100000 ')),
  'files.tar.gz': (changed) =>
    gzipSync(
      tarOf(
        Array.from({ length: 2000 }, (_, at) => ({
          name: `usr/share/doc/${at}`,
          content: text(100, at) + (changed && at % 100 === 0 ? 'changed\n' : ''),
          mtime: at,
        })),
      ),
    ),
  'library.so': (changed) => {
    const code = Buffer.alloc(8 * 1024 * 1024);
    const random = randomOf(3);
    for (let at = 0; at < code.length; at += 4) code.writeUInt32LE(random(2 ** 31), at);
    if (changed) code[5_000_000]! ^= 1;
    return elfOf([
      { name: '.text', type: 1, bytes: code, flags: 6, address: 0x1000 },
      { name: '.rodata', type: 1, bytes: Buffer.from(`built 2024-01-0${changed ? 2 : 1}\0`) },
    ]);
  },
  'table.json': (changed) =>
    Buffer.from(
      JSON.stringify(
        Array.from({ length: 50_000 }, (_, id) => ({
          id,
          name: `item ${id}${changed && id === 25_000 ? ' changed' : ''}`,
        })),
      ),
    ),
  'data.bin': (changed) => {
    const bytes = Buffer.alloc(16 * 1024 * 1024, 0x80);
    if (changed) bytes[9_000_000] = 1;
    return bytes;
  },
};

interface Cost {
  readonly seconds: number;
  readonly mebibytes: number;
}

/** Time and peak memory, by time(1). */
function costOf(program: string, ...options: string[]): Cost {
  const run = spawnSync('/usr/bin/time', ['-f', 'cost %e %M', program, ...options], {
    encoding: 'utf8',
    maxBuffer: 1024 ** 3,
  });
  const [, seconds, kibibytes] = /cost ([\d.]+) (\d+)/.exec(run.stderr) ?? [];
  return { seconds: Number(seconds), mebibytes: Math.round(Number(kibibytes) / 1024) };
}

export function benchCompare(report: (line: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'wolfi-repro-bench-'));
  const main = fileURLToPath(new URL('../src/cli/main.js', import.meta.url));
  const judged = spawnSync('diffoscope', ['--version']).status === 0;
  if (!judged) report('diffoscope is not installed: no ratio');
  try {
    for (const [name, make] of Object.entries(cases)) {
      const files = [false, true].map((changed) => {
        const file = join(folder, `${changed ? 'rebuilt' : 'published'}-${name}`);
        writeFileSync(file, make(changed));
        return file;
      });
      const ours = costOf(process.execPath, main, 'diff', ...files);
      const line = `${name}: ${ours.seconds} s, ${ours.mebibytes} MiB`;
      if (!judged) report(line);
      else {
        const theirs = costOf('diffoscope', '--no-progress', '--text', '-', ...files);
        const ratio = (theirs.seconds / ours.seconds).toFixed(1);
        report(`${line}; diffoscope ${theirs.seconds} s, ${theirs.mebibytes} MiB: ${ratio} times`);
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) benchCompare((line) => console.log(line));
