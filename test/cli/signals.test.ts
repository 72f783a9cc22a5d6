import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { root } from '../support/lab.ts';

const src = (file: string) => JSON.stringify(join(root, '.build/src', file));

/** Runs a body inside `cancellable` until it says `ready`, then sends a signal; how it ended. */
function interrupted(body: string, name: NodeJS.Signals): Promise<[number | null, NodeJS.Signals | null]> {
  const script = `
    const { cancellable } = await import(${src('cli/signals.js')});
    const { busy } = await import(${src('busy.js')});
    const { writeSync } = await import('node:fs');
    const ready = () => writeSync(1, 'ready');
    process.exitCode = await cancellable(async (signal) => { ${body} });`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  child.stdout.once('data', () => child.kill(name));
  return new Promise((resolve) => child.once('exit', (code, by) => resolve([code, by])));
}

const waits =
  'await new Promise((resolve) => { setInterval(() => 0, 1000); signal.onabort = resolve; ready(); }); process.exit(130)';

describe('a signal', () => {
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    it(`cancels waiting work: ${name}`, async () => {
      assert.deepEqual(await interrupted(waits, name), [130, null]);
    });

    it(`ends work that nothing interrupts: ${name}`, async () => {
      assert.deepEqual(await interrupted('busy(() => { ready(); for (;;); })', name), [null, name]);
    });

    it(`cancels again after work that nothing interrupts, also after it has failed: ${name}`, async () => {
      const done = `busy(() => busy(() => 1)); try { busy(() => { throw new Error('x'); }); } catch {} ${waits}`;
      assert.deepEqual(await interrupted(done, name), [130, null]);
    });
  }
});
