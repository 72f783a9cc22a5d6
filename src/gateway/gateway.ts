/** The network of one build: it ends in this process, which asks outside for what the steps want, or answers from a transcript. */
import type { Socket as DatagramSocket } from 'node:dgram';
import type { Server, Socket } from 'node:net';
import { shownAddress } from '../address.ts';
import { compareBytes, counted } from '../bytes.ts';
import type { Sha256 } from '../digest.ts';
import { Failure } from '../failure.ts';
import type { Inputs } from '../inputs/inputs.ts';
import { type Refusal, Refusals, refusalTitles } from '../transcript/refusals.ts';
import { makeTranscript, type Transcript, transcriptObjects } from '../transcript/transcript.ts';
import type { GuestRequest } from './answerer.ts';
import { makeAuthority } from './authority.ts';
import { answerQuery } from './dns.ts';
import { GuestNames } from './guest-names.ts';
import type { GuestListeners, GuestNetwork } from './guest-network.ts';
import { type Recorded, record } from './record.ts';
import { replay } from './replay.ts';
import { RequestBudget } from './request-budget.ts';
import { GuestServer } from './server.ts';

/** What the steps of a build asked of the network. */
export interface Conversation {
  readonly transcript: Transcript;
  readonly refusals: readonly Refusal[];
  /** Where connections over TLS ended before anything was asked. */
  readonly silent: readonly string[];
}

export interface Gateway extends GuestNetwork {
  /** What was exchanged, once the steps are over. */
  end(): Promise<Conversation>;
}

/** Ports at which the gateway listens only to name what a guest wants, which is then refused: ftp, ssh, rsync, git. */
const refusedPorts: readonly number[] = [21, 22, 873, 9418];
const webPorts: readonly number[] = [80, 443];
const dnsPort = 53;
/** The kernel counts what goes nowhere, without its target. */
const unknownTarget = 'somewhere';
const mostConnections = 4096;
const mostSilent = 1000;

export interface GatewayOptions {
  /** The gateway replays it, and contacts no server; it records where this is undefined. */
  readonly transcript: Transcript | undefined;
  readonly inputs: Inputs;
  /** Lists of registries are recorded as of this time, in seconds since 1970; as they come where undefined. */
  readonly asOf: number | undefined;
  /** Ports that the steps name besides those of the web. */
  readonly ports: readonly number[];
}

/** Fails with `transcript-incomplete` where an answer that a transcript names is not in the store. */
export async function openGateway({ transcript, inputs, ports, asOf }: GatewayOptions): Promise<Gateway> {
  const recorded: Recorded = { exchanges: [], unanswered: [] };
  const refusals = new Refusals();
  const names = new GuestNames();
  const authority = makeAuthority();
  const answerer =
    transcript === undefined
      ? record(inputs, recorded, { asOf })
      : replay(transcript, await storedObjects(transcript, inputs));
  let missing: GuestRequest | undefined;
  let answered = 0;
  const silent = new Set<string>();
  const silentTargets = () => [...silent].sort(compareBytes);
  const faulted = new Set<() => void>();
  const server = new GuestServer({
    authority,
    names,
    answerer: {
      ...answerer,
      answer(request) {
        answered += 1;
        return answerer.answer(request);
      },
    },
    budget: new RequestBudget(),
    onRefusal: (kind, target) => refusals.add(kind, target),
    onSilence: (target) => {
      if (silent.size < mostSilent) silent.add(target);
    },
    onUnrecorded(request) {
      missing ??= request;
      for (const tell of faulted) tell();
    },
  });
  const nameQuery = (query: Buffer) =>
    answerQuery(query, (name) => {
      const address = names.address(name);
      if (address === undefined) refusals.add('name', name);
      return address;
    });
  return {
    ports: [...new Set([...webPorts, ...refusedPorts, ...ports])].filter((port) => port !== dnsPort),
    certificate: authority.certificate,
    serve(listeners, onFault) {
      faulted.add(onFault);
      const close = listen(listeners, server, nameQuery, refusals);
      return async () => {
        faulted.delete(onFault);
        close();
      };
    },
    fault: (step) => (missing === undefined ? undefined : notRecorded(step, missing)),
    excuse(step, output) {
      const wanting = [
        ...described(refusals.list()),
        ...answerer.lacking(),
        ...silentTargets().map(silenceText),
      ];
      if (wanting.length > 0) return unanswered(step, wanting, output);
      return answered === 0 ? undefined : unproven(step, answered, output);
    },
    async end() {
      await answerer.settle();
      server.close();
      return {
        transcript: transcript ?? makeTranscript(recorded.exchanges, recorded.unanswered),
        refusals: refusals.list(),
        silent: silentTargets(),
      };
    },
  };
}

function notRecorded(step: string, { method, url }: GuestRequest): Failure {
  return new Failure('request-unrecorded', `${step} asked for what the transcript does not hold`, {
    got: `${method} ${shownAddress(url.href)}`,
    hint: 'record the build again with --network=record',
  });
}

function silenceText(target: string): string {
  return `${target}: a connection over TLS ended before anything was asked`;
}

/** Nothing shows that the publisher's build was given the same. */
function unproven(step: string, answered: number, output: string): Failure {
  return new Failure('answers-unproven', `${step} failed, and the steps were given answers by the network`, {
    expected: `the answers that the publisher's build was given (${counted(answered, 'request')} here)`,
    got: output,
  });
}

const mostNamed = 10;

function described(refusals: readonly Refusal[]): string[] {
  return refusals.map(({ kind, target }) => `${target}: ${refusalTitles[kind]}`);
}

function unanswered(step: string, wanting: readonly string[], output: string): Failure {
  const named = wanting.slice(0, mostNamed);
  const more = wanting.length - named.length;
  return new Failure(
    'request-unanswered',
    `${step} failed, and not all that it asked of the network was answered`,
    {
      expected: [...named, ...(more > 0 ? [`and ${more} more`] : [])].join('\n'),
      got: output,
    },
  );
}

/** Where the objects of a transcript are stored, each looked up once. */
async function storedObjects(transcript: Transcript, { store }: Inputs): Promise<(digest: Sha256) => string> {
  const paths = new Map<Sha256, string>();
  for (const { sha256 } of transcriptObjects(transcript)) {
    const path = await store.get(sha256);
    if (path !== undefined) paths.set(sha256, path);
  }
  const gone = transcript.exchanges.find(({ body }) => body.size > 0 && !paths.has(body.sha256));
  if (gone !== undefined)
    throw new Failure('transcript-incomplete', 'an answer that the transcript names is not in the store', {
      expected: gone.body.sha256,
      got: shownAddress(gone.url),
      hint: 'give the bundle that holds it, or record the build again with --network=record',
    });
  return (digest) => paths.get(digest)!;
}

function listen(
  { tcp, dns, unserved }: GuestListeners,
  server: GuestServer,
  nameQuery: (query: Buffer) => Buffer | undefined,
  refusals: Refusals,
): () => void {
  for (const { port, server: listener } of tcp) {
    listener.maxConnections = mostConnections;
    listener.on('drop', (dropped) => server.refuseDropped(dropped));
    listener.on('error', () => undefined);
    listener.on('connection', (socket: Socket) => {
      if (port === dnsPort) answerStream(socket, nameQuery);
      else server.accept(socket);
    });
  }
  answerDatagrams(dns, nameQuery);
  return () => {
    refusals.add('unserved', unknownTarget, unserved());
    for (const { server: listener } of tcp) closeListener(listener);
    dns.close();
    server.close();
  };
}

function closeListener(listener: Server): void {
  listener.close();
}

function answerDatagrams(socket: DatagramSocket, nameQuery: (query: Buffer) => Buffer | undefined): void {
  socket.on('error', () => undefined);
  socket.on('message', (query, { address, port }) => {
    const answer = nameQuery(query);
    if (answer !== undefined) socket.send(answer, port, address, () => undefined);
  });
}

/** Over TCP each message has its length in front (RFC 1035 §4.2.2). */
function answerStream(socket: Socket, nameQuery: (query: Buffer) => Buffer | undefined): void {
  let held = Buffer.alloc(0);
  socket.on('error', () => undefined);
  socket.setTimeout(10_000, () => socket.destroy());
  socket.on('data', (bytes: Buffer) => {
    held = Buffer.concat([held, bytes]);
    while (held.length >= 2 && held.length >= 2 + held.readUInt16BE(0)) {
      const length = held.readUInt16BE(0);
      const answer = nameQuery(held.subarray(2, 2 + length));
      held = held.subarray(2 + length);
      if (answer === undefined) {
        socket.destroy();
        return;
      }
      const front = Buffer.alloc(2);
      front.writeUInt16BE(answer.length);
      socket.write(Buffer.concat([front, answer]));
    }
  });
}
