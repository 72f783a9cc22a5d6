/** A thousand connections at once whose answers are recorded, body by body. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { sha256 } from '../../src/digest.ts';
import type { Authority } from '../../src/gateway/authority.ts';
import { GuestNames } from '../../src/gateway/guest-names.ts';
import { type Recorded, record } from '../../src/gateway/record.ts';
import { RequestBudget } from '../../src/gateway/request-budget.ts';
import { GuestServer } from '../../src/gateway/server.ts';
import { machineInputs } from '../../src/inputs/inputs.ts';
import { makeTranscript, parseTranscript, transcriptBytes } from '../../src/transcript/transcript.ts';
import { type LabServer, labNetwork, startLabServer } from '../support/lab-server.ts';

const connections = 1000;
const name = 'files.example';
const bodyOf = (at: number) => Buffer.alloc(10_000, `body ${at % 100} `);

describe('a thousand connections at once', () => {
  let folder: string;
  let lab: LabServer;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'wolfi-repro-thousand-'));
    lab = await startLabServer();
    for (let at = 0; at < 100; at += 1) lab.put(`/${at}`, bodyOf(at));
  });
  after(async () => {
    await lab.close();
    rmSync(folder, { recursive: true });
  });

  it('are each given their body, which is kept as it was given', async () => {
    const inputs = machineInputs(folder, new AbortController().signal, {
      ...labNetwork,
      timeoutMilliseconds: 60_000,
    });
    const exchange = inputs.exchange.bind(inputs);
    inputs.exchange = (asked) =>
      exchange({ ...asked, url: new URL(`${asked.url.pathname}${asked.url.search}`, lab.url) });
    const recorded: Recorded = { exchanges: [], unanswered: [] };
    const answerer = record(inputs, recorded, { asOf: undefined });
    const names = new GuestNames();
    const refused: string[] = [];
    const server = new GuestServer({
      // Nobody speaks TLS.
      authority: {} as Authority,
      names,
      answerer,
      budget: new RequestBudget(),
      onRefusal: (kind, target) => refused.push(`${kind} ${target}`),
      onSilence: (target) => refused.push(target),
      onUnrecorded: ({ url }) => refused.push(url.href),
    });
    const listener = createServer((socket) => server.accept(socket));
    await once(listener.listen(0, '0.0.0.0', connections), 'listening');
    const { port } = listener.address() as AddressInfo;
    const fetchOne = async (at: number) => {
      const socket = connect(port, names.address(name)!);
      socket.write(`GET /${at % 100}?${at} HTTP/1.1\r\nHost: ${name}:${port}\r\nConnection: close\r\n\r\n`);
      const answer = await buffer(socket);
      return answer.subarray(answer.indexOf('\r\n\r\n') + 4);
    };
    const bodies = await Promise.all(Array.from({ length: connections }, (_, at) => fetchOne(at)));
    await answerer.settle();
    server.close();
    listener.close();
    assert.deepEqual(refused, []);
    assert.ok(bodies.every((body, at) => body.equals(bodyOf(at))));
    assert.ok(lab.mostAtOnce <= 256, String(lab.mostAtOnce));
    const transcript = makeTranscript(recorded.exchanges, recorded.unanswered);
    assert.deepEqual(parseTranscript(transcriptBytes(transcript)), transcript);
    assert.equal(transcript.exchanges.length, connections);
    assert.deepEqual(transcript.unanswered, []);
    for (const { url, body } of transcript.exchanges) {
      const expected = bodyOf(Number(new URL(url).pathname.slice(1)));
      assert.deepEqual(body, { sha256: sha256(expected), size: expected.length });
      assert.ok((await inputs.store.get(body.sha256)) !== undefined);
    }
  });
});
