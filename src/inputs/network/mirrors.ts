/** Other places for what a recipe records, and the order in which places are tried. */
import { shownAddress } from '../../address.ts';
import { Failure, isUnreached } from '../../failure.ts';

/** `PREFIX=LOCATION`: what begins with the prefix is read from the location instead. */
export interface SourceMirror {
  readonly prefix: string;
  readonly location: string;
}

/**
 * The value from the first reachable place that has it. The failures of places that cannot be reached go to `onRefusal`. Fails
 * with `source-mismatch` where only something else was found.
 */
export async function firstFound<P, V>(
  places: readonly P[],
  onRefusal: (failure: Failure) => void,
  ask: (place: P) => Promise<V | undefined>,
): Promise<V | undefined> {
  let mismatch: Failure | undefined;
  for (const place of places) {
    try {
      const found = await ask(place);
      if (found !== undefined) return found;
    } catch (failure) {
      if (isUnreached(failure)) onRefusal(failure);
      else if (failure instanceof Failure && failure.code === 'source-mismatch') mismatch ??= failure;
      else throw failure;
    }
  }
  if (mismatch !== undefined) throw mismatch;
  return undefined;
}

/** The mirrored location; undefined where the prefix does not fit or the rest would climb out of the mirror. */
export function mirrored(uri: string, { prefix, location }: SourceMirror): string | undefined {
  // The form that a bundle writes.
  if (prefix === shownAddress(uri)) return location;
  if (!uri.startsWith(prefix)) return undefined;
  const rest = uri.slice(prefix.length);
  if (rest === '') return location;
  // `https://host.example` is not a prefix of `https://host.example.org/`.
  if (!prefix.endsWith('/') && !/^[/?]/.test(rest)) return undefined;
  if (rest.split(/[/\\?#]/).some(isDotDot) || /[\u0000-\u001f]/.test(rest)) return undefined;
  return `${location.replace(/\/$/, '')}/${rest.replace(/^\//, '')}`;
}

/** Whether a part is `..`, in any spelling of an address (WHATWG URL, "double-dot URL path segment"). */
function isDotDot(part: string): boolean {
  return /^(?:\.|%2e){2}$/i.test(part.trim());
}
