/** What steps fetch, recorded and replayed by the gateway, against curl from the same server over TLS. */
import { type ChildProcess, execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Candidate, hasProgram, interleave, type Report, showRatios } from './measure.ts';

/** Where a process of the benchmark listens. */
export interface Ready {
  readonly address: string;
  readonly port: number;
}

const mebibytes = 100;
/** Of a loopback, as fast as it goes, and of a network of one gigabit a second. */
const rates: Readonly<Record<string, number>> = { 'on the loopback': 0, 'at 100 MiB/s': 100 };

export async function benchGateway(report: Report, rounds: number): Promise<void> {
  if (!hasProgram('curl')) return report('gateway: left out, curl is not installed');
  for (const [where, rate] of Object.entries(rates)) await benchAt(report, rounds, where, rate);
}

async function benchAt(report: Report, rounds: number, where: string, rate: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'wolfi-repro-bench-'));
  const started: ChildProcess[] = [];
  const start = async (role: string, ...argv: readonly string[]) => {
    const trusted = role === 'gateway' ? { NODE_EXTRA_CA_CERTS: join(folder, 'server.pem') } : {};
    const program = fileURLToPath(new URL('./gateway-process.js', import.meta.url));
    const child = fork(program, [role, folder, ...argv], { env: { ...process.env, ...trusted } });
    started.push(child);
    const [at] = (await once(child, 'message')) as [Ready];
    return { child, at };
  };
  try {
    const server = await start('server', String(mebibytes), String(rate));
    const origin = `https://localhost:${server.at.port}/file`;
    const { child, at } = await start('gateway', origin);
    const curl = async (trusted: string, ...argv: readonly string[]) => {
      const began = performance.now();
      const usual = ['-sS', '--fail', '-o', join(folder, 'file'), '--cacert', join(folder, trusted)];
      await promisify(execFile)('curl', [...usual, ...argv]);
      return performance.now() - began;
    };
    let peak = 0;
    const through =
      (mode: string, version: string): Candidate =>
      async () => {
        child.send(mode);
        const [used] = (await once(child, 'message')) as [number];
        peak = Math.max(peak, used);
        const lead = ['--resolve', `files.example:${at.port}:${at.address}`];
        return curl('gateway.pem', version, ...lead, `https://files.example:${at.port}/file`);
      };
    const timings = await interleave(
      {
        curl: () => curl('server.pem', '--http1.1', origin),
        recorded: through('record', '--http1.1'),
        replayed: through('replay', '--http1.1'),
        'recorded over HTTP/2': through('record', '--http2'),
        'replayed over HTTP/2': through('replay', '--http2'),
      },
      rounds,
    );
    showRatios(report, `gateway: ${mebibytes} MiB over TLS ${where}`, timings, {
      reference: 'curl',
      bytes: mebibytes * 2 ** 20,
    });
    report(`  peak of the gateway's memory: ${peak.toFixed(0)} MiB`);
  } finally {
    for (const child of started) child.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}
