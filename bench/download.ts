/** A download into the store against curl followed by sha256sum, on the loopback. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { machineInputs } from '../src/inputs/inputs.ts';
import { startLabServer } from '../test/support/lab-server.ts';

const bytes = 200 * 1024 * 1024;
const rounds = 3;
const run = promisify(execFile);

export async function benchDownload(report: (line: string) => void): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'wolfi-repro-bench-'));
  const server = await startLabServer();
  server.put('/file', randomBytes(bytes));
  try {
    const ours: number[] = [];
    const theirs: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const inputs = machineInputs(join(folder, String(round)), new AbortController().signal);
      ours.push(await timed(() => inputs.obtain(`${server.url}/file`)));
      const file = join(folder, 'file');
      theirs.push(
        await timed(() => run('sh', ['-c', `curl -s -o ${file} ${server.url}/file && sha256sum ${file}`])),
      );
    }
    report(`download of ${bytes / 1024 / 1024} MiB into the store: ${median(ours)} ms`);
    report(`  curl and sha256sum: ${median(theirs)} ms`);
  } finally {
    await server.close();
    rmSync(folder, { recursive: true });
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return Math.round(performance.now() - started);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
