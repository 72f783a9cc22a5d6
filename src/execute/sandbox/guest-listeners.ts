/**
 * Sockets in the network namespace of a guest, without a process in it: a program enters the namespace, opens them, hands them
 * over to this process and ends.
 */
import type { Socket as DatagramSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { Server } from 'node:net';
import { Failure } from '../../failure.ts';
import type { GuestListeners } from '../../gateway/guest-network.ts';
import { hostPath, requireProgram, startHandingOver } from '../../process.ts';
import type { IdMap } from './id-map.ts';

/**
 * Brings the loopback up, and leads every address to it (ip-route(8), type `local`): a connection to an address is then accepted, named
 * and refused. Where the kernel has no such route, it is refused without a name.
 */
const entering = `ip link set lo up || exit 1
ip route add local 0.0.0.0/0 dev lo 2>/dev/null
exec "$@"`;

const dnsPort = 53;

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
  const program = readFileSync(new URL('./listen-program.js', import.meta.url), 'utf8');
  const argv = [...namespaceArguments(pid, ids), '--', '/bin/sh', '-c', entering, 'sh'];
  const node = [process.execPath, '--input-type=module', '-', JSON.stringify([dnsPort, ...ports])];
  const { exitCode, output } = await startHandingOver('nsenter', [...argv, ...node], {
    env: { PATH: hostPath },
    input: program,
    signal,
    onHandle(message, handle) {
      if (handle instanceof Server) tcp.push({ port: Number(message), server: handle });
      else if (handle !== undefined) dns = handle as DatagramSocket;
    },
  });
  signal.throwIfAborted();
  if (exitCode === 0 && dns !== undefined && tcp.length === ports.length + 1) return { tcp, dns };
  for (const { server } of tcp) server.close();
  dns?.close();
  throw new Failure('sandbox-unavailable', 'nobody can listen in the network of the guest', { got: output });
}

/** Root needs no other ids for it. Whoever made the user namespace has its id 0 in it, and with that its capabilities. */
function namespaceArguments(pid: number, { lent }: IdMap): string[] {
  const target = ['--target', String(pid), '--net'];
  return lent ? target : [...target, '--user', '--preserve-credentials'];
}
