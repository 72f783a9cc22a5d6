/** The user who runs this program, as far as a sandbox must know. */
import { userInfo } from 'node:os';
import { callerIdMap, type IdMap } from './id-map.ts';

/** The ids that the caller may use; a uid without an account, as containers have it, has no subordinate ones. */
export function callerIds(): IdMap {
  const uid = process.getuid?.() ?? -1;
  return callerIdMap({ uid, gid: process.getgid?.() ?? -1, name: accountName() ?? String(uid) });
}

function accountName(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    return undefined;
  }
}
