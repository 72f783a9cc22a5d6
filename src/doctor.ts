/** What a rebuild needs of this machine, each looked at by trying it. */
import { accessSync, constants, mkdirSync, statfsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { IdMap } from './build/sandbox/id-map.ts';
import { startInNamespaces } from './build/sandbox/namespace.ts';
import { OutputTail } from './process.ts';

export interface Diagnosis {
  readonly what: string;
  /** `missing`: no rebuild; `lesser`: some packages cannot be rebuilt; `fine`. */
  readonly state: 'fine' | 'lesser' | 'missing';
  readonly detail: string;
  /** The command or setting that mends it. */
  readonly remedy: string | undefined;
}

const programs = ['bwrap', 'unshare', 'prlimit', 'tar', 'mount'];
const packagesOf: Readonly<Record<string, string>> = { bwrap: 'bubblewrap', tar: 'tar' };
const leastFreeBytes = 4 * 1024 ** 3;
const hostPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Looks at the machine; takes about a tenth of a second. */
export async function diagnose(cache: string, ids: IdMap): Promise<Diagnosis[]> {
  const system = diagnoseSystem();
  if (system.state === 'missing') return [system];
  const tools = programs.map(diagnoseProgram);
  const ready = tools.every(({ state }) => state === 'fine');
  return [
    system,
    ...tools,
    ...(ready ? [await diagnoseNamespaces(ids), await diagnoseOverlay(ids)] : []),
    diagnoseIds(ids),
    diagnoseDisk(cache),
  ];
}

function diagnoseSystem(): Diagnosis {
  const fine = process.platform === 'linux';
  return {
    what: 'operating system',
    state: fine ? 'fine' : 'missing',
    detail: fine ? 'Linux' : `${process.platform}: inspect, lock and diff work here, a rebuild needs Linux`,
    remedy: fine ? undefined : 'run wolfi-repro on a Linux machine',
  };
}

function diagnoseProgram(name: string): Diagnosis {
  const path = findProgram(name);
  const remedy = `apt-get install ${packagesOf[name] ?? 'util-linux'}`;
  return path === undefined
    ? { what: name, state: 'missing', detail: 'not found', remedy }
    : { what: name, state: 'fine', detail: path, remedy: undefined };
}

function findProgram(name: string): string | undefined {
  return hostPath
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

async function diagnoseNamespaces(ids: IdMap): Promise<Diagnosis> {
  const result = await tryInNamespaces('test "$(id -u)" = 0', [], ids, tmpdir());
  return {
    what: 'user namespaces',
    state: result.works ? 'fine' : 'missing',
    detail: result.works ? 'granted' : `not granted: ${result.output}`,
    remedy: result.works
      ? undefined
      : 'sysctl user.max_user_namespaces, kernel.unprivileged_userns_clone=1, kernel.apparmor_restrict_unprivileged_userns=0; in a container: a seccomp profile that allows them; as root: --sandbox chroot',
  };
}

async function diagnoseOverlay(ids: IdMap): Promise<Diagnosis> {
  const directory = await mkdtemp(join(tmpdir(), 'wolfi-repro-doctor-'));
  try {
    for (const name of ['lower', 'upper', 'work', 'merged']) mkdirSync(join(directory, name));
    const mount = 'mount -t overlay overlay -o lowerdir=lower,upperdir=upper,workdir=work,userxattr merged';
    const { works, output } = await tryInNamespaces(mount, [], ids, directory);
    return {
      what: 'overlay file system',
      state: works ? 'fine' : 'lesser',
      detail: works
        ? 'works in a user namespace'
        : `refused, so environments are copied for each build: ${output}`,
      remedy: works
        ? undefined
        : 'Linux 5.11 or later, and a cache folder that does not lie on an overlay itself (--cache)',
    };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function tryInNamespaces(script: string, argv: readonly string[], ids: IdMap, cwd: string) {
  const output = new OutputTail(2000);
  try {
    const env = { PATH: hostPath };
    const child = await startInNamespaces(script, argv, ids, {
      cwd,
      env,
      onOutput: (bytes) => output.add(bytes),
    });
    return { works: (await child.ended).exitCode === 0, output: output.text().trim() };
  } catch (failure) {
    return { works: false, output: failure instanceof Error ? failure.message : String(failure) };
  }
}

function diagnoseIds({ kind }: IdMap): Diagnosis {
  const fine = kind === 'range';
  return {
    what: 'subordinate ids',
    state: fine ? 'fine' : 'lesser',
    detail: fine ? 'granted' : 'not granted: recipes that give files to other owners cannot be rebuilt',
    remedy: fine
      ? undefined
      : 'apt-get install uidmap; usermod --add-subuids 100000-165535 --add-subgids 100000-165535 "$USER"',
  };
}

function diagnoseDisk(cache: string): Diagnosis {
  mkdirSync(cache, { recursive: true });
  const { bavail, bsize } = statfsSync(cache);
  const free = bavail * bsize;
  const fine = free >= leastFreeBytes;
  return {
    what: 'disk space',
    state: fine ? 'fine' : 'lesser',
    detail: `${Math.floor(free / 1024 ** 2)} MiB free below ${cache}`,
    remedy: fine ? undefined : 'a cache folder with at least 4 GiB free (--cache)',
  };
}
