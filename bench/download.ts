/** A download into the store against curl followed by sha256sum, on the loopback. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { machineInputs } from '../src/inputs/inputs.ts';
import { startLabServer } from '../test/support/lab-server.ts';
import { hasProgram, interleave, type Report, showRatios } from './measure.ts';

const bytes = 200 * 1024 * 1024;

export async function benchDownload(report: Report, rounds: number): Promise<void> {
  if (!hasProgram('curl')) return report('download: left out, curl is not installed');
  const folder = mkdtempSync(join(tmpdir(), 'wolfi-repro-bench-'));
  const server = await startLabServer();
  server.put('/file', randomBytes(bytes));
  const file = join(folder, 'file');
  let round = 0;
  try {
    const timings = await interleave(
      {
        'curl and sha256sum': async () => {
          await promisify(execFile)('sh', [
            '-c',
            `curl -s -o "$1" "$2" && sha256sum "$1"`,
            'sh',
            file,
            `${server.url}/file`,
          ]);
          return undefined;
        },
        'into the store': async () => {
          round += 1;
          const cache = join(folder, String(round));
          const began = performance.now();
          await machineInputs(cache, new AbortController().signal).obtain(`${server.url}/file`);
          const time = performance.now() - began;
          rmSync(cache, { recursive: true });
          return time;
        },
      },
      rounds,
    );
    showRatios(report, `download of ${bytes / 1024 / 1024} MiB on the loopback`, timings, {
      reference: 'curl and sha256sum',
      bytes,
    });
  } finally {
    await server.close();
    rmSync(folder, { recursive: true });
  }
}
