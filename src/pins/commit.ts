/** Ids of commits as pins. */
import type { Pin } from './pin.ts';

/** A whole id, of SHA-1 or of SHA-256 (git-hash-object(1)); undefined for anything else. */
export function commitDigest(text: string): Pick<Pin, 'algorithm' | 'value'> | undefined {
  const isId = /^(?:[\da-f]{40}|[\da-f]{64})$/i.test(text);
  return isId ? { algorithm: 'git-commit', value: text.toLowerCase() } : undefined;
}
