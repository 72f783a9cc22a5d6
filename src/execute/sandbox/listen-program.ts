/**
 * A separate program, given to Node as text: it opens the sockets of a guest's network in the namespace in which it was started, and hands
 * them to its parent (Node's documentation, `process.send`). It is a script, since each step waits for it and Node starts modules later.
 */
import type { SendHandle } from 'node:child_process';

const ports = JSON.parse(process.argv[1]!) as number[];
const dnsPort = 53;

const handOver = (message: unknown, handle: SendHandle): Promise<void> =>
  new Promise((resolve, reject) => {
    process.send!(message, handle, {}, (failure: Error | null) =>
      failure === null ? resolve() : reject(failure),
    );
  });

async function listen(): Promise<void> {
  const { createServer } = process.getBuiltinModule('node:net');
  for (const port of ports) {
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen({ port, host: '0.0.0.0', backlog: 4096 }, resolve);
    });
    await handOver(port, server);
  }
  const dns = process.getBuiltinModule('node:dgram').createSocket('udp4');
  await new Promise<void>((resolve, reject) => {
    dns.once('error', reject).bind(dnsPort, '0.0.0.0', resolve);
  });
  await handOver('dns', dns);
  // Listening sockets would keep this process running; they live on in the parent.
  process.exit(0);
}

void listen();
