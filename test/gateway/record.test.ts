/** Recordings of servers that do not keep to their word, and what a replay of them gives. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { sha256 } from '../../src/digest.ts';
import type { GuestAnswer, GuestRequest } from '../../src/gateway/answerer.ts';
import type { GuestBody } from '../../src/gateway/guest-body.ts';
import { type Recorded, record } from '../../src/gateway/record.ts';
import { replay } from '../../src/gateway/replay.ts';
import { type Inputs, machineInputs } from '../../src/inputs/inputs.ts';
import type { NetworkOptions } from '../../src/inputs/network/network-options.ts';
import { makeTranscript, parseTranscript, transcriptBytes } from '../../src/transcript/transcript.ts';
import { type LabServer, labNetwork, type Misbehaviour, startLabServer } from '../support/lab-server.ts';

const content = Buffer.alloc(300_000, 'content ');

describe('a recording', () => {
  let server: LabServer;
  let folder: string;

  before(async () => {
    server = await startLabServer();
    server.put('/file', content);
    folder = mkdtempSync(join(tmpdir(), 'wolfi-repro-record-'));
  });
  after(async () => {
    await server.close();
    rmSync(folder, { recursive: true });
  });

  function inputsWith(network: Partial<NetworkOptions> = {}): Inputs {
    const { signal } = new AbortController();
    return machineInputs(folder, signal, { ...labNetwork, timeoutMilliseconds: 500, ...network });
  }

  function request(
    url: string,
    headers: Readonly<Record<string, string>> = {},
    method = 'GET',
  ): GuestRequest {
    return { method, url: new URL(url), header: (name) => headers[name], body: undefined };
  }

  /** The body as far as it came, and whether all of it did. */
  async function taken(answer: GuestAnswer): Promise<{ bytes: number; whole: boolean } | string> {
    if (answer.kind !== 'answer') return 'reason' in answer ? answer.reason : answer.kind;
    let bytes = 0;
    try {
      for await (const piece of piecesOf(answer.body())) bytes += piece.length;
      return { bytes, whole: true };
    } catch {
      return { bytes, whole: false };
    }
  }

  async function recordOnce(asked: GuestRequest, inputs = inputsWith(), answerBytes = 1_000_000) {
    const recorded: Recorded = { exchanges: [], unanswered: [] };
    const bounds = { answerBytes, totalBytes: 2_000_000, headerBytes: 1000 };
    const answerer = record(inputs, recorded, { asOf: undefined, bounds });
    const got = await taken(await answerer.answer(asked));
    await answerer.settle();
    return { got, ...makeTranscript(recorded.exchanges, recorded.unanswered), lacking: answerer.lacking() };
  }

  const broken: readonly (readonly [string, Misbehaviour])[] = [
    ['is cut', { kind: 'cut', after: 1000 }],
    ['is shorter than announced', { kind: 'wrong-length', more: 5 }],
    ['stops in its middle', { kind: 'stall', after: 1000 }],
  ];
  for (const [what, misbehaviour] of broken) {
    it(`has no answer that ${what}, and neither has its client`, async () => {
      server.misbehave('/file', misbehaviour);
      const { got, exchanges, unanswered, lacking } = await recordOnce(request(`${server.url}/file`));
      assert.ok(typeof got === 'object' && !got.whole, JSON.stringify(got));
      assert.deepEqual([exchanges.length, unanswered.map(({ reason }) => reason)], [0, ['cut']]);
      assert.match(lacking.join(), /\/file: cut$/);
    });
  }

  it('has what came after a moment in which the server was busy', async () => {
    server.misbehave('/file', { kind: 'status', status: 503 });
    const { got, exchanges } = await recordOnce(request(`${server.url}/file`));
    assert.deepEqual(got, { bytes: content.length, whole: true });
    assert.deepEqual(
      exchanges.map(({ status, body }) => [status, body.sha256]),
      [[200, sha256(content)]],
    );
  });

  it('does not take an answer beyond its bound, announced or not', async () => {
    const { got, unanswered } = await recordOnce(request(`${server.url}/file`), inputsWith(), 1000);
    assert.equal(got, 'too-large');
    assert.deepEqual(
      unanswered.map(({ reason }) => reason),
      ['too-large'],
    );
  });

  it('keeps a content encoding as it came, however much is behind it', async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    server.put('/bomb', bomb);
    const { got } = await recordOnce(request(`${server.url}/bomb`));
    assert.deepEqual(got, { bytes: bomb.length, whole: true });
  });

  it('contacts nobody in a private network, over plain http or offline, where that is not allowed', async () => {
    const before = server.requests.length;
    const policies = [
      [{ ...labNetwork.policy, allowPrivateAddresses: false }, 'private-address'],
      [{ ...labNetwork.policy, allowPlainHttp: false }, 'plain-http'],
      [{ ...labNetwork.policy, offline: true }, 'unreachable'],
    ] as const;
    for (const [policy, reason] of policies) {
      const { got } = await recordOnce(request(`${server.url}/file`), inputsWith({ policy }));
      assert.equal(got, reason);
    }
    assert.equal(server.requests.length, before);
  });

  it('sends nothing of the user’s, and of the guest’s what a server needs', async () => {
    const inputs = inputsWith({ credentials: () => 'Basic secret' });
    const headers = { accept: 'text/plain', cookie: 'guest', 'x-other': 'x', authorization: 'Bearer guest' };
    await recordOnce(request(`${server.url}/file`, headers), inputs);
    const sent = server.requests.at(-1)!.headers;
    assert.deepEqual(
      [sent.accept, sent.cookie, sent['x-other'], sent.authorization, sent['accept-encoding']],
      ['text/plain', undefined, undefined, 'Bearer guest', 'identity'],
    );
  });

  /** A recording of a server that answers with this at once. */
  async function recordOf(
    said: { readonly status?: number; readonly headers?: Readonly<Record<string, string>> },
    store: Inputs['store'],
  ) {
    const exchange = async () => ({
      status: said.status ?? 200,
      header: (header: string) => said.headers?.[header],
      body: Readable.from([content]),
    });
    const { network } = inputsWith();
    const recorded: Recorded = { exchanges: [], unanswered: [] };
    const bounds = { answerBytes: 1_000_000, totalBytes: 2_000_000, headerBytes: 1000 };
    const answerer = record({ exchange, store, network }, recorded, { asOf: undefined, bounds });
    const got = await taken(await answerer.answer(request('https://r.example/')));
    await answerer.settle();
    return { got, transcript: makeTranscript(recorded.exchanges, recorded.unanswered) };
  }

  const unreadable: readonly (readonly [string, Parameters<typeof recordOf>[0], string])[] = [
    ['a status that HTTP does not have', { status: 999 }, 'unreachable'],
    ['headers beyond their bound', { headers: { etag: 'x'.repeat(1001) } }, 'too-large'],
  ];
  for (const [what, said, reason] of unreadable) {
    it(`has no answer with ${what}, and can be read`, async () => {
      const { got, transcript } = await recordOf(said, inputsWith().store);
      assert.equal(got, reason);
      assert.deepEqual(parseTranscript(transcriptBytes(transcript)), transcript);
    });
  }

  const notTaken: Readonly<Record<string, (aside: string) => void>> = {
    'the store does not take': () => undefined,
    'the store does not take and the disk does not let go': (aside) => {
      rmSync(aside);
      mkdirSync(aside);
    },
  };
  for (const [what, spoil] of Object.entries(notTaken)) {
    it(`has no answer that ${what}, and its client learns of it`, async () => {
      const { store } = inputsWith();
      const adopt = async (aside: string) => {
        spoil(aside);
        throw new Error('the disk takes no more');
      };
      const { got, transcript } = await recordOf({}, { ...store, adopt });
      assert.deepEqual(got, { bytes: content.length, whole: false });
      assert.deepEqual(
        transcript.unanswered.map(({ reason }) => reason),
        ['cut'],
      );
    });
  }

  it('asks for a bounded number of answers at once, and for all in the end', async () => {
    let [active, most] = [0, 0];
    const exchange = async () => {
      active += 1;
      most = Math.max(most, active);
      await sleep(5);
      active -= 1;
      return { status: 200, header: () => undefined, body: Readable.from([Buffer.from('x')]) };
    };
    const { network, store } = inputsWith();
    const recorded: Recorded = { exchanges: [], unanswered: [] };
    const answerer = record({ exchange, store, network }, recorded, { asOf: undefined });
    const all = Array.from({ length: 600 }, (_, at) => `https://r${at}.example/`);
    await Promise.all(all.map(async (url) => taken(await answerer.answer(request(url)))));
    await answerer.settle();
    assert.ok(most <= 256, String(most));
    assert.equal(recorded.exchanges.length, all.length);
  });

  it('is replayed as it was: the same answers, failures among them, and nothing that is not in it', async () => {
    const inputs = inputsWith();
    const recorded: Recorded = { exchanges: [], unanswered: [] };
    const answerer = record(inputs, recorded, { asOf: undefined });
    server.misbehave('/file', { kind: 'cut', after: 10 });
    await taken(await answerer.answer(request(`${server.url}/gone`)));
    await taken(await answerer.answer(request(`${server.url}/file`, { range: 'bytes=0-1' })));
    await taken(await answerer.answer(request(`${server.url}/file`)));
    await answerer.settle();
    const transcript = makeTranscript(recorded.exchanges, recorded.unanswered);
    const paths = new Map(
      await Promise.all(
        transcript.exchanges.map(
          async ({ body }) => [body.sha256, await inputs.store.get(body.sha256)] as const,
        ),
      ),
    );
    const again = replay(transcript, (digest) => paths.get(digest)!);
    const gone = await again.answer(request(`${server.url}/gone`));
    assert.ok(gone.kind === 'answer' && gone.status === 404);
    assert.equal(
      await taken(await again.answer(request(`${server.url}/file`, { range: 'bytes=0-1' }))),
      'cut',
    );
    const whole = await again.answer(request(`${server.url}/file`));
    assert.ok(whole.kind === 'answer' && (await buffer(piecesOf(whole.body()))).equals(content));
    assert.equal(await taken(await again.answer(request(`${server.url}/other`))), 'unrecorded');
    assert.equal(await taken(await again.answer(request(`${server.url}/file`, {}, 'POST'))), 'unrecorded');
  });
});

async function* piecesOf(body: GuestBody): AsyncGenerator<Buffer> {
  try {
    for (;;) {
      const into = Buffer.alloc(1000);
      const length = await body.read(into);
      if (length === 0) return;
      yield into.subarray(0, length);
    }
  } finally {
    body.close();
  }
}
