/** What a real melange makes of each recipe of the table in docs/melange/build-loop.md. WOLFI_REPRO_MELANGE names it. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { controlFile } from '../../src/apk/apk.ts';
import { readApk } from '../../src/apk/read-apk.ts';
import { fileSource } from '../../src/inputs/store/files.ts';
import { compiledRecipe, editedRecipe, loopCases, type MelangeEnd } from '../support/build-loop.ts';
import { skipUnless } from '../support/lab.ts';
import { labEnvironment } from '../support/lab-environment.ts';
import { type LabServer, startLabServer } from '../support/lab-server.ts';
import { findMelange } from '../support/melange.ts';

const melange = findMelange();
const skip =
  skipUnless(melange, 'no melange at hand (WOLFI_REPRO_MELANGE=FILE)') ||
  skipUnless(labEnvironment, 'no build environment: Debian packages are not to be had');

describe('the build loop of a real melange', { skip }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'wolfi-repro-test-'));
  let server: LabServer;
  let compiled: string;
  before(async () => {
    server = await startLabServer();
    server.serve('/', labEnvironment!);
    compiled = (await compiledRecipe()).replaceAll('http://127.0.0.1:18081', server.url);
    mkdirSync(join(folder, 'empty'));
  });
  after(async () => {
    await server?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  for (const [index, each] of loopCases.entries()) {
    it(`${each.rule}: ${each.melange}`, async () => {
      const text = editedRecipe(compiled, each);
      const out = join(folder, String(index));
      const { exitCode, output } = await build(folder, text, out);
      const made = packagesIn(join(out, 'x86_64'));
      assert.equal(await endOf(exitCode, made, text), each.melange, output.slice(-2000));
      if (each.melange !== 'same') return;
      const names = made.map((path) => path.split('/').at(-1)!.replace('-1.4.2-r3.apk', ''));
      assert.deepEqual(names.sort(), ['hello-shell', ...(each.others ?? [])].sort());
    });
  }
});

function packagesIn(directory: string): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .filter((name) => name.endsWith('.apk'))
    .map((name) => join(directory, name));
}

async function endOf(exitCode: number | null, made: readonly string[], text: string): Promise<MelangeEnd> {
  if (exitCode !== 0) return 'fails';
  if (made.length === 0) return 'nothing';
  for (const path of made) {
    const recipe = controlFile(await readApk(fileSource(path)), '.melange.yaml');
    if (Buffer.from(recipe!).toString() !== text) return 'otherwise';
  }
  return 'same';
}

/** As the lab's packages were built. Not synchronous: the server of the environment is in this process. */
function build(
  folder: string,
  recipe: string,
  out: string,
): Promise<{ exitCode: number | null; output: string }> {
  const file = join(folder, 'hello-shell.yaml');
  writeFileSync(file, recipe);
  const child = spawn(
    melange!,
    [
      ...['build', file, '--runner', 'bubblewrap', '--arch', 'x86_64', '--namespace', 'wolfi'],
      ...['--git-repo-url', 'https://github.com/wolfi-dev/os', '--license', 'Apache-2.0'],
      ...['--git-commit', '5d7a3c9e1f20b48d6a7c8e9f0123456789abcdef', '--build-date', '2024-06-15T12:00:00Z'],
      ...['--source-dir', join(folder, 'empty'), '--cache-dir', join(folder, 'cache')],
      ...['--apk-cache-dir', join(folder, 'apk-cache'), '--out-dir', out, '--generate-index=false'],
    ],
    {
      cwd: folder,
      env: { PATH: process.env['PATH'] ?? '', HOME: folder },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exitCode) => resolve({ exitCode, output: Buffer.concat(chunks).toString() }));
  });
}
