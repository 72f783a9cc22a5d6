/** A disk below the cache that is full or may not be written to: this is a separate outcome, and runs work again once there is room. */
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { makeFolder } from '../support/folder.ts';
import { lab, program } from '../support/lab.ts';
import { labEnvironment } from '../support/lab-environment.ts';
import { type LabServer, startLabServer } from '../support/lab-server.ts';
import { cannotRebuild, sandbox } from './lab-run.ts';

const published = join(lab, 'repository/v0.59.1/x86_64/hello-shell-1.4.2-r3.apk');
const unshare = ['unshare', process.getuid?.() === 0 ? '-m' : '-rm'];
const mount = (options: string) => `mount -t tmpfs -o ${options} tmpfs "$0" && exec "$@"`;
const cannotMount =
  spawnSync(unshare[0]!, [...unshare.slice(1), 'sh', '-c', 'mount -t tmpfs tmpfs /mnt']).status === 0
    ? false
    : 'this machine lets nobody mount a file system';

describe('a disk below the cache', { skip: cannotRebuild || cannotMount, concurrency: false }, () => {
  let server: LabServer;
  let folder: string;

  before(async () => {
    folder = makeFolder();
    server = await startLabServer();
    server.put(
      '/hello-shell-1.4.2-r3.apk',
      Buffer.concat([readFileSync(published), Buffer.alloc(3_000_000)]),
    );
  });
  after(async () => {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function verifyOn(options: string, subject: string) {
    const cache = join(folder, 'cache');
    mkdirSync(cache, { recursive: true });
    const argv = [
      'verify',
      '--format',
      'json',
      '--sandbox',
      sandbox!,
      '--cache',
      cache,
      '--repository',
      labEnvironment!,
    ];
    const line = [process.execPath, program, ...argv, '--key', join(lab, 'lab.rsa.pub'), subject];
    return new Promise<{ exitCode: number; stdout: string; stderr: string }>((resolve) => {
      const child = execFile(
        unshare[0]!,
        [...unshare.slice(1), 'sh', '-c', mount(options), cache, ...line],
        (_, stdout, stderr) => resolve({ exitCode: child.exitCode ?? -1, stdout, stderr }),
      );
    });
  }

  const cases: readonly (readonly [string, string, () => string])[] = [
    ['is full before the environment is unpacked', 'size=8m', () => published],
    ['is full in the middle of a download', 'size=2m', () => `${server.url}/hello-shell-1.4.2-r3.apk`],
    ['may not be written to', 'ro', () => published],
  ];
  for (const [what, options, subject] of cases) {
    it(`that ${what} is disk-unavailable, and not a defect`, async () => {
      const { exitCode, stdout, stderr } = await verifyOn(options, subject());
      assert.equal(exitCode, 4, stderr + stdout);
      const [{ verdict, reason }] = (
        JSON.parse(stdout) as { packages: [{ verdict: string; reason: string }] }
      ).packages;
      assert.equal(`${verdict}:${reason}`, 'inconclusive:disk-unavailable', stdout);
      assert.ok(!stdout.includes(folder), 'a report names no path of this machine');
    });
  }
});
