/** Descriptors that a program would inherit because the parent of this process left them open. */
import { readdirSync, readFileSync } from 'node:fs';

const closeOnExec = 0o2000000;

/** Descriptors from 4 on without FD_CLOEXEC (proc(5), `flags` of fdinfo); Node sets it on all of its own. */
export function inheritableDescriptors(): number[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc/self/fdinfo')
    .map(Number)
    .filter((descriptor) => descriptor > 3 && descriptor < 65536 && isInheritable(descriptor));
}

function isInheritable(descriptor: number): boolean {
  try {
    const flags = /^flags:\s*(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, 'latin1'))?.[1];
    return flags !== undefined && (Number.parseInt(flags, 8) & closeOnExec) === 0;
  } catch {
    // This is the descriptor through which the list itself was read.
    return false;
  }
}
