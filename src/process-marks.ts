/**
 * Names for what a process makes for its own lifetime (folders, control groups), so that what a killed process left is found and removed,
 * and nothing of a living one is, whether it runs on this machine, in another container on it, or on another machine that shares
 * the folder.
 */
import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** `<pid>.<start>.<pid namespace>.<boot>.<machine>.`, to be followed by something unique. */
export function ownedPrefix(): string {
  return `${[process.pid, startTime(process.pid), ...place()].join('.')}.`;
}

const owned = /^(\d+)\.(\d+)\.(\d+)\.([0-9a-f]+)\.([0-9a-f]+)\./;

/** Whether a name belongs to something that a process made for its own lifetime. */
export function isOwned(name: string): boolean {
  return owned.test(name);
}

/** Whether a name was given by a process that has certainly ended. */
export function isAbandoned(name: string): boolean {
  const match = owned.exec(name);
  if (match === null) return false;
  const [, pid, start, namespace, boot, machine] = match;
  const [ownNamespace, ownBoot, ownMachine] = place();
  if (machine !== ownMachine) return false;
  if (boot !== ownBoot) return true;
  return namespace === ownNamespace && startTime(Number(pid)) !== start;
}

function place(): readonly [namespace: string, boot: string, machine: string] {
  const namespace = /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? '0';
  const machine = readText('/etc/machine-id') ?? hostname();
  return [namespace, short(readText('/proc/sys/kernel/random/boot_id') ?? ''), short(machine)];
}

function short(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1').trim();
  } catch {
    return undefined;
  }
}

/** Ticks since boot at which a process started (proc(5), field 22 of stat); empty where there is no such process. */
function startTime(pid: number): string {
  const stat = readText(`/proc/${pid}/stat`) ?? '';
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}
