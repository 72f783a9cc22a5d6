/** A registry of a test's own on the loopback: answers from a table, and keeps each exchange as a transcript has it. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Sha256, sha256 } from '../../src/digest.ts';
import { type Content, contentOf } from '../../src/formats/content.ts';
import type { RecordedSources } from '../../src/pins/recorded.ts';
import type { Exchange, StoredBytes } from '../../src/transcript/exchange.ts';

export interface RegistryAnswer {
  readonly body: Uint8Array | string;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a path is answered; undefined for 404. `origin` is that of the registry, `body` that of the request. */
export type Answering = (
  path: string,
  request: IncomingMessage,
  origin: string,
  body?: Buffer,
) => RegistryAnswer | undefined | Promise<RegistryAnswer | undefined>;

export interface Registry {
  /** `http://127.0.0.1:<port>`. */
  readonly origin: string;
  readonly exchanges: Exchange[];
  readonly read: (body: StoredBytes) => Promise<Content>;
  close(): void;
}

export async function startRegistry(answering: Answering, port = 0): Promise<Registry> {
  const stored = new Map<Sha256, Uint8Array>();
  const store = (bytes: Uint8Array): StoredBytes => {
    const digest = sha256(bytes);
    stored.set(digest, bytes);
    return { sha256: digest, size: bytes.length };
  };
  const exchanges: Exchange[] = [];
  const server = createServer(async (request, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const answer = (await answering(request.url!, request, origin, Buffer.concat(pieces))) ?? {
      status: 404,
      body: 'not found',
    };
    const { status = 200, headers = {}, body } = answer;
    const bytes = Buffer.from(body);
    exchanges.push({
      method: request.method!,
      url: new URL(request.url!, origin).href,
      requestBody: pieces.length === 0 ? undefined : store(Buffer.concat(pieces)),
      status,
      headers: Object.entries(headers).sort(),
      body: store(bytes),
    });
    response.writeHead(status, { ...headers, 'content-length': bytes.length }).end(bytes);
  });
  await new Promise<void>((ready) => server.listen(port, '127.0.0.1', ready));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    exchanges,
    read: async ({ sha256: digest }) => contentOf(stored.get(digest)!),
    close: () => void server.close(),
  };
}

/** Recorded sources of files by path, and steps by name. */
export function sourcesOf(
  files: Readonly<Record<string, string | Uint8Array>>,
  steps: Readonly<Record<string, string>> = {},
  commits: RecordedSources['commits'] = [],
): RecordedSources {
  return {
    files: (async function* () {
      for (const [path, content] of Object.entries(files)) {
        const bytes = Buffer.from(content);
        yield { path, size: bytes.length, read: async () => bytes };
      }
    })(),
    commits,
    steps: Object.entries(steps).map(([name, text]) => ({ name, text })),
  };
}

/** A folder that is gone after the work, with files in it. */
export async function withFolder<T>(
  files: Readonly<Record<string, string>>,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'wolfi-repro-registry-'));
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    return await work(folder);
  } finally {
    // Go makes its modules read-only.
    rmSync(folder, { recursive: true, force: true, maxRetries: 2 });
  }
}

/** Runs a client in a folder with an environment of its own; what it wrote, and how it ended. */
export function runClient(
  program: string,
  argv: readonly string[],
  folder: string,
  environment: Readonly<Record<string, string>>,
): Promise<{ readonly status: number; readonly output: string }> {
  const env = { PATH: process.env['PATH']!, HOME: folder, ...environment };
  return new Promise((ended) => {
    execFile(program, argv, { cwd: folder, env, timeout: 120_000 }, (error, stdout, stderr) => {
      ended({ status: error === null ? 0 : Number(error.code ?? 1), output: `${stdout}${stderr}` });
    });
  });
}
