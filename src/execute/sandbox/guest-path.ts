/** Paths of a guest on this machine's disk, with the guest's links followed inside the guest. */

import { lstatSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../../failure.ts';
import { addAll } from '../../lists.ts';

const mostLinks = 40;

/**
 * The absolute path inside the guest that a path leads to, without links among its parts; parts that do not exist stay as they
 * are. Fails with `environment-invalid` for loops.
 * @param root the guest's root on this machine
 */
export function resolveInGuest(root: string, path: string): string {
  const pending = path.split('/').filter(Boolean).reverse();
  const done: string[] = [];
  for (let links = 0; pending.length > 0; ) {
    const part = pending.pop()!;
    if (part === '.') continue;
    if (part === '..') {
      done.pop();
      continue;
    }
    const target = linkTarget(join(root, ...done, part));
    if (target === undefined) {
      done.push(part);
      continue;
    }
    links += 1;
    if (links > mostLinks)
      throw new Failure('environment-invalid', 'links of the environment form a loop', { got: path });
    if (target.startsWith('/')) done.length = 0;
    addAll(pending, target.split('/').filter(Boolean).reverse());
  }
  return `/${done.join('/')}`;
}

function linkTarget(path: string): string | undefined {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true
    ? readlinkSync(path)
    : undefined;
}
