/** `setcap` of a recipe as the attribute that melange writes (melange pkg/build; capabilities(7), VFS_CAP_REVISION_3). */
import type { Xattr } from '../build/tree.ts';
import type { SetCap } from '../claim/recipe/recipe.ts';
import { Failure } from '../failure.ts';

/** The names that melange accepts, with their bits (linux/capability.h). */
const bits: Readonly<Record<string, number>> = {
  cap_net_bind_service: 10,
  cap_net_admin: 12,
  cap_net_raw: 13,
  cap_ipc_lock: 14,
  cap_sys_admin: 21,
};

const revision3 = 0x0300_0000;

/** Attributes by path. Fails with `recipe-unreadable` for a capability that melange refuses. */
export function capabilityXattrs(setcap: readonly SetCap[]): Map<string, Xattr> {
  return new Map(
    setcap.map(({ path, add }) => [
      path.replace(/^\/+/, ''),
      { name: 'security.capability', value: capabilityValue(add) },
    ]),
  );
}

function capabilityValue(add: ReadonlyMap<string, string>): Uint8Array {
  let effective = 0;
  let permitted = 0;
  let inheritable = 0;
  for (const [names, flags] of add) {
    const mask = names.split(',').reduce((sum, name) => (sum | (1 << bitOf(name))) >>> 0, 0);
    if (flags.includes('e')) effective |= mask;
    if (flags.includes('p')) permitted |= mask;
    if (flags.includes('i')) inheritable |= mask;
  }
  const value = Buffer.alloc(24);
  value.writeUInt32LE(revision3 + (effective === 0 ? 0 : 1), 0);
  value.writeUInt32LE(permitted >>> 0, 4);
  value.writeUInt32LE(inheritable >>> 0, 8);
  return value;
}

function bitOf(name: string): number {
  const bit = bits[name.trim()];
  if (bit === undefined)
    throw new Failure('recipe-unreadable', 'setcap names a capability that melange refuses', { got: name });
  return bit;
}
