/**
 * Sockets in the network namespace of a guest, without a process in it: a program enters the namespace, opens them, hands them
 * over to this process and ends.
 */
import type { Socket as DatagramSocket } from 'node:dgram';
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { Server } from 'node:net';
import { Failure } from '../../failure.ts';
import type { GuestListeners } from '../../gateway/guest-network.ts';
import { hostPath, requireProgram, startHandingOver } from '../../process.ts';
import type { IdMap } from './id-map.ts';

/**
 * Brings the loopback up, and leads every address to it (ip-route(8), type `local`): a connection to an address is then accepted, named
 * and refused. Where the kernel has no such route, or no such rules, what is not served is refused without a name or a count.
 */
const entering = `ip link set lo up || exit 1
printf '%s' "$1" | ip -batch - 2>/dev/null
shift
exec "$@"`;

const dnsPort = 53;
/** What a name never leads to (gateway/guest-names.ts): programs of a step reach each other there. */
const ownLoopback = ['127.0.0.0/10', '127.128.0.0/9'];

/**
 * Commands of `ip -batch`, which ends at the first that fails. Ports that are served lead to the loopback whatever the address, and so does everything
 * within the steps' own part of it; the rest has no route, which ends it at once (ENETUNREACH), and the kernel counts it (ip-rule(8), `ipproto`).
 */
function routes(ports: readonly number[]): string {
  const served = [['udp', dnsPort], ['tcp', dnsPort], ...ports.map((port) => ['tcp', port])].flatMap(
    // Answers come from the port that was asked.
    ([protocol, port]) =>
      ['dport', 'sport'].map((side) => `rule add pref 2 ipproto ${protocol} ${side} ${port} lookup local`),
  );
  return [
    'route add local 0.0.0.0/0 dev lo',
    ...ownLoopback.map((range) => `rule add pref 1 to ${range} lookup local`),
    ...served,
    'rule del pref 0',
    '',
  ].join('\n');
}

/** Packets without a route (RFC 1213, ipOutNoRoutes), by the `net/snmp` of a namespace: a line of names, and one of values. */
function parseNoRoutes(text: string): number {
  const [names = [], values = []] = text
    .split('\n')
    .filter((line) => line.startsWith('Ip:'))
    .map((line) => line.split(' '));
  return Number(values[names.indexOf('OutNoRoutes')] ?? 0);
}

/** The same over IPv6 (RFC 4293, ipSystemStatsOutNoRoutes), by its `net/snmp6`: a name and a value to a line. */
function parseNoRoutes6(text: string): number {
  return Number(/^Ip6OutNoRoutes\s+(\d+)$/m.exec(text)?.[1] ?? 0);
}

/** The files stay those of the namespace once the process is gone. */
function noRoutesOf(pid: number): () => number {
  const counts = [
    lastRead(`/proc/${pid}/net/snmp`, parseNoRoutes),
    lastRead(`/proc/${pid}/net/snmp6`, parseNoRoutes6),
  ];
  return () => counts.reduce((sum, count) => sum + count(), 0);
}

/** What a file of the kernel says when it is asked for, which may be done once; 0 where the kernel has no such file. */
function lastRead(path: string, parse: (text: string) => number): () => number {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
  } catch {
    // A kernel without the file counts nothing.
  }
  return () => {
    if (file === undefined) return 0;
    const bytes = Buffer.alloc(64 * 1024);
    const count = parse(bytes.toString('latin1', 0, readSync(file, bytes, 0, bytes.length, 0)));
    closeSync(file);
    file = undefined;
    return count;
  };
}

/**
 * Listens in the network namespace of a process, which must wait meanwhile. Fails with `sandbox-unavailable`.
 * @param ports TCP ports; that of the name server is added
 */
export async function listenInNamespace(
  pid: number,
  ids: IdMap,
  ports: readonly number[],
  signal: AbortSignal,
): Promise<GuestListeners> {
  requireProgram('ip');
  const tcp: { port: number; server: Server }[] = [];
  let dns: DatagramSocket | undefined;
  const compiled = readFileSync(new URL('./listen-program.js', import.meta.url), 'utf8');
  const program = compiled.replace(/^export \{\};$/m, '');
  const argv = [...namespaceArguments(pid, ids), '--', '/bin/sh', '-c', entering, 'sh', routes(ports)];
  const node = [process.execPath, '-e', program, JSON.stringify([dnsPort, ...ports])];
  const { exitCode, output } = await startHandingOver('nsenter', [...argv, ...node], {
    env: { PATH: hostPath },
    signal,
    onHandle(message, handle) {
      if (handle instanceof Server) tcp.push({ port: Number(message), server: handle });
      else if (handle !== undefined) dns = handle as DatagramSocket;
    },
  });
  signal.throwIfAborted();
  if (exitCode === 0 && dns !== undefined && tcp.length === ports.length + 1)
    return { tcp, dns, unserved: noRoutesOf(pid) };
  for (const { server } of tcp) server.close();
  dns?.close();
  throw new Failure('sandbox-unavailable', 'nobody can listen in the network of the guest', { got: output });
}

/** Root needs no other ids for it. Whoever made the user namespace has its id 0 in it, and with that its capabilities. */
function namespaceArguments(pid: number, { lent }: IdMap): string[] {
  const target = ['--target', String(pid), '--net'];
  return lent ? target : [...target, '--user', '--preserve-credentials'];
}
