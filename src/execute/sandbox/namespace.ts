/**
 * Programs in fresh user, mount and pid namespaces. The program waits at its gate until its ids are mapped and its
 * bounds are set; nothing in the namespaces outlives this process, however that ends.
 */
import { readlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../../failure.ts';
import { OutputTail } from '../../output-tail.ts';
import {
  hostPath,
  type ProcessOptions,
  type RunningProcess,
  runShortly,
  startProcess,
} from '../../process.ts';
import { type IdMap, writeIdMap } from './id-map.ts';
import { requireNewPrivileges } from './new-privileges.ts';
import { type Reach, showScript } from './reach.ts';

export interface NamespaceOptions extends Omit<ProcessOptions, 'env'> {
  /** How paths are reached, the working directory first; left out where no path of the machine is needed. */
  readonly reach?: Reach;
  /** Whether the program gets a network namespace of its own, with nothing in it but a loopback that is down. */
  readonly ownNetwork?: boolean;
  /** Called with the root of the program's tree of processes as soon as it is there. */
  readonly onStarted?: (pid: number) => void;
  /** Called with the same before the program does anything; the program goes on when this has returned. */
  readonly onWaiting?: (pid: number) => Promise<void>;
}

/**
 * The first process of the pid namespace, with which all others go. It waits on file descriptor 3 for its ids, and with them its
 * capabilities: only from then on does the kernel keep the request to be ended with its parent (prctl(2), PR_SET_PDEATHSIG). It reports on the same descriptor
 * that it has made the request; if the parent is no longer there to answer, the request came too late.
 */
const gatekeeper = `read -r _ <&3 || exit 125
umask 022
exec setpriv --pdeathsig KILL /bin/sh -c 'echo >&3; read -r _ <&3 || exit 125
exec 3<&-
script=$1; shift; eval "$script"' sh "$@"`;

const dieWithParent = ['setpriv', '--pdeathsig', 'KILL'];
const apart = ['--propagation', 'private', '--', '/bin/sh', '-c'];
const unshare = (ownNetwork: boolean) => [
  ...['--', 'unshare', '--user', '--mount', '--pid', '--kill-child', ...(ownNetwork ? ['--net'] : [])],
  ...[...apart, gatekeeper, 'sh'],
];

/**
 * The command line that leads from the caller to the gatekeeper. Root first shows the ids that it lends what the build needs, and takes on these ids; it
 * keeps the capabilities that making a user namespace may require (user_namespaces(7)) only up to that point.
 */
function entry({ lent, uid, gid }: IdMap, shown: readonly string[], ownNetwork: boolean): readonly string[] {
  if (!lent) return [...dieWithParent, ...unshare(ownNetwork)];
  const show = ['--', 'unshare', '--mount', ...apart, showScript, 'sh', ...shown, '--'];
  const power = ['--inh-caps', '+sys_admin', '--ambient-caps', '+sys_admin'];
  const become = ['--reuid', String(uid), '--regid', String(gid), '--clear-groups', ...power];
  return [
    ...dieWithParent,
    ...(shown.length > 0 ? [...show, ...dieWithParent] : []),
    ...become,
    ...unshare(ownNetwork),
  ];
}

/**
 * Starts a shell script as id 0 of its own namespaces; `argv` is `$1` and so on. Fails with `sandbox-unavailable`, and with
 * `ids-unavailable` where only the subordinate ids are refused.
 */
export async function startInNamespaces(
  script: string,
  argv: readonly string[],
  ids: IdMap,
  options: NamespaceOptions,
): Promise<RunningProcess> {
  requireNewPrivileges();
  const { onStarted, onWaiting, reach, ownNetwork = false, ...rest } = options;
  const said = new OutputTail(1024);
  let waiting = true;
  const [program, ...entering] = entry(ids, reach?.shown ?? [], ownNetwork) as [string, ...string[]];
  const child = await startProcess(program, [...entering, script, ...argv], {
    ...rest,
    env: { PATH: hostPath, LC_ALL: 'C' },
    onOutput: (bytes) => (waiting ? said.add(bytes) : options.onOutput?.(bytes)),
  });
  onStarted?.(child.pid);
  let over = false;
  void child.exited.then(() => {
    over = true;
  });
  try {
    await entered(child.pid, () => over);
    await writeIdMap(child.pid, ids);
    await answered(child);
    await onWaiting?.(child.pid);
    options.signal?.throwIfAborted();
  } catch (cause) {
    child.gate.destroy();
    await child.ended;
    options.signal?.throwIfAborted();
    throw cause instanceof Failure && cause.code === 'ids-unavailable' ? cause : unavailable(said, cause);
  }
  waiting = false;
  child.gate.end('\n');
  return child;
}

/** Lets the program go on with its ids, and waits until it is ready. */
async function answered({ gate, exited }: RunningProcess): Promise<void> {
  const answer = new Promise<void>((resolve) => gate.once('data', () => resolve()));
  const gone = exited.then(() => {
    throw new Error('the program ended before it started');
  });
  gate.write('\n');
  await Promise.race([answer, gone]);
  gone.catch(() => undefined);
}

/** Waits until the process has left this process's namespaces. */
async function entered(pid: number, over: () => boolean): Promise<void> {
  const here = ['user', 'mnt'].map((name) => [name, readlinkSync(`/proc/self/ns/${name}`)] as const);
  while (!over() && here.some(([name, own]) => namespaceOf(pid, name) === own)) await sleep(1);
  if (over()) throw new Error('the program ended before it had entered its namespaces');
}

function namespaceOf(pid: number, name: string): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/${name}`);
  } catch {
    return undefined;
  }
}

function unavailable(said: OutputTail, cause: unknown): Failure {
  return new Failure('sandbox-unavailable', 'this machine grants no user namespaces', {
    got: said.text().trim() || (cause instanceof Error ? cause.message : ''),
    hint: 'run `wolfi-repro doctor` to see what is missing',
    cause,
  });
}

/**
 * Removes a tree as id 0 of the namespace, which owns the files of every mapped id, or as root, which needs no namespace for that. Fails
 * where anything is left.
 */
export async function removeInNamespaces(path: string, ids: IdMap): Promise<void> {
  const env = { PATH: hostPath, LC_ALL: 'C' };
  const { exitCode } = ids.lent
    ? await runShortly('rm', ['-rf', '--one-file-system', '--', path], { env })
    : await (await startInNamespaces('exec rm -rf -- "$1"', [path], ids, {})).ended;
  if (exitCode !== 0) throw new Failure('internal', 'a folder cannot be removed', { got: path });
}
