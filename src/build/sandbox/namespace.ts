/**
 * Programs in fresh user and mount namespaces. The program waits on its gate until its ids are mapped; should
 * this process die before that, the gate closes and the program ends.
 */
import { readlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../../failure.ts';
import { type ProcessOptions, type RunningProcess, startProcess } from '../../process.ts';
import { type IdMap, writeIdMap } from './id-map.ts';

/** Waits on file descriptor 3, then runs the script in `$0` with the remaining arguments. */
const gatekeeper = 'read -r _ <&3 || exit 125; exec 3<&-; exec /bin/sh -c "$0" sh "$@"';

/** Starts a shell script as id 0 of namespaces of its own. Fails with `sandbox-unavailable`. */
export async function startInNamespaces(
  script: string,
  argv: readonly string[],
  ids: IdMap,
  options: ProcessOptions,
): Promise<RunningProcess> {
  const unshare = [
    '--user',
    '--mount',
    '--propagation',
    'private',
    '/bin/sh',
    '-c',
    gatekeeper,
    script,
    ...argv,
  ];
  const child = await startProcess('unshare', unshare, options);
  let over = false;
  void child.ended.then(() => {
    over = true;
  });
  try {
    await entered(child.pid, () => over);
    await writeIdMap(child.pid, ids);
  } catch (cause) {
    child.gate.destroy();
    await child.ended;
    throw cause instanceof Failure ? cause : unavailable(cause);
  }
  child.gate.end('\n');
  return child;
}

/** Waits until the process has left this process's namespaces. */
async function entered(pid: number, over: () => boolean): Promise<void> {
  const here = ['user', 'mnt'].map((name) => [name, readlinkSync(`/proc/self/ns/${name}`)] as const);
  while (here.some(([name, own]) => namespaceOf(pid, name) === own)) {
    if (over()) throw unavailable(undefined);
    await sleep(1);
  }
  if (over()) throw unavailable(undefined);
}

function namespaceOf(pid: number, name: string): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/${name}`);
  } catch {
    return undefined;
  }
}

function unavailable(cause: unknown): Failure {
  return new Failure('sandbox-unavailable', 'this machine grants no user namespaces', {
    hint: 'run `wolfi-repro doctor` to see what is missing',
    cause,
  });
}

/** Removes a tree as id 0 of the namespace, which owns every mapped id's files. */
export async function removeInNamespaces(path: string, ids: IdMap): Promise<void> {
  const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' };
  const child = await startInNamespaces('exec rm -rf -- "$1"', [path], ids, { env });
  await child.ended;
}
