/**
 * A real HTTP server on the loopback that serves folders, bytes and git repositories, and misbehaves when told to: tests of
 * the network see what a client sees, without a network.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { defaultNetwork, type NetworkOptions } from '../../src/inputs/network/network-options.ts';

export type Misbehaviour =
  /** Other bytes than those served. */
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'status'; readonly status: number; readonly headers?: Record<string, string> }
  | { readonly kind: 'redirect'; readonly to: string }
  /** Sends so many bytes of the body and cuts the connection. */
  | { readonly kind: 'cut'; readonly after: number }
  /** Sends so many bytes and then nothing more. */
  | { readonly kind: 'stall'; readonly after: number }
  /** Announces so many bytes more than it sends. */
  | { readonly kind: 'wrong-length'; readonly more: number }
  /** Answers a range request with a part that was not asked for. */
  | { readonly kind: 'wrong-range' };

export interface SeenRequest {
  readonly path: string;
  /** With its `?`; empty where there is none. */
  readonly query: string;
  readonly headers: IncomingMessage['headers'];
}

export interface LabServer {
  /** `http://127.0.0.1:<port>`. */
  readonly url: string;
  readonly requests: readonly SeenRequest[];
  /** Most requests that were being answered at once. */
  readonly mostAtOnce: number;
  /** What the next requests for a path meet, one each; afterwards it is served as it should be. */
  misbehave(path: string, ...misbehaviours: readonly Misbehaviour[]): void;
  put(path: string, bytes: Uint8Array): void;
  remove(path: string): void;
  /** Serves a folder, its git repositories (`*.git`) by git's own http-backend. */
  serve(prefix: string, folder: string): void;
  close(): Promise<void>;
}

/** A client that takes the lab's server for what its packages name, and does not wait for long. */
export const labNetwork: NetworkOptions = {
  ...defaultNetwork,
  policy: { offline: false, allowPrivateAddresses: true, allowPlainHttp: true },
  timeoutMilliseconds: 5000,
  attempts: 2,
  backoffMilliseconds: 5,
};

const gitPath = /^(.*\.git)\/(info\/refs|git-upload-pack|HEAD|objects\/.*)$/;

export async function startLabServer(port = 0): Promise<LabServer> {
  const files = new Map<string, Uint8Array>();
  const folders = new Map<string, string>();
  const queues = new Map<string, Misbehaviour[]>();
  const requests: SeenRequest[] = [];
  let active = 0;
  let mostAtOnce = 0;
  const find = (path: string): { bytes: Uint8Array } | undefined => {
    const put = files.get(path);
    if (put !== undefined) return { bytes: put };
    const file = locate(folders, path);
    return file !== undefined && existsSync(file) && statSync(file).isFile()
      ? { bytes: readFileSync(file) }
      : undefined;
  };
  const server = createServer((request, response) => {
    active += 1;
    mostAtOnce = Math.max(mostAtOnce, active);
    response.once('close', () => {
      active -= 1;
    });
    const { pathname, search } = new URL(request.url ?? '/', 'http://lab');
    const path = decodeURIComponent(pathname);
    requests.push({ path, query: search, headers: request.headers });
    const git = gitPath.exec(path);
    const repository = git === null ? undefined : locate(folders, git[1]!);
    const misbehaviour = queues.get(path)?.shift();
    if (misbehaviour === undefined && repository !== undefined && existsSync(repository))
      return serveGit(repository, `/${git![2]}`, request, response);
    answer(request, response, find(path)?.bytes, misbehaviour);
  });
  await new Promise<void>((ready) => server.listen(port, '127.0.0.1', ready));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    get mostAtOnce() {
      return mostAtOnce;
    },
    misbehave: (path, ...misbehaviours) =>
      void queues.set(path, [...(queues.get(path) ?? []), ...misbehaviours]),
    put: (path, bytes) => void files.set(path, bytes),
    remove: (path) => void files.delete(path),
    serve: (prefix, folder) => void folders.set(prefix, folder),
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

function locate(folders: ReadonlyMap<string, string>, path: string): string | undefined {
  for (const [prefix, folder] of folders) {
    if (path.startsWith(prefix) && !path.includes('..')) return join(folder, path.slice(prefix.length));
  }
  return undefined;
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  bytes: Uint8Array | undefined,
  misbehaviour: Misbehaviour | undefined,
): void {
  if (misbehaviour?.kind === 'status') {
    response.writeHead(misbehaviour.status, misbehaviour.headers).end();
    return;
  }
  if (misbehaviour?.kind === 'redirect') {
    response.writeHead(302, { location: misbehaviour.to }).end();
    return;
  }
  const body = misbehaviour?.kind === 'bytes' ? misbehaviour.bytes : bytes;
  if (body === undefined) {
    response.writeHead(404).end();
    return;
  }
  const etag = `"${createHash('sha256').update(body).digest('hex').slice(0, 16)}"`;
  if (request.headers['if-none-match'] === etag) {
    response.writeHead(304, { etag }).end();
    return;
  }
  const range = /^bytes=(\d+)-$/.exec(request.headers.range ?? '');
  const partial = range !== null && request.headers['if-range'] === etag && Number(range[1]) < body.length;
  const start = partial ? Number(range[1]) : 0;
  const rest = Buffer.from(body.subarray(start));
  const said = misbehaviour?.kind === 'wrong-range' ? start + 1 : start;
  const more = misbehaviour?.kind === 'wrong-length' ? misbehaviour.more : 0;
  response.writeHead(partial ? 206 : 200, {
    etag,
    'content-length': rest.length + more,
    ...(partial ? { 'content-range': `bytes ${said}-${body.length - 1}/${body.length}` } : {}),
  });
  if (misbehaviour?.kind === 'cut') cutOff(response, rest.subarray(0, misbehaviour.after));
  else if (misbehaviour?.kind === 'stall') response.write(rest.subarray(0, misbehaviour.after));
  else if (misbehaviour?.kind === 'wrong-length') cutOff(response, rest);
  else response.end(rest);
}

/** What was sent arrives before the end of the connection does. */
function cutOff(response: ServerResponse, bytes: Uint8Array): void {
  response.write(bytes, () => setTimeout(() => response.destroy(), 20));
}

/** CGI, as git-http-backend(1) describes it. */
function serveGit(
  repository: string,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const url = new URL(request.url ?? '/', 'http://lab');
  const protocol = request.headers['git-protocol'];
  const child = spawn('git', ['http-backend'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: {
      PATH: process.env['PATH'] ?? '/usr/bin:/bin',
      GIT_PROJECT_ROOT: repository,
      GIT_HTTP_EXPORT_ALL: '1',
      GIT_CONFIG_COUNT: '3',
      GIT_CONFIG_KEY_0: 'safe.directory',
      GIT_CONFIG_VALUE_0: '*',
      GIT_CONFIG_KEY_1: 'uploadpack.allowAnySHA1InWant',
      GIT_CONFIG_VALUE_1: 'true',
      GIT_CONFIG_KEY_2: 'uploadpack.allowFilter',
      GIT_CONFIG_VALUE_2: 'true',
      PATH_INFO: path,
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method ?? 'GET',
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      REMOTE_ADDR: '127.0.0.1',
      ...(typeof protocol === 'string' ? { GIT_PROTOCOL: protocol } : {}),
      ...(request.headers['content-encoding'] === undefined
        ? {}
        : { HTTP_CONTENT_ENCODING: request.headers['content-encoding'] }),
    },
  });
  request.pipe(child.stdin);
  child.stdin.on('error', () => undefined);
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.on('close', () => {
    const output = Buffer.concat(chunks);
    const end = output.indexOf('\r\n\r\n');
    const headers = Object.fromEntries(
      output
        .subarray(0, Math.max(0, end))
        .toString('latin1')
        .split('\r\n')
        .map((line) => line.split(/: */, 2) as [string, string]),
    );
    const status = Number.parseInt(headers['Status'] ?? '200', 10);
    delete headers['Status'];
    response.writeHead(status, headers).end(output.subarray(end + 4));
  });
}
