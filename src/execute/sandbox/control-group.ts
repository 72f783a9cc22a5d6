/**
 * Bounds on memory and processes that the kernel keeps, where this process may make a control group (cgroups(7), both
 * versions). Where it may not, which is usual for an ordinary user, the watchdog keeps them from outside.
 */

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ExceededLimit } from '../../failure.ts';
import { isAbandoned, ownedPrefix } from '../../process-marks.ts';
import type { BuildLimits } from './sandbox.ts';

type Controller = 'pids' | 'memory';

export interface ControlGroup {
  /** The bounds that the kernel keeps; the watchdog keeps the rest. */
  readonly bounds: ReadonlySet<ExceededLimit>;
  /** Begins to put a process into the group, which can take the kernel some milliseconds; whether it succeeded is shown by `holds`. */
  enter(pid: number): Promise<void>;
  /** Whether a process is in the group. */
  holds(pid: number): boolean;
  /** Puts a process into the group; its descendants stay in it. */
  join(pid: number): void;
  /** The bound that the group exceeded. */
  exceeded(): ExceededLimit | undefined;
  /** Ends what is left in the group and removes it. */
  close(): Promise<void>;
}

/** One folder: version 2 has one for all controllers, version 1 one each. */
interface GroupFolder {
  readonly path: string;
  readonly version: 1 | 2;
  readonly controllers: readonly Controller[];
}

/** A fresh group with the bounds of one step; undefined where none can be made. */
export function makeControlGroup(limits: BuildLimits): ControlGroup | undefined {
  const folders = groupParents().flatMap((parent) => makeFolder(parent, limits) ?? []);
  if (folders.length === 0) return undefined;
  const bounds = new Set<ExceededLimit>();
  for (const { controllers } of folders) {
    if (controllers.includes('pids')) bounds.add('processes');
    if (controllers.includes('memory')) bounds.add('memory');
  }
  return {
    bounds,
    enter: async (pid) => {
      await Promise.allSettled(folders.map(({ path }) => writeFile(join(path, 'cgroup.procs'), String(pid))));
    },
    holds: (pid) => {
      const groups = readLines(`/proc/${pid}/cgroup`);
      return folders.every(({ path }) => groups.some((line) => line.endsWith(`/${basename(path)}`)));
    },
    join: (pid) => {
      for (const { path } of folders) writeFileSync(join(path, 'cgroup.procs'), String(pid));
    },
    exceeded: () => folders.map(exceededIn).find((limit) => limit !== undefined),
    close: async () => {
      for (const { path } of folders) await removeFolder(path);
    },
  };
}

function makeFolder(parent: GroupFolder, limits: BuildLimits): GroupFolder | undefined {
  let path: string | undefined;
  try {
    sweep(parent.path);
    path = mkdtempSync(join(parent.path, `wolfi-repro-${ownedPrefix()}`));
    const made = { ...parent, path };
    for (const controller of made.controllers) setBound(made, controller, limits);
    return made;
  } catch {
    if (path !== undefined) rmdirSync(path);
    return undefined;
  }
}

function setBound({ path, version }: GroupFolder, controller: Controller, limits: BuildLimits): void {
  if (controller === 'pids') {
    writeFileSync(join(path, 'pids.max'), String(limits.processes));
    return;
  }
  const [memory, swap] =
    version === 2
      ? ['memory.max', 'memory.swap.max']
      : ['memory.limit_in_bytes', 'memory.memsw.limit_in_bytes'];
  writeFileSync(join(path, memory), String(limits.memoryBytes));
  if (existsSync(join(path, swap)))
    writeFileSync(join(path, swap), version === 2 ? '0' : String(limits.memoryBytes));
}

function exceededIn({ path, version, controllers }: GroupFolder): ExceededLimit | undefined {
  if (controllers.includes('pids') && counter(join(path, 'pids.events'), 'max') > 0) return 'processes';
  const file = version === 2 ? 'memory.events' : 'memory.oom_control';
  if (controllers.includes('memory') && counter(join(path, file), 'oom_kill') > 0) return 'memory';
  return undefined;
}

/**
 * The number of processes of this process's own group that the kernel ended for lack of memory; undefined where the kernel counts none by
 * group. Groups below and beside it are not counted (Linux, admin-guide/cgroup-v2, `memory.events.local`; cgroup-v1/memory, `oom_kill`).
 */
export function memoryKillsOfOwnGroup(): number | undefined {
  const mounts = groupMounts();
  for (const { controllers, path } of ownGroups()) {
    const unified = controllers.length === 0;
    if (!unified && !controllers.includes('memory')) continue;
    const mount = mounts.find(({ version, options }) =>
      unified ? version === 2 : options.includes('memory'),
    );
    if (mount === undefined) continue;
    const file = unified ? 'memory.events.local' : 'memory.oom_control';
    const kills = counted(join(within(mount, path), file), 'oom_kill');
    if (kills !== undefined) return kills;
  }
  return undefined;
}

function counter(file: string, name: string): number {
  return counted(file, name) ?? 0;
}

function counted(file: string, name: string): number | undefined {
  const line = readLines(file).find((each) => each.startsWith(`${name} `));
  return line === undefined ? undefined : Number(line.slice(name.length + 1));
}

const removalAttempts = 50;

async function removeFolder(path: string): Promise<void> {
  for (let attempt = 0; attempt < removalAttempts; attempt++) {
    try {
      rmdirSync(path);
      return;
    } catch {
      endMembers(path);
      await sleep(10);
    }
  }
}

function endMembers(path: string): void {
  try {
    for (const pid of readFileSync(join(path, 'cgroup.procs'), 'latin1').split('\n').filter(Boolean)) {
      process.kill(Number(pid), 'SIGKILL');
    }
  } catch {
    // They ended by themselves.
  }
}

/** Removes the groups of processes that have ended; a group that still has members stays. */
function sweep(parent: string): void {
  for (const name of readdirSync(parent)) {
    if (!name.startsWith('wolfi-repro-') || !isAbandoned(name.slice('wolfi-repro-'.length))) continue;
    try {
      rmdirSync(join(parent, name));
    } catch {
      // A later start tries again.
    }
  }
}

interface OwnGroup {
  /** Those of one hierarchy of version 1; none for version 2. */
  readonly controllers: readonly string[];
  readonly path: string;
}

/** The groups of this process, one in each hierarchy: `number:controllers:path` (cgroups(7), "/proc files"). */
function ownGroups(): OwnGroup[] {
  return readLines('/proc/self/cgroup').flatMap((line) => {
    const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (controllers === undefined || path === undefined) return [];
    return [{ controllers: controllers.split(',').filter(Boolean), path }];
  });
}

/** Where groups with these controllers can be made below this process's own. */
function groupParents(): GroupFolder[] {
  const mounts = groupMounts();
  const found: GroupFolder[] = [];
  for (const { controllers, path } of ownGroups()) {
    if (controllers.length === 0) {
      const parent = unifiedParent(mounts, path);
      if (parent !== undefined) found.push(parent);
      continue;
    }
    for (const controller of ['pids', 'memory'] as const) {
      if (!controllers.includes(controller)) continue;
      const mount = mounts.find(({ options }) => options.includes(controller));
      if (mount === undefined) continue;
      found.push({ path: within(mount, path), version: 1, controllers: [controller] });
    }
  }
  return found;
}

/**
 * The parent in version 2. A group with members cannot pass on a controller (cgroups(7), "no internal processes"), so the nearest group above that already
 * does is taken.
 */
function unifiedParent(mounts: readonly GroupMount[], own: string): GroupFolder | undefined {
  const mount = mounts.find(({ version }) => version === 2);
  if (mount === undefined) return undefined;
  for (let path = within(mount, own); path.startsWith(mount.point); path = dirname(path)) {
    const handedOn = readLines(join(path, 'cgroup.subtree_control')).join(' ').split(' ');
    const controllers = (['pids', 'memory'] as const).filter((name) => handedOn.includes(name));
    if (controllers.length > 0) return { path, version: 2, controllers };
  }
  return undefined;
}

interface GroupMount {
  readonly point: string;
  /** The part of the hierarchy that is mounted. */
  readonly root: string;
  readonly version: 1 | 2;
  readonly options: readonly string[];
}

/** Fields of proc(5), mountinfo: `… root point … - type source options`. */
function groupMounts(): GroupMount[] {
  return readLines('/proc/self/mountinfo').flatMap((line) => {
    const [own = '', system = ''] = line.split(' - ');
    const [type, , options = ''] = system.split(' ');
    if (type !== 'cgroup' && type !== 'cgroup2') return [];
    const [, , , root = '/', point = ''] = own.split(' ');
    return [{ point, root, version: type === 'cgroup2' ? 2 : 1, options: options.split(',') }];
  });
}

function within({ point, root }: GroupMount, path: string): string {
  return join(point, root !== '/' && path.startsWith(root) ? path.slice(root.length) : path);
}

function readLines(file: string): string[] {
  try {
    return readFileSync(file, 'latin1').split('\n').filter(Boolean);
  } catch {
    return [];
  }
}
