/** The far end of a guest's network: it turns the connections that its listeners accept into requests, and sends the answers back. */
import {
  createServer,
  type Server as HttpServer,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { createSecureServer, type Http2SecureServer, type Http2ServerRequest } from 'node:http2';
import type { Socket } from 'node:net';
import type { RefusalKind } from '../transcript/refusals.ts';
import { selectingOf } from '../transcript/request-key.ts';
import { isMethod } from '../transcript/transcript.ts';
import { type Answerer, type GuestAnswer, type GuestRequest, textLength } from './answerer.ts';
import type { Authority } from './authority.ts';
import type { GuestNames } from './guest-names.ts';
import { PipelinedTurns } from './pipelined-turns.ts';
import type { RequestBudget } from './request-budget.ts';
import { type AnyResponse, sendBody } from './send-body.ts';

export interface ServerOptions {
  readonly authority: Authority;
  readonly names: GuestNames;
  readonly answerer: Answerer;
  readonly budget: RequestBudget;
  readonly onRefusal: (kind: RefusalKind, target: string) => void;
  /** A connection over TLS ended before anything was asked: some clients that do not trust the authority say nothing. */
  readonly onSilence: (target: string) => void;
  readonly onUnrecorded: (request: GuestRequest) => void;
}

/** The near end of a connection, which shows whom it is meant for. */
type Addressed = { readonly localAddress?: string | undefined; readonly localPort?: number | undefined };

type AnyRequest = IncomingMessage | Http2ServerRequest;

/** How long a guest may take to say what it wants. */
const greetingMilliseconds = 30_000;
/** Connections at once, on all ports. */
const mostConnections = 4096;
/** Requests at once over one connection of HTTP/2; clients wait with the next (at least 100: RFC 9113 §6.5.2). */
const mostStreams = 128;
/** Servers that are kept for further connections: each has some ten kilobytes, and a guest can ask for any number of names. */
const mostServers = 500;
/** First byte of a TLS record that begins a handshake (RFC 8446 §5.1). */
const handshake = 0x16;
const usualPorts: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };

export class GuestServer {
  readonly #options: ServerOptions;
  readonly #plain: HttpServer;
  readonly #secure = new Map<string, Http2SecureServer>();
  readonly #sockets = new Set<Socket>();
  /** Turns of the answers of each connection over HTTP/1.1 that asked for something. */
  readonly #asking = new WeakMap<object, PipelinedTurns>();

  constructor(options: ServerOptions) {
    this.#options = options;
    this.#plain = createServer((request, response) => this.#answer(request, response));
    this.#plain.on('connect', (request, socket) => this.#refuseTunnel(request, socket as Socket));
    this.#plain.on('clientError', (failure, socket) => {
      if (isProtocolFailure(failure)) this.#refuse('protocol', socket as Socket);
      socket.destroy();
    });
  }

  /** Takes a connection of the guest; its local address shows whom it is meant for. */
  accept(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    socket.on('error', () => undefined);
    const name = this.#options.names.name(socket.localAddress ?? '');
    if (name === undefined || this.#sockets.size > mostConnections) {
      this.#refuse(name === undefined ? 'address' : 'connections', socket);
      socket.destroy();
      return;
    }
    const silent = setTimeout(() => this.#refuseBytes(socket), greetingMilliseconds);
    socket.once('close', () => clearTimeout(silent));
    socket.once('data', (bytes: Buffer) => {
      clearTimeout(silent);
      socket.pause();
      socket.unshift(bytes);
      if (bytes[0] === handshake) this.#secured(name, socket.localPort ?? 0).emit('connection', socket);
      else if (/^[A-Z]/.test(String.fromCharCode(bytes[0] ?? 0))) this.#plain.emit('connection', socket);
      else {
        this.#refuseBytes(socket);
        return;
      }
      // Bytes that were put back are only read once the socket is resumed.
      process.nextTick(() => socket.resume());
    });
  }

  /** Ends every connection. */
  close(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** One server for each name and port, with the certificate of the name; a client that asks for a different name gets none. */
  #secured(name: string, port: number): Http2SecureServer {
    const target = `${name}:${port}`;
    const known = this.#secure.get(target);
    if (known !== undefined) return known;
    // A server keeps its connections when it is forgotten here.
    const [oldest] = this.#secure.keys();
    if (this.#secure.size >= mostServers) this.#secure.delete(oldest!);
    const { key, chain } = this.#options.authority.credential(name);
    const server = createSecureServer({
      key,
      cert: chain,
      allowHTTP1: true,
      settings: { maxConcurrentStreams: mostStreams },
      SNICallback: (asked, done) =>
        asked.toLowerCase() === name ? done(null) : done(new Error('another name than was looked up')),
    });
    server.on('request', (request, response) => this.#answer(request, response));
    server.on('connect', (request: AnyRequest, socket: AnyResponse | Socket) =>
      this.#refuseTunnel(request, socket),
    );
    server.on('clientError', (failure, socket) => {
      if (isProtocolFailure(failure)) this.#options.onRefusal('protocol', target);
      socket.destroy();
    });
    server.on('sessionError', () => undefined);
    server.on('tlsClientError', (failure, socket) => {
      if (isAlert(failure)) this.#options.onRefusal('untrusted', target);
      else this.#options.onSilence(target);
      socket.destroy();
    });
    server.on('session', (session) => {
      let asked = false;
      session.once('stream', () => {
        asked = true;
      });
      session.once('close', () => (asked ? undefined : this.#options.onSilence(target)));
    });
    server.on('secureConnection', (socket) => {
      if (socket.alpnProtocol === 'h2') return;
      socket.once('close', () => (this.#asking.has(socket) ? undefined : this.#options.onSilence(target)));
    });
    this.#secure.set(target, server);
    return server;
  }

  #answer(request: AnyRequest, response: AnyResponse): void {
    const turn = 'stream' in request ? undefined : this.#turn(request.socket);
    this.#handle(request, response, turn).catch(() => response.destroy());
  }

  #turn(connection: Socket): Promise<() => void> {
    const turns = this.#asking.get(connection) ?? new PipelinedTurns(connection);
    this.#asking.set(connection, turns);
    return turns.take();
  }

  #refuseBytes(socket: Socket): void {
    this.#refuse('protocol', socket);
    socket.destroy();
  }

  /** RFC 9110 §9.3.6: over HTTP/2 a tunnel is a stream, and otherwise the rest of the connection. */
  #refuseTunnel(request: AnyRequest, through: AnyResponse | Socket): void {
    this.#options.onRefusal('connect', request.headers[':authority']?.toString() ?? request.url ?? '');
    if ('writeHead' in through) {
      writeHead(through, 405, {});
      through.end();
    } else (through as Socket).end('HTTP/1.1 405 Method Not Allowed\r\ncontent-length: 0\r\n\r\n');
  }

  /** A connection that its listener did not take, since it has as many as it may. */
  refuseDropped(dropped: Addressed | undefined): void {
    this.#refuse('connections', dropped ?? {});
  }

  #refuse(kind: RefusalKind, { localAddress = '', localPort = 0 }: Addressed): void {
    const known = this.#options.names.name(localAddress) ?? localAddress;
    this.#options.onRefusal(kind, `${known}:${localPort}`);
  }

  async #handle(
    request: AnyRequest,
    response: AnyResponse,
    turn: Promise<() => void> | undefined,
  ): Promise<void> {
    const done = await turn;
    try {
      // A client that left is not asked for.
      if (!('stream' in request) && request.socket.destroyed) return;
      await this.#handleNow(request, response);
    } finally {
      done?.();
    }
  }

  async #handleNow(request: AnyRequest, response: AnyResponse): Promise<void> {
    const url = this.#addressOf(request);
    if (url === undefined) {
      const host = headerOf(request, ':authority') ?? headerOf(request, 'host') ?? '';
      return this.#deny(response, 'host', host);
    }
    if (/\bwebsocket\b/i.test(headerOf(request, 'upgrade') ?? ''))
      return this.#deny(response, 'websocket', url.host);
    const method = request.method ?? 'GET';
    if (!isMethod(method)) return this.#deny(response, 'protocol', url.host);
    const header = (name: string) => headerOf(request, name);
    const { budget } = this.#options;
    const excess = budget.begin(url.href.length + textLength(selectingOf(header)));
    if (excess !== undefined) return this.#deny(response, excess, url.host);
    const body = await budget.readBody(request);
    if (body === 'egress') return this.#deny(response, 'egress', url.host);
    const asked: GuestRequest = { method, url, header, body: body.length === 0 ? undefined : body };
    const answer = await this.#options.answerer.answer(asked);
    if (answer.kind === 'unrecorded') this.#options.onUnrecorded(asked);
    await respond(response, answer, method, 'stream' in request ? undefined : request.socket);
  }

  #deny(response: AnyResponse, kind: RefusalKind, target: string): Promise<void> {
    this.#options.onRefusal(kind, target);
    return respond(response, { kind: 'refused', refusal: kind }, 'GET', undefined);
  }

  /** Where a request goes; undefined where it names a host or port other than the one its connection leads to, or has a proxy's form. */
  #addressOf(request: AnyRequest): URL | undefined {
    const socket = 'stream' in request ? request.stream.session?.socket : request.socket;
    const name = this.#options.names.name(socket?.localAddress ?? '');
    const scheme = socket !== undefined && 'encrypted' in socket && socket.encrypted ? 'https:' : 'http:';
    const path = request.url ?? '';
    const authority = headerOf(request, ':authority') ?? headerOf(request, 'host') ?? '';
    if (name === undefined || !path.startsWith('/') || path.length > mostPathLength) return undefined;
    if (!URL.canParse(`${scheme}//${authority}${path}`)) return undefined;
    const url = new URL(`${scheme}//${authority}${path}`);
    const port = url.port === '' ? usualPorts[scheme] : Number(url.port);
    url.hash = '';
    const isMeant = url.hostname.replace(/\.$/, '') === name && port === socket?.localPort;
    return isMeant && url.username === '' && url.password === '' ? url : undefined;
  }
}

/** Codes of OpenSSL for what a client says of a handshake that it ends (RFC 8446 §6.2). */
function isAlert(failure: Error): boolean {
  return (failure as NodeJS.ErrnoException).code?.includes('_ALERT_') === true;
}

/** Codes of Node's parser for bytes that are not HTTP; other codes are about connections that ended. */
function isProtocolFailure(failure: Error): boolean {
  return (failure as NodeJS.ErrnoException).code?.startsWith('HPE_') === true;
}

const mostPathLength = 16 * 1024;

function headerOf(request: AnyRequest, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : value?.join(', ');
}

async function respond(
  response: AnyResponse,
  answer: GuestAnswer,
  method: string,
  connection: Socket | undefined,
): Promise<void> {
  // A recording has no times.
  response.sendDate = false;
  if (answer.kind !== 'answer') {
    const text = `wolfi-repro: ${answer.kind}${'reason' in answer ? ` (${answer.reason})` : ''}\n`;
    writeHead(response, 502, { 'content-type': 'text/plain', 'content-length': text.length });
    response.end(method === 'HEAD' ? '' : text);
    return;
  }
  const { status, headers, size } = answer;
  const bare = method === 'HEAD' || status === 204 || status === 304;
  const length = size === undefined || bare ? {} : { 'content-length': size };
  writeHead(response, status, { ...Object.fromEntries(headers), ...length });
  const body = answer.body();
  try {
    if (!bare && !(await sendBody(body, response, connection))) return;
  } finally {
    body.close();
  }
  response.end();
}

function writeHead(response: AnyResponse, status: number, headers: Record<string, string | number>): void {
  // The two classes share this signature.
  (response as ServerResponse).writeHead(status, headers);
}
