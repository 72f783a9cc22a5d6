/**
 * The secrets of addresses that the user named. They are removed at the door, so that no location in the program holds one,
 * and are put only into requests to the address and to what lies below it.
 */
import { Address, shownTyped } from '../../address.ts';
import { trimmedEnd } from '../../bytes.ts';
import { Failure } from '../../failure.ts';
import { isAddress } from '../store/files.ts';

/** The secrets that a request carries besides its address. */
export interface RequestSecrets {
  /** Value of the `Authorization` header. */
  readonly authorization: string | undefined;
  /** `a=b&c=d`; empty where there is none. */
  readonly query: string;
}

export class NamedAddresses {
  readonly #secrets = new Map<string, RequestSecrets>();

  /**
   * A location without secrets; one that has none stays as it is. Fails with `address-refused` for what is not an address, and with
   * `usage` for two that differ only in their secrets: they could not be distinguished.
   */
  name(location: string): string {
    if (!isAddress(location)) return location;
    const address = Address.parse(location);
    if (address === undefined)
      throw new Failure('address-refused', `${shownTyped(location)} is not an address`);
    if (!address.hasSecrets) return location;
    const { place } = address;
    const key = keyOf(place);
    const secrets = secretsOf(address);
    const known = this.#secrets.get(key);
    if (
      known !== undefined &&
      (known.authorization !== secrets.authorization || known.query !== secrets.query)
    )
      throw new Failure('usage', `${place} is named twice, with a user, password or query that differs`);
    this.#secrets.set(key, secrets);
    return key;
  }

  /** The secrets of the longest named address that this one is or lies below. */
  of(url: URL): RequestSecrets {
    for (let key = keyOf(new Address(url).place); ; key = key.slice(0, key.lastIndexOf('/'))) {
      const found = this.#secrets.get(key);
      if (found !== undefined) return found;
      if (key.length <= url.origin.length) return none;
    }
  }
}

const none: RequestSecrets = { authorization: undefined, query: '' };

function keyOf(place: string): string {
  return trimmedEnd(place, '/');
}

function secretsOf(address: Address): RequestSecrets {
  const url = address.reveal();
  return { authorization: authorizationOf(url), query: url.search.replace(/^\?/, '') };
}

/** `https://user:password@host/`, as the user typed it (RFC 7617); undefined where there is neither. */
function authorizationOf({ username, password }: URL): string | undefined {
  if (username === '' && password === '') return undefined;
  const text = `${decoded(username)}:${decoded(password)}`;
  return `Basic ${Buffer.from(text).toString('base64')}`;
}

/** A `%` that encodes nothing stands for itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
