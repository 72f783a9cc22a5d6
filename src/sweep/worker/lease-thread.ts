/** The thread of `lease-keeper.ts`, with a connection of its own. */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import type { Sha256 } from '../../digest.ts';
import { keepLease } from '../database/heartbeat.ts';
import { Database } from '../database/postgres.ts';
import type { FromLeaseThread, KeptLease, LeaseThreadData, ToLeaseThread } from './lease-messages.ts';

/** Beats in the time that a lease lasts: 20 s of 90. */
const beats = 4.5;

/** The leases of one worker, each with its own clock. */
class Heartbeats {
  readonly #database: Database;
  readonly #tell: (message: FromLeaseThread) => void;
  readonly #timers = new Map<Sha256, NodeJS.Timeout>();
  readonly #waiting = new Set<NodeJS.Timeout>();
  #ended = false;

  constructor(database: Database, tell: (message: FromLeaseThread) => void) {
    this.#database = database;
    this.#tell = tell;
  }

  keep(lease: KeptLease): void {
    this.release(lease.key);
    const onFailure = (failure: unknown) => {
      if (!this.#ended) throwOutside(failure);
    };
    const timer = setInterval(() => void this.#beat(lease, timer).catch(onFailure), lease.lasts / beats);
    this.#timers.set(lease.key, timer);
  }

  release(key: Sha256): void {
    clearInterval(this.#timers.get(key));
    this.#timers.delete(key);
  }

  end(): void {
    this.#ended = true;
    for (const key of this.#timers.keys()) this.release(key);
  }

  async #beat({ key, ...name }: KeptLease, timer: NodeJS.Timeout): Promise<void> {
    // One that waits for the database stands for those that follow.
    if (this.#waiting.has(timer)) return;
    this.#waiting.add(timer);
    const answer = await this.#database.transaction((queries) =>
      keepLease(queries, { ...name, job: { key } }),
    );
    this.#waiting.delete(timer);
    if (this.#timers.get(key) !== timer) return;
    if (answer === 'lost') this.release(key);
    this.#tell({ kind: 'answer', key, answer });
  }
}

/** A database that refuses, or a defect: the thread ends, and with it every lease. */
function throwOutside(failure: unknown): void {
  setImmediate(() => {
    throw failure;
  });
}

async function main(port: MessagePort): Promise<void> {
  const ended = new AbortController();
  const tell = (message: FromLeaseThread) => port.postMessage(message);
  const { url } = workerData as LeaseThreadData;
  const database = await Database.open({
    url,
    signal: ended.signal,
    patience: Number.POSITIVE_INFINITY,
    onTrouble: (text) => tell({ kind: 'trouble', text }),
    connections: 1,
  });
  const heartbeats = new Heartbeats(database, tell);
  port.on('message', (message: ToLeaseThread) => {
    if (message.kind === 'keep') heartbeats.keep(message.lease);
    else if (message.kind === 'release') heartbeats.release(message.key);
    else {
      heartbeats.end();
      ended.abort();
      port.close();
      void database.close();
    }
  });
}

if (parentPort !== null) main(parentPort).catch(throwOutside);
