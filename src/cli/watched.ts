/** The other end of `sweep/judge/watched-process.ts`: a process that judges for a different one and must not outlive it. */
import { channel } from 'node:diagnostics_channel';
import { writeSync } from 'node:fs';
import type { Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import { askHeldDisk } from '../held-disk.ts';
import { processorSecondsOf } from '../sweep/judge/cost-meter.ts';
import type { OwnCost } from '../sweep/judge/watched-process.ts';

/** A thread, since this one may be busy for minutes: the descriptor closes when the other process ends, however it does. */
const watcher = `
const { Socket } = require('node:net');
const end = () => process.kill(process.pid, 'SIGKILL');
const socket = new Socket({ fd: require('node:worker_threads').workerData });
socket.on('error', end).on('close', end).resume();
`;

/** Watches a descriptor. Returns what says at the end what this process cost. */
export function watch(descriptor: number): () => void {
  const thread = new Worker(watcher, { eval: true, workerData: descriptor });
  thread.unref();
  const heldDisk = askHeldDisk();
  const sockets: Socket[] = [];
  channel('undici:client:connected').subscribe((message) => {
    sockets.push((message as { readonly socket: Socket }).socket);
  });
  return () => {
    const cost: OwnCost = {
      processorSeconds: processorSecondsOf('self'),
      diskBytes: heldDisk(),
      downloadedBytes: sockets.reduce((total, { bytesRead }) => total + bytesRead, 0),
    };
    try {
      writeSync(descriptor, JSON.stringify(cost));
    } catch {
      // Nobody listens any more.
    }
  };
}
