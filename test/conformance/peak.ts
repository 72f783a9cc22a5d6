/** The program as a process of its own, with how much memory it took at most. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { program } from '../support/lab.ts';

export interface Peak {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Of the program itself, not of the steps that it runs in a sandbox of bounded memory. */
  readonly peakMebibytes: number;
}

const patienceMilliseconds = 120_000;

/** Runs the compiled program; a hook that Node loads in front of it notes the peak when it ends. */
export function peakOf(argv: readonly string[], cwd: string): Peak {
  const folder = mkdtempSync(join(tmpdir(), 'wolfi-repro-peak-'));
  try {
    const noted = join(folder, 'peak');
    const hook = join(folder, 'hook.mjs');
    writeFileSync(
      hook,
      `import { writeFileSync } from 'node:fs';
process.on('exit', () => writeFileSync(${JSON.stringify(noted)}, String(process.resourceUsage().maxRSS)));\n`,
    );
    const { status, signal, stdout, stderr } = spawnSync(
      process.execPath,
      ['--import', pathToFileURL(hook).href, program, ...argv],
      { cwd, encoding: 'utf8', timeout: patienceMilliseconds, maxBuffer: 64 * 1024 * 1024 },
    );
    const kibibytes = existsSync(noted) ? Number(readFileSync(noted, 'utf8')) : Number.POSITIVE_INFINITY;
    return { status, signal, stdout, stderr, peakMebibytes: Math.ceil(kibibytes / 1024) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
