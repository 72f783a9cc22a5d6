/** Servers that keep no rules: what they send is bounded in size and time, and never taken for something else. */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { machineInputs } from '../../../src/inputs/inputs.ts';
import { defaultNetwork, type NetworkOptions } from '../../../src/inputs/network/network-options.ts';
import { findProgram } from '../../../src/process.ts';
import { makeFolder } from '../../support/folder.ts';
import { program, skipUnless } from '../../support/lab.ts';
import { type LabServer, startLabServer } from '../../support/lab-server.ts';

const body = randomBytes(100_000);
const etag = `"${createHash('sha256').update(body).digest('hex').slice(0, 16)}"`;
const quick: NetworkOptions = {
  ...defaultNetwork,
  timeoutMilliseconds: 400,
  attempts: 2,
  backoffMilliseconds: 5,
  slowMilliseconds: 500,
};

/** Sends the given answers, one for each connection; the last one is repeated. */
class RawServer {
  readonly requests: string[] = [];
  #server: Server | undefined;
  readonly #sockets = new Set<Socket>();
  #answers: ((socket: Socket, request: string) => unknown)[] = [];

  async start(): Promise<void> {
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('data', (bytes) => {
        const request = bytes.toString('latin1');
        this.requests.push(request);
        const [answer] = this.#answers.length > 1 ? this.#answers.splice(0, 1) : this.#answers;
        void answer?.(socket, request);
      });
    });
    await new Promise<void>((ready) => this.#server!.listen(0, '127.0.0.1', ready));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server!.address() as AddressInfo).port}`;
  }

  answer(...answers: ((socket: Socket, request: string) => unknown)[]): void {
    this.#answers = answers;
  }

  stop(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server!.close();
  }
}

const head = (status: string, ...headers: readonly string[]) =>
  `HTTP/1.1 ${status}\r\n${headers.map((line) => `${line}\r\n`).join('')}connection: close\r\n\r\n`;

describe('a server', { concurrency: false }, () => {
  let server: RawServer;
  let cache: string;

  beforeEach(async () => {
    server = new RawServer();
    await server.start();
    cache = makeFolder();
  });
  afterEach(() => {
    server.stop();
    rmSync(cache, { recursive: true });
  });

  const obtain = (options: { mostBytes?: number } = {}, network: Partial<NetworkOptions> = {}) =>
    machineInputs(cache, new AbortController().signal, { ...quick, ...network }).obtain(
      `${server.url}/file`,
      options,
    );
  const whole = (socket: Socket) =>
    socket.end(
      Buffer.concat([Buffer.from(head('200 OK', `etag: ${etag}`, `content-length: ${body.length}`)), body]),
    );
  const cut = (socket: Socket) =>
    socket.end(
      Buffer.concat([
        Buffer.from(head('200 OK', `etag: ${etag}`, `content-length: ${body.length}`)),
        body.subarray(0, 40_000),
      ]),
    );

  it('may send a body without a length, in chunks', async () => {
    server.answer((socket) => {
      socket.write(head('200 OK', 'transfer-encoding: chunked'));
      for (let at = 0; at < body.length; at += 30_000) {
        const chunk = body.subarray(at, at + 30_000);
        socket.write(
          Buffer.concat([Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from('\r\n')]),
        );
      }
      socket.end('0\r\n\r\n');
    });
    assert.ok(readFileSync((await obtain())!).equals(body));
  });

  it('may send a body without a length, up to the end of the connection', async () => {
    server.answer((socket) => socket.end(Buffer.concat([Buffer.from(head('200 OK')), body])));
    assert.ok(readFileSync((await obtain())!).equals(body));
  });

  it('is asked for a file as it is, and what it says of an encoding changes nothing', async () => {
    const encoded = gzipSync(body);
    server.answer((socket) =>
      socket.end(
        Buffer.concat([
          Buffer.from(head('200 OK', 'content-encoding: gzip', `content-length: ${encoded.length}`)),
          encoded,
        ]),
      ),
    );
    assert.ok(readFileSync((await obtain())!).equals(encoded));
    assert.match(server.requests[0]!, /accept-encoding: identity\r\n/i);
  });

  it('may answer a part with the whole', async () => {
    server.answer(cut, whole);
    assert.ok(readFileSync((await obtain())!).equals(body));
    assert.match(server.requests[1]!, /range: bytes=40000-\r\n/i);
  });

  it('has its part thrown away where it belongs to a different version', async () => {
    const other = randomBytes(100_000);
    const part = head(
      '206 Partial Content',
      'etag: "other"',
      'content-range: bytes 40000-99999/100000',
      'content-length: 60000',
    );
    server.answer(
      cut,
      (socket) => socket.end(Buffer.concat([Buffer.from(part), other.subarray(40_000)])),
      (socket) =>
        socket.end(
          Buffer.concat([Buffer.from(head('200 OK', 'etag: "other"', 'content-length: 100000')), other]),
        ),
    );
    assert.ok(readFileSync((await obtain())!).equals(other));
  });

  it('that always sends a part of a different version is asked a limited number of times', async () => {
    server.answer((socket) =>
      socket.end(
        head('206 Partial Content', 'etag: "other"', 'content-range: bytes 0-9/10', 'content-length: 0'),
      ),
    );
    await assert.rejects(obtain(), { code: 'unreachable' });
    assert.equal(server.requests.length, 100);
  });

  const endless: readonly (readonly [string, (socket: Socket) => Promise<void>])[] = [
    [
      'sends a body without end',
      async (socket) => {
        socket.write(head('200 OK', 'transfer-encoding: chunked'));
        while (!socket.destroyed) {
          socket.write(`10000\r\n${'x'.repeat(65_536)}\r\n`);
          await sleep(1);
        }
      },
    ],
    [
      'sends a byte now and then',
      async (socket) => {
        socket.write(head('200 OK', `etag: ${etag}`, 'content-length: 1000000'));
        while (!socket.destroyed) {
          socket.write('x');
          await sleep(50);
        }
      },
    ],
    [
      'sends a header now and then',
      async (socket) => {
        socket.write('HTTP/1.1 200 OK\r\n');
        for (let at = 0; !socket.destroyed; at += 1) {
          socket.write(`x-${at}: y\r\n`);
          await sleep(50);
        }
      },
    ],
    [
      'sends headers without end',
      async (socket) => {
        socket.write('HTTP/1.1 200 OK\r\n');
        while (!socket.destroyed) {
          socket.write(`x: ${'y'.repeat(8000)}\r\n`);
          await sleep(1);
        }
      },
    ],
    ['answers in another language', async (socket) => void socket.end('SSH-2.0-OpenSSH\r\n')],
    ['hangs up', async (socket) => void socket.destroy()],
  ];
  for (const [what, answer] of endless) {
    it(`ends with unreachable where it ${what}, in a bounded time`, { timeout: 20_000 }, async () => {
      server.answer(answer);
      await assert.rejects(obtain({ mostBytes: 4_000_000 }), { code: 'unreachable' });
      assert.deepEqual(readdirSync(join(cache, 'store/partial')), []);
    });
  }

  it('is reached through a proxy, unless its host is excepted', { timeout: 20_000 }, async () => {
    const proxies = { http: server.url, https: undefined, none: 'excepted.example,127.0.0.1' };
    server.answer(whole);
    const inputs = machineInputs(cache, new AbortController().signal, { ...quick, proxies });
    assert.ok(readFileSync((await inputs.obtain('http://behind.example/file'))!).equals(body));
    assert.match(server.requests[0]!, /^GET http:\/\/behind\.example\/file HTTP\/1\.1\r\n/);
    assert.ok(readFileSync((await inputs.obtain(`${server.url}/file`))!).equals(body));
    assert.match(server.requests[1]!, /^GET \/file HTTP\/1\.1\r\n/);
    await assert.rejects(inputs.obtain('http://excepted.example/file'), { code: 'unreachable' });
    assert.equal(server.requests.length, 2);
  });
});

describe('a server over TLS', {
  skip: skipUnless(findProgram('openssl'), 'openssl is not installed'),
}, () => {
  let folder: string;
  let plain: LabServer;

  before(async () => {
    folder = makeFolder();
    plain = await startLabServer();
    plain.put('/file.apk', body);
    const names = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
    const files = ['-keyout', join(folder, 'key.pem'), '-out', join(folder, 'certificate.pem')];
    execFileSync(
      'openssl',
      ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...names, ...files],
      { stdio: 'ignore' },
    );
  });
  after(async () => {
    await plain.close();
    rmSync(folder, { recursive: true });
  });

  it('cannot redirect to an unprotected address, and alone gets its credentials, which are shown nowhere', async () => {
    const seen: string[] = [];
    const secure = createSecureServer(
      { key: readFileSync(join(folder, 'key.pem')), cert: readFileSync(join(folder, 'certificate.pem')) },
      (request, response) => {
        seen.push(request.headers.authorization ?? '');
        response.writeHead(302, { location: `${plain.url}/file.apk` }).end();
      },
    );
    await new Promise<void>((ready) => secure.listen(0, '127.0.0.1', ready));
    writeFileSync(join(folder, 'netrc'), 'machine 127.0.0.1 login me password secret-word\n');
    mkdirSync(join(folder, 'cache'));
    const address = `https://127.0.0.1:${(secure.address() as AddressInfo).port}/file.apk`;
    const child = spawn(
      process.execPath,
      [program, 'verify', '--format', 'json', '--cache', join(folder, 'cache'), address],
      {
        env: {
          PATH: process.env['PATH'],
          NODE_EXTRA_CA_CERTS: join(folder, 'certificate.pem'),
          NETRC: join(folder, 'netrc'),
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    const [said, noted] = await Promise.all([text(child.stdout), text(child.stderr)]);
    secure.close();
    secure.closeAllConnections();
    assert.deepEqual(seen, [`Basic ${Buffer.from('me:secret-word').toString('base64')}`]);
    assert.deepEqual(plain.requests, []);
    assert.match(said, /"reason": ?"unreachable"/);
    assert.match(said, /unprotected address/);
    const kept = execFileSync('grep', ['-rlaE', 'secret-word|bWU6c2VjcmV0LXdvcmQ', '--', folder], {
      encoding: 'utf8',
    });
    assert.deepEqual(kept.trim().split('\n'), [join(folder, 'netrc')]);
    assert.ok(!/secret-word|bWU6c2VjcmV0LXdvcmQ/.test(said + noted));
  });
});
