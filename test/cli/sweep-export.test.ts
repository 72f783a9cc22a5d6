/** What the real program announces of a sweep to a daemon in the form of rebuilderd’s. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { makeFolder } from '../support/folder.ts';
import { keepSweep } from '../support/kept-sweep.ts';
import { program } from '../support/lab.ts';
import { makeJob } from '../support/sweep-records.ts';

const cookie = 'hIdDeNcOoKiE';

describe('wolfi-repro sweep export', () => {
  const folder = makeFolder();
  const sweep = join(folder, 'sweep');
  const seen: { readonly path: string; readonly headers: IncomingHttpHeaders; readonly body: string }[] = [];
  const server = createServer(async (request, response) => {
    seen.push({ path: request.url!, headers: request.headers, body: await text(request) });
    response.writeHead(request.headers['x-auth-cookie'] === cookie ? 204 : 403).end();
  });
  let address: string;

  before(async () => {
    await keepSweep(sweep, {
      jobs: [
        makeJob({ origin: 'hello', version: '1.0-r0' }),
        makeJob({ origin: 'hello', version: '1.1-r0', names: ['hello', 'hello-doc'] }),
        makeJob({ origin: 'other', version: '2.0-r0', architecture: 'aarch64' }),
      ],
      attempts: [],
      verdicts: [],
    });
    for (const [name, kept] of Object.entries({ right: cookie, wrong: `${cookie}x`, empty: '' }))
      writeFileSync(join(folder, name), `${kept}\n`);
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => {
    server.close();
    server.closeAllConnections();
    rmSync(folder, { recursive: true });
  });

  async function run(cookieFile: string | undefined, ...argv: readonly string[]) {
    seen.length = 0;
    const named = cookieFile === undefined ? {} : { REBUILDERD_COOKIE_PATH: join(folder, cookieFile) };
    const child = spawn(process.execPath, [program, 'sweep', 'export', sweep, ...argv], {
      cwd: folder,
      env: { PATH: process.env['PATH'], HOME: folder, ...named },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
    assert.ok(!`${stdout}${stderr}`.includes(cookie));
    return { status: await ended, stdout, stderr };
  }

  it('tells the daemon which builds there are, for each architecture', async () => {
    const { status, stderr } = await run('right', '--rebuilderd', address);
    assert.equal(status, 0, stderr);
    assert.deepEqual(
      seen.map(({ path, headers }) => [path, headers['x-auth-cookie']]),
      Array(2).fill(['/api/v1/packages', cookie]),
    );
    const [first, second] = seen.map(({ body }) => JSON.parse(body));
    assert.deepEqual(
      [first.architecture, first.distribution, second.architecture],
      ['aarch64', 'wolfi', 'x86_64'],
    );
    const [hello] = second.packages;
    assert.deepEqual([second.packages.length, hello.version, hello.artifacts.length], [1, '1.1-r0', 2]);
    const dry = await run(undefined, '--rebuilderd', address, '--dry-run', '--distribution', 'mine', 'hel*');
    assert.deepEqual(seen, []);
    assert.deepEqual(JSON.parse(dry.stdout), { ...second, distribution: 'mine' });
  });

  it('says what is missing or refused, and never the cookie', async () => {
    const cases = [
      ['wrong', ['--rebuilderd', address]],
      ['empty', ['--rebuilderd', address]],
      ['none', ['--rebuilderd', address]],
      [undefined, ['--rebuilderd', address]],
      ['right', []],
      ['right', ['--rebuilderd', address, 'nothing*']],
      ['right', ['--rebuilderd', `http://u:${cookie}@127.0.0.1/`]],
    ] as const;
    for (const [file, argv] of cases) {
      const { status, stderr } = await run(file, ...argv);
      assert.equal(status, 2, `${file} ${argv.join(' ')}: ${stderr}`);
    }
  });
});
