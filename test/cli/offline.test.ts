import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { gateArguments } from '../support/attestations.ts';
import { temporaryFolder } from '../support/folder.ts';
import { lab, program, root } from '../support/lab.ts';
import { type LabServer, startLabServer } from '../support/lab-server.ts';

const hello = join(lab, 'repository/v0.59.1/x86_64/hello-shell-1.4.2-r3.apk');
const key = ['--key', join(lab, 'lab.rsa.pub')];

/** Command lines that would contact a server; `URL` stands for it. */
const asking: readonly (readonly [what: string, exitCode: number, argv: readonly string[]])[] = [
  ['a package by its address', 4, ['verify', ...key, 'URL/hello-1.0-r0.apk']],
  ['a package by its name', 4, ['verify', ...key, '--repository', 'URL/repository', 'hello']],
  ['a package of Wolfi', 4, ['verify', 'hello']],
  ['a key', 4, ['verify', '--key', 'URL/lab.rsa.pub', hello]],
  ['a repository', 4, ['verify', ...key, '--repository', 'URL/repository', hello]],
  ['a fallback', 4, ['verify', ...key, '--fallback-repository', 'URL/repository', hello]],
  [
    'what the recipe records',
    4,
    [
      'verify',
      ...key,
      '--trust-recorded-repositories',
      '--allow-private-addresses',
      '--allow-plain-http',
      hello,
    ],
  ],
  [
    'the nearest versions',
    4,
    ['verify', ...key, '--environment', 'nearest', '--repository', 'URL/repository', hello],
  ],
  [
    'a source',
    4,
    [
      'verify',
      ...key,
      '--source-mirror',
      'https://=URL',
      '--environment',
      'host',
      '--recipe-repository',
      'URL/recipes.git',
      hello,
    ],
  ],
  ['a file to inspect', 4, ['inspect', 'URL/hello-1.0-r0.apk']],
  ['a file to lock', 4, ['lock', 'URL/hello-1.0-r0.apk']],
  ['a file to rebuild', 4, ['rebuild', '--out', 'OUT', 'URL/hello-1.0-r0.apk']],
  ['everything into the cache', 4, ['fetch', ...key, '--repository', 'URL/repository', 'hello']],
  ['an index to plan a sweep from', 4, ['sweep', 'plan', ...key, '--repository', 'URL/repository', 'OUT']],
  [
    'an index of what is confirmed',
    4,
    ['gate-index', ...key, 'GATE', '--out', 'OUT', 'URL/repository/x86_64', 'STATEMENT'],
  ],
  ['the network of steps', 2, ['verify', ...key, '--network', '--environment', 'host', hello]],
];

describe('--offline', () => {
  let server: LabServer;
  before(async () => {
    server = await startLabServer();
  });
  after(() => server.close());

  for (const [what, exitCode, argv] of asking) {
    it(`contacts no server for ${what}`, async (context) => {
      const folder = temporaryFolder(context);
      const contacts = join(folder, 'contacts');
      const { options, statement } = await gateArguments(folder);
      const words = argv.flatMap((word) =>
        word === 'GATE'
          ? options
          : word
              .replace('URL', server.url)
              .replace('OUT', join(folder, 'out'))
              .replace('STATEMENT', statement),
      );
      const [code, output] = await run([...words, '--offline', '--cache', join(folder, 'cache')], contacts);
      assert.equal(existsSync(contacts) ? readFileSync(contacts, 'utf8') : '', '', output);
      assert.deepEqual(server.requests, []);
      assert.equal(code, exitCode, output);
    });
  }

  it('is the reason: without it, each would contact the server', async (context) => {
    const folder = temporaryFolder(context);
    const contacts = join(folder, 'contacts');
    await run(
      ['verify', ...key, '--repository', `${server.url}/repository`, hello, '--cache', join(folder, 'cache')],
      contacts,
    );
    assert.match(readFileSync(contacts, 'utf8'), /^a connection$/m);
  });
});

async function run(argv: readonly string[], contacts: string): Promise<[code: number, output: string]> {
  const watch = pathToFileURL(join(root, '.build/test/support/watch-contacts.js')).href;
  const child = spawn(process.execPath, ['--import', watch, program, ...argv], {
    env: { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent', CONTACTS: contacts },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece) => (output += String(piece)));
  const [code] = (await once(child, 'close')) as [number];
  return [code, output];
}
