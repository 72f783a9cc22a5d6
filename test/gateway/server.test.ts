/** The far end of a guest's network, spoken to by curl and by bytes: what is served, what is refused and named. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { after, before, beforeEach, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as connectTls, rootCertificates } from 'node:tls';
import type { GuestRequest } from '../../src/gateway/answerer.ts';
import { makeAuthority } from '../../src/gateway/authority.ts';
import { bytesBody } from '../../src/gateway/guest-body.ts';
import { GuestNames } from '../../src/gateway/guest-names.ts';
import { RequestBudget } from '../../src/gateway/request-budget.ts';
import { GuestServer } from '../../src/gateway/server.ts';
import { findProgram } from '../../src/process.ts';

const name = 'files.example';
const without = findProgram('curl') === undefined ? 'curl is not installed' : false;

describe('the far end of a guest’s network', { concurrency: false }, () => {
  const names = new GuestNames();
  const asked: GuestRequest[] = [];
  const refused: string[] = [];
  const silent: string[] = [];
  /** Bodies that were begun and not closed. */
  let open = 0;
  let mostOpen = 0;
  let listener: Server;
  let server: GuestServer;
  let folder: string;
  let port: number;
  const address = names.address(name)!;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'wolfi-repro-gateway-'));
    const authority = makeAuthority();
    writeFileSync(join(folder, 'authority.pem'), authority.certificate);
    writeFileSync(join(folder, 'other.pem'), rootCertificates[0]!);
    server = new GuestServer({
      authority,
      names,
      budget: new RequestBudget({
        requests: 5000,
        headBytes: 1_000_000,
        bodyBytes: 1000,
        totalBytes: 1_000_000,
      }),
      onRefusal: (kind, target) => refused.push(`${kind} ${target.replace(String(port), 'PORT')}`),
      onSilence: (target) => silent.push(target.replace(String(port), 'PORT')),
      onUnrecorded: ({ url }) => refused.push(`unrecorded ${url.pathname}`),
      answerer: {
        async answer(request) {
          asked.push(request);
          if (request.url.pathname === '/unrecorded') return { kind: 'unrecorded' };
          if (request.url.pathname === '/unreachable') return { kind: 'unanswered', reason: 'unreachable' };
          if (['/endless', '/long'].includes(request.url.pathname))
            return {
              kind: 'answer',
              status: 200,
              headers: [],
              size: undefined,
              body: () => {
                open += 1;
                mostOpen = Math.max(mostOpen, open);
                let left = request.url.pathname === '/long' ? 3 : Number.POSITIVE_INFINITY;
                return {
                  read: async (into) => {
                    left -= 1;
                    return left < 0 ? 0 : into.fill(0x61).length;
                  },
                  close: () => {
                    open -= 1;
                  },
                };
              },
            };
          const body = Buffer.from(`${request.method} ${request.body?.length ?? 0}`);
          const size = request.url.pathname === '/unknown-length' ? undefined : body.length;
          return {
            kind: 'answer',
            status: 200,
            headers: [['etag', '"1"']],
            size,
            body: () => bytesBody(body),
          };
        },
        lacking: () => [],
        settle: async () => undefined,
      },
    });
    listener = createServer((socket) => server.accept(socket));
    await once(listener.listen(0, '0.0.0.0', 4096), 'listening');
    ({ port } = listener.address() as AddressInfo);
  });
  after(() => {
    server.close();
    listener.close();
    rmSync(folder, { recursive: true });
  });
  beforeEach(() => {
    asked.length = 0;
    refused.length = 0;
    silent.length = 0;
    mostOpen = 0;
  });

  interface Ended {
    readonly code: number;
    readonly out: string;
  }

  function curl(...argv: string[]): Promise<Ended> {
    const usual = ['-sS', '-m', '20', '--cacert', join(folder, 'authority.pem')];
    const lead = ['--resolve', `${name}:${port}:${address}`];
    return new Promise((resolve) => {
      execFile('curl', [...usual, ...lead, ...argv], (failure, out) =>
        resolve({ code: failure === null ? 0 : Number(failure.code), out }),
      );
    });
  }

  /** A client may end before the server has read its last word. */
  async function until(isSo: () => boolean): Promise<void> {
    for (let waited = 0; !isSo() && waited < 5000; waited += 5) await sleep(5);
  }

  /** Everything that comes back for some bytes. */
  async function say(bytes: string | Buffer, to = address): Promise<string> {
    const socket = connect(port, to);
    socket.write(bytes);
    return text(socket).catch(() => '');
  }

  const served: readonly (readonly [string, readonly string[], string])[] = [
    ['HTTP/1.1 over TLS', ['--http1.1', `https://${name}:PORT/a`], 'GET 0'],
    ['HTTP/2', ['--http2', `https://${name}:PORT/a`], 'GET 0'],
    ['HTTP/1.1', [`http://${name}:PORT/a`], 'GET 0'],
    ['an upgrade to HTTP/2 that is not taken', ['--http2', `http://${name}:PORT/a`], 'GET 0'],
    ['a body', ['-d', 'x=1', `https://${name}:PORT/a`], 'POST 3'],
    [
      'a body in chunks',
      ['--http1.1', '-H', 'transfer-encoding: chunked', '-d', 'abcd', `https://${name}:PORT/a`],
      'POST 4',
    ],
    ['other methods', ['-X', 'PROPFIND', `https://${name}:PORT/a`], 'PROPFIND 0'],
    ['an answer of unknown length', [`https://${name}:PORT/unknown-length`], 'GET 0'],
  ];
  for (const [what, argv, expected] of served) {
    it(`serves ${what}`, { skip: without }, async () => {
      const { code, out } = await curl(...argv.map((each) => each.replace('PORT', String(port))));
      assert.deepEqual({ code, out, refused }, { code: 0, out: expected, refused: [] });
      assert.equal(asked.length, 1);
      assert.equal(asked[0]!.url.hostname, name);
    });
  }

  it('answers HEAD without a body', { skip: without }, async () => {
    const { code, out } = await curl('-I', `https://${name}:${port}/a`);
    assert.equal(code, 0);
    assert.match(out, /^HTTP\/2 200/);
    assert.doesNotMatch(out, /^date:/im);
  });

  it('tells the client where nobody answers and where nothing is recorded, and names the latter', {
    skip: without,
  }, async () => {
    assert.match((await curl(`https://${name}:${port}/unreachable`)).out, /unreachable/);
    assert.deepEqual(refused, []);
    assert.match((await curl(`https://${name}:${port}/unrecorded`)).out, /unrecorded/);
    assert.deepEqual(refused, ['unrecorded /unrecorded']);
  });

  it('refuses a client that does not trust it, with the name that it asked for', {
    skip: without,
  }, async () => {
    const { code } = await curl('--cacert', join(folder, 'other.pem'), `https://${name}:${port}/a`);
    assert.notEqual(code, 0);
    await until(() => refused.length > 0);
    assert.deepEqual(refused, [`untrusted ${name}:PORT`]);
  });

  it('notices a client that ends the connection without a word, and no other', async () => {
    const [quiet, asking] = [true, false].map((isQuiet) => {
      return new Promise<void>((resolve) => {
        const socket = connectTls({ port, host: address, servername: name, rejectUnauthorized: false });
        socket.on('error', () => undefined);
        socket.once('secureConnect', () => {
          if (isQuiet) socket.destroy();
          else socket.end(`GET /a HTTP/1.1\r\nHost: ${name}:${port}\r\nConnection: close\r\n\r\n`);
        });
        socket.resume();
        socket.once('close', () => resolve());
      });
    });
    await Promise.all([quiet, asking]);
    await until(() => silent.length > 0);
    assert.deepEqual([silent, asked.length], [[`${name}:PORT`], 1]);
  });

  it('refuses a tunnel', { skip: without }, async () => {
    for (const proxy of [`http://${name}:${port}`, `https://${name}:${port}`]) {
      const { code } = await curl(
        '-x',
        proxy,
        '--proxy-cacert',
        join(folder, 'authority.pem'),
        'https://secret.example/',
      );
      assert.notEqual(code, 0);
      await until(() => refused.length > 0);
      assert.deepEqual(refused.splice(0), ['connect secret.example:443']);
    }
    assert.deepEqual(asked, []);
  });

  const unmeant: readonly (readonly [string, string, string])[] = [
    ['another host', 'GET / HTTP/1.1\r\nHost: other.example\r\n\r\n', 'host other.example'],
    ['another port', `GET / HTTP/1.1\r\nHost: ${name}:1\r\n\r\n`, `host ${name}:1`],
    ['the form of a proxy', `GET http://${name}/ HTTP/1.1\r\nHost: ${name}\r\n\r\n`, `host ${name}`],
    ['a user', `GET / HTTP/1.1\r\nHost: user@${name}\r\n\r\n`, `host user@${name}`],
    [
      'a WebSocket',
      `GET / HTTP/1.1\r\nHost: ${name}:PORT\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n`,
      `websocket ${name}:PORT`,
    ],
    ['ssh', 'SSH-2.0-OpenSSH_9.2\r\n', `protocol ${name}:PORT`],
    ['bytes', '\u0001\u0002\u0003', `protocol ${name}:PORT`],
    ['a request of no end', `GET / HTTP/1.1\r\nX: ${'x'.repeat(200_000)}`, `protocol ${name}:PORT`],
    [
      'lengths that contradict each other',
      `POST / HTTP/1.1\r\nHost: ${name}:PORT\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n`,
      `protocol ${name}:PORT`,
    ],
  ];
  for (const [what, bytes, expected] of unmeant) {
    it(`refuses and names ${what}`, async () => {
      const socket = connect(port, address);
      socket.on('error', () => undefined);
      socket.write(bytes.replaceAll('PORT', String(port)));
      await new Promise<void>((resolve) =>
        socket.once('data', () => resolve()).once('close', () => resolve()),
      );
      socket.destroy();
      assert.deepEqual(refused, [expected]);
      assert.deepEqual(asked, []);
    });
  }

  it('refuses an address that no name leads to', async () => {
    assert.equal(await say('GET / HTTP/1.1\r\nHost: 127.9.9.9\r\n\r\n', '127.9.9.9'), '');
    assert.deepEqual(refused, ['address 127.9.9.9:PORT']);
  });

  it('refuses a name in TLS that is not the one that was looked up', { skip: without }, async () => {
    const { code } = await curl(
      '-k',
      '--resolve',
      `other.example:${port}:${address}`,
      `https://other.example:${port}/`,
    );
    assert.notEqual(code, 0);
    assert.deepEqual(asked, []);
  });

  it('bounds what is sent', { skip: without }, async () => {
    const { out } = await curl('-d', 'x'.repeat(1001), `https://${name}:${port}/a`);
    assert.match(out, /refused/);
    assert.deepEqual(refused, [`egress ${name}:PORT`]);
  });

  it('answers a thousand connections at once', { timeout: 60_000 }, async () => {
    const request = `GET /a HTTP/1.1\r\nHost: ${name}:${port}\r\nConnection: close\r\n\r\n`;
    const answers = await Promise.all(Array.from({ length: 1000 }, () => say(request)));
    assert.equal(answers.filter((answer) => answer.endsWith('GET 0')).length, 1000);
  });

  it('has a bounded number of answers open on one connection, and gives each in its turn', async () => {
    const many = 60;
    const request = `GET /long HTTP/1.1\r\nHost: ${name}:${port}\r\n\r\n`;
    const withBody = `POST /long HTTP/1.1\r\nHost: ${name}:${port}\r\nContent-Length: 3\r\n\r\nabc`;
    const last = `GET /a HTTP/1.1\r\nHost: ${name}:${port}\r\nConnection: close\r\n\r\n`;
    const socket = connect(port, address);
    socket.pause();
    socket.write(`${request}${withBody}`.repeat(many / 2) + last);
    await until(() => open > 1);
    await sleep(50);
    const answers = await text(socket);
    assert.equal(answers.split('HTTP/1.1 200').length - 1, many + 1);
    assert.match(answers, /GET 0$/);
    assert.ok(mostOpen > 1 && mostOpen <= 16, `${mostOpen} were open`);
    assert.equal(open, 0);
  });

  it('closes the bodies of all answers when a client leaves, those among them whose turn had not come', async () => {
    const request = `GET /endless HTTP/1.1\r\nHost: ${name}:${port}\r\n\r\n`;
    const socket = connect(port, address);
    socket.write(request.repeat(20));
    await once(socket, 'data');
    await until(() => open > 1);
    assert.ok(open > 1, 'several are begun');
    socket.destroy();
    await until(() => open === 0);
    assert.equal(open, 0);
  });

  it('refuses requests beyond the bound', async () => {
    const own = new RequestBudget({ requests: 2, headBytes: 100, bodyBytes: 10, totalBytes: 15 });
    assert.deepEqual([own.begin(1), own.begin(1), own.begin(1)], [undefined, undefined, 'requests']);
    assert.deepEqual(await own.readBody(Readable.from([Buffer.from('12345678')])), Buffer.from('12345678'));
    assert.equal(await own.readBody(Readable.from([Buffer.from('12345678')])), 'egress');
    const long = new RequestBudget({ requests: 5, headBytes: 100, bodyBytes: 10, totalBytes: 15 });
    assert.deepEqual([long.begin(90), long.begin(11)], [undefined, 'requests']);
  });

  it('answers names beyond those whose certificates it keeps, and the first again', async () => {
    for (const each of [...Array.from({ length: 600 }, (_, at) => `n${at}.example`), name]) {
      const host = names.address(each)!;
      const socket = connectTls({ port, host, servername: each, rejectUnauthorized: false });
      await once(socket, 'secureConnect');
      assert.equal(socket.getPeerCertificate().subjectaltname, `DNS:${each}`);
      socket.destroy();
    }
  });

  it('refuses methods that no transcript can hold', { skip: without }, async () => {
    const { out } = await curl('--http2', '-X', 'get_it', `https://${name}:${port}/a`);
    assert.match(out, /refused/);
    assert.deepEqual(refused, [`protocol ${name}:PORT`]);
    assert.equal((await curl('-X', 'M-SEARCH', `https://${name}:${port}/a`)).out, 'M-SEARCH 0');
  });
});
