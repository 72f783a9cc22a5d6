/** The index of `Export:` trailers over a repository of 140,000 commits. */
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lookUpExport } from '../src/inputs/git/export-trailers.ts';
import { openForeign } from '../src/inputs/git/foreign-repository.ts';
import { machineInputs } from '../src/inputs/inputs.ts';

const commits = 140_000;
/** Wolfi's own: one commit in five since January 2026. */
const everyNth = 5;

export async function benchExports(report: (line: string) => void): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'wolfi-repro-bench-'));
  try {
    const repository = join(folder, 'recipes.git');
    execFileSync('git', ['init', '-q', '--bare', repository]);
    await fastImport(repository);
    const inputs = machineInputs(join(folder, 'cache'), new AbortController().signal);
    const foreign = await openForeign(repository, join(folder, 'own.git'));
    for (const what of ['built', 'used again']) {
      const started = performance.now();
      const found = await lookUpExport(
        inputs.git(),
        foreign!.repository,
        repository,
        idOf(commits),
        inputs.store,
      );
      if (found === undefined) throw new Error('a trailer is missing');
      report(`trailers of ${commits} commits, ${what}: ${Math.round(performance.now() - started)} ms`);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function idOf(at: number): string {
  return at.toString(16).padStart(40, '0');
}

async function fastImport(repository: string): Promise<void> {
  const child = spawn('git', ['-C', repository, 'fast-import', '--quiet'], {
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  const ended = new Promise((resolve) => child.on('close', resolve));
  for (let at = 1; at <= commits; at += 1) {
    const trailer = at % everyNth === 0 ? `\n\nExport:  ${idOf(at)}` : '';
    const message = `package-${at}/1.0 package update${trailer}\n`;
    const text = `commit refs/heads/main\ncommitter L <l@l.example> ${1_700_000_000 + at} +0000\ndata ${message.length}\n${message}\n`;
    if (!child.stdin.write(text)) await new Promise((resolve) => child.stdin.once('drain', resolve));
  }
  child.stdin.end();
  await ended;
}
