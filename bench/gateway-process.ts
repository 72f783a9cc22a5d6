/** Processes of the benchmark of the gateway: `server`, whom a build wants something of, and `gateway`, which is between the two. */
import { writeFileSync } from 'node:fs';
import { createServer as createWebServer } from 'node:https';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import type { Answerer } from '../src/gateway/answerer.ts';
import { makeAuthority } from '../src/gateway/authority.ts';
import { GuestNames } from '../src/gateway/guest-names.ts';
import { type Recorded, record } from '../src/gateway/record.ts';
import { replay } from '../src/gateway/replay.ts';
import { RequestBudget } from '../src/gateway/request-budget.ts';
import { GuestServer } from '../src/gateway/server.ts';
import { machineInputs } from '../src/inputs/inputs.ts';
import { makeTranscript } from '../src/transcript/transcript.ts';
import { labNetwork } from '../test/support/lab-server.ts';
import type { Ready } from './gateway.ts';

const [role, folder = '', ...rest] = process.argv.slice(2);
if (role === 'server') await serve(Number(rest[0]), Number(rest[1]));
if (role === 'gateway') await mediate(rest[0]!);

/** Sends so many mebibytes over TLS, each piece when it is due; at once where the rate is 0. */
async function serve(mebibytes: number, rate: number): Promise<void> {
  const authority = makeAuthority();
  writeFileSync(join(folder, 'server.pem'), authority.certificate);
  const piece = Buffer.alloc(2 ** 20, 'piece');
  const { key, chain } = authority.credential('localhost');
  const server = createWebServer({ key, cert: chain }, (_request, response) => {
    response.writeHead(200, { 'content-length': mebibytes * piece.length });
    const began = performance.now();
    let sent = 0;
    const send = (): void => {
      while (sent < mebibytes) {
        const early = rate === 0 ? 0 : (sent / rate) * 1000 - (performance.now() - began);
        if (early > 0.5) return void setTimeout(send, early);
        sent += 1;
        if (!response.write(piece)) return void response.once('drain', send);
      }
      response.end();
    };
    send();
  });
  server.listen(0, '127.0.0.1', () => ready('', server.address() as AddressInfo));
}

async function mediate(origin: string): Promise<void> {
  const name = 'files.example';
  const authority = makeAuthority();
  writeFileSync(join(folder, 'gateway.pem'), authority.certificate);
  const names = new GuestNames();
  const inputs = machineInputs(join(folder, 'cache'), new AbortController().signal, {
    ...labNetwork,
    timeoutMilliseconds: 60_000,
  });
  const exchange = inputs.exchange.bind(inputs);
  inputs.exchange = (asked) => exchange({ ...asked, url: new URL(asked.url.pathname, origin) });
  let recorded: Recorded = { exchanges: [], unanswered: [] };
  let answerer: Answerer | undefined;
  const modes = {
    async record() {
      await answerer?.settle();
      for (const { sha256 } of inputs.store.list()) inputs.store.remove(sha256);
      recorded = { exchanges: [], unanswered: [] };
      answerer = record(inputs, recorded, { asOf: undefined });
    },
    async replay() {
      await answerer!.settle();
      const transcript = makeTranscript(recorded.exchanges, recorded.unanswered);
      const path = await inputs.store.get(transcript.exchanges[0]!.body.sha256);
      answerer = replay(transcript, () => path!);
    },
  };
  const server = new GuestServer({
    authority,
    names,
    budget: new RequestBudget(),
    answerer: {
      answer: (asked) => answerer!.answer(asked),
      lacking: () => [],
      settle: async () => undefined,
    },
    onRefusal: (kind, target) => process.stderr.write(`refused: ${kind} ${target}\n`),
    onSilence: () => undefined,
    onUnrecorded: () => undefined,
  });
  process.on('message', async (mode: keyof typeof modes) => {
    await modes[mode]();
    process.send!(process.resourceUsage().maxRSS / 1024);
  });
  const listener = createServer((socket) => server.accept(socket));
  listener.listen(0, '0.0.0.0', () => ready(names.address(name)!, listener.address() as AddressInfo));
}

function ready(address: string, { port }: AddressInfo): void {
  process.send!({ address, port } satisfies Ready);
}
