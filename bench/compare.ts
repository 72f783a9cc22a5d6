/** `diff` compared with diffoscope, each as a separate process: `node .build/bench/compare.js`. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { tarOf } from '../test/support/apk-builder.ts';
import { elfOf } from '../test/support/elf-builder.ts';
import { program, root } from '../test/support/lab.ts';
import { randomOf } from '../test/support/mutate.ts';

/** One side: a file, or the files of a folder. */
type Make = (changed: boolean) => Buffer | Readonly<Record<string, Buffer>>;

const words = ['alpha', 'beta', 'gamma', 'delta', 'epsilon', 'zeta', 'eta', 'theta'];

function text(lines: number, seed: number): string {
  const random = randomOf(seed);
  return Array.from({ length: lines }, (_, at) => `${at} ${words[random(8)]} ${words[random(8)]}\n`).join('');
}

const cases: Readonly<Record<string, Make>> = {
  'small.txt': (changed) => Buffer.from(`a\n${changed ? 'c' : 'b'}\n`),
  'small.apk': (changed) =>
    readFileSync(
      join(root, `fixtures/lab/repository/v0.4${changed ? '0.4' : '5.3'}/x86_64/hello-shell-1.4.2-r3.apk`),
    ),
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
  folder: (changed) =>
    Object.fromEntries(
      Array.from({ length: 1000 }, (_, at) => [
        `${at}.txt`,
        Buffer.from(`${text(20, at)}${changed ? '2' : '1'}\n`),
      ]),
    ),
};

interface Cost {
  readonly wall: number;
  /** Processor time of the program and of those that it starts; it depends least on what else the machine does. */
  readonly processor: number;
  readonly mebibytes: number;
}

/** A comparison that takes longer is ended; the ratio is then a lower bound. */
const patienceSeconds = 300;

/** Time in seconds and peak memory, by time(1). */
function costOf(program: string, ...options: string[]): Cost {
  const line = ['-f', 'cost %e %U %S %M', 'timeout', String(patienceSeconds), program, ...options];
  const run = spawnSync('/usr/bin/time', line, { encoding: 'utf8', maxBuffer: 1024 ** 3 });
  const [, wall, user, system, kibibytes] = /cost ([\d.]+) ([\d.]+) ([\d.]+) (\d+)/.exec(run.stderr) ?? [];
  return {
    wall: Number(wall),
    processor: Number(user) + Number(system),
    mebibytes: Math.round(Number(kibibytes) / 1024),
  };
}

/** The cheapest of some rounds; one round where it takes long. */
function cheapest(costs: readonly Cost[]): Cost {
  return costs.reduce((best, each) => (each.processor < best.processor ? each : best));
}

function write(path: string, side: ReturnType<Make>): void {
  if (Buffer.isBuffer(side)) writeFileSync(path, side);
  else {
    mkdirSync(path);
    for (const [name, content] of Object.entries(side)) writeFileSync(join(path, name), content);
  }
}

export function benchCompare(report: (line: string) => void, rounds: number): void {
  const folder = mkdtempSync(join(tmpdir(), 'wolfi-repro-bench-'));
  const judged = spawnSync('diffoscope', ['--version']).status === 0;
  if (!judged) report('diffoscope is not installed: no ratio');
  const shown = ({ wall, processor, mebibytes }: Cost) =>
    `${processor.toFixed(2)} s of processor, ${wall} s, ${mebibytes} MiB`;
  try {
    for (const [name, make] of Object.entries(cases)) {
      const files = [false, true].map((changed) => {
        const file = join(folder, `${changed ? 'rebuilt' : 'published'}-${name}`);
        write(file, make(changed));
        return file;
      });
      const [ours, theirs]: [Cost[], Cost[]] = [[], []];
      for (let round = 0; round < rounds; round += 1) {
        ours.push(costOf(process.execPath, program, 'diff', ...files));
        if (judged) theirs.push(costOf('diffoscope', '--no-progress', '--text', '-', ...files));
        if (theirs.some(({ wall }) => wall > 5)) break;
      }
      const our = cheapest(ours);
      if (theirs.length === 0) report(`${name}: ${shown(our)}`);
      else {
        const their = cheapest(theirs);
        const atLeast = their.wall >= patienceSeconds ? 'at least ' : '';
        const time = (their.processor / our.processor).toFixed(1);
        const memory = (their.mebibytes / our.mebibytes).toFixed(1);
        report(
          `${name}: ${shown(our)}; diffoscope ${shown(their)}: ${atLeast}${time} times the time, ${memory} times the memory`,
        );
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  benchCompare((line) => console.log(line), Number(process.env['ROUNDS'] ?? 5));
