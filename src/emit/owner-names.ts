/** Names of owner ids, from the account files of the build environment (docs/melange/tree.md#entries). */
import type { OsRelease } from '../claim/sbom/recover.ts';
import type { OwnerNames } from '../claim/traits/owner.ts';

/** The names of ids; of several names for one id the last one wins. */
export function namesFromAccounts(passwd: string, group: string): OwnerNames {
  return { users: namesById(passwd), groups: namesById(group) };
}

function namesById(text: string): Map<number, string> {
  const names = new Map<number, string>();
  for (const line of text.split('\n')) {
    const [name, , id] = line.split(':');
    if (name !== undefined && id !== undefined && /^\d+$/.test(id)) names.set(Number(id), name);
  }
  return names;
}

function unquoted(text: string): string {
  const quoted = text.length > 1 && /^["']/.test(text) && text.endsWith(text[0]!);
  return quoted ? text.slice(1, -1) : text;
}

/** `ID` and `VERSION_ID` of os-release(5). */
export function parseOsRelease(text: string): OsRelease {
  const values = new Map<string, string>();
  for (const line of text.split('\n')) {
    const match = /^([A-Z_]+)=(.*)$/.exec(line);
    if (match !== null) values.set(match[1]!, unquoted(match[2]!));
  }
  return { id: values.get('ID') ?? '', versionId: values.get('VERSION_ID') ?? '' };
}
