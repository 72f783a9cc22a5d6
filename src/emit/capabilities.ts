/** `setcap` of a recipe as the attribute that melange writes (melange pkg/build; capabilities(7), VFS_CAP_REVISION_3). */
import { normalize } from 'node:path/posix';
import type { SetCap } from '../claim/recipe/recipe.ts';
import type { Xattr } from '../execute/tree.ts';
import { Failure } from '../failure.ts';

/** The names that melange accepts, with their bits (linux/capability.h). */
const bits: ReadonlyMap<string, number> = new Map([
  ['cap_net_bind_service', 10],
  ['cap_net_admin', 12],
  ['cap_net_raw', 13],
  ['cap_ipc_lock', 14],
  ['cap_sys_admin', 21],
]);

const revision3 = 0x0300_0000;

/** The bits of one file, from all its entries together. */
interface FileCapabilities {
  readonly effective: number;
  readonly permitted: number;
  readonly inheritable: number;
}

/** Attributes by path. Fails with `recipe-unreadable` for a capability that melange refuses. */
export function capabilityXattrs(setcap: readonly SetCap[]): Map<string, Xattr> {
  const files = new Map<string, FileCapabilities>();
  for (const { path, add } of setcap) {
    const file = normalize(`/${path}`).slice(1);
    for (const [names, flags] of add) files.set(file, withAdded(files.get(file), names, flags));
  }
  return new Map(
    [...files].map(([path, file]) => [path, { name: 'security.capability', value: attributeValue(file) }]),
  );
}

function withAdded(file: FileCapabilities | undefined, names: string, flags: string): FileCapabilities {
  const mask = names.split(',').reduce((sum, name) => (sum | (1 << bitOf(name))) >>> 0, 0);
  const added = (letter: string, bits = 0) => (flags.includes(letter) ? (bits | mask) >>> 0 : bits);
  return {
    effective: added('e', file?.effective),
    permitted: added('p', file?.permitted),
    inheritable: added('i', file?.inheritable),
  };
}

function attributeValue({ effective, permitted, inheritable }: FileCapabilities): Uint8Array {
  const value = Buffer.alloc(24);
  value.writeUInt32LE(revision3 + (effective === 0 ? 0 : 1), 0);
  value.writeUInt32LE(permitted, 4);
  value.writeUInt32LE(inheritable, 8);
  return value;
}

function bitOf(name: string): number {
  const bit = bits.get(name);
  if (bit === undefined)
    throw new Failure('recipe-unreadable', 'setcap names a capability that melange refuses', { got: name });
  return bit;
}
