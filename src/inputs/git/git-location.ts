/** Finds where a repository really is: git itself follows no redirects, so that the address policy holds for each of them. */
import { Address, shownAddress } from '../../address.ts';
import { trimmedEnd } from '../../bytes.ts';
import { Failure } from '../../failure.ts';
import type { Provenance } from '../network/addresses.ts';
import { isTransient, refusalOf } from '../network/broken-connections.ts';
import type { Answer, Http } from '../network/http.ts';
import { type Again, type Patience, withRetries } from '../network/retry.ts';

/** The real location of a repository, and who chose it. */
export interface Located {
  readonly address: string;
  readonly trust: Provenance;
  /** The `Authorization` header for git. */
  readonly authorization?: string | undefined;
}

const suffix = '/info/refs?service=git-upload-pack';

/** Follows redirects under the address policy. Undefined where there is no repository; fails with `unreachable` and `address-refused`. */
export async function locateRepository(
  address: string,
  provenance: Provenance,
  by: Patience & { readonly http: Http },
): Promise<Located | undefined> {
  const unreachable = (cause: unknown) =>
    cause instanceof ServerError
      ? wrongStatus(address, cause.status)
      : new Failure('unreachable', `${shownAddress(address)} cannot be fetched`, { cause });
  const judge = (failure: unknown): Again => {
    const refusal = refusalOf(failure);
    if (refusal !== undefined) throw refusal;
    if (failure instanceof ServerError || isTransient(failure)) return {};
    throw unreachable(failure);
  };
  const exchange = () => ask(`${trimmedEnd(address, '/')}${suffix}`, provenance, by.http);
  const { status, url, trust, authorization } = await withRetries(
    exchange,
    { judge, givenUp: unreachable },
    by,
  );
  if (status === 404 || status === 410) return undefined;
  if (status !== 200) throw wrongStatus(address, status);
  return { address: new Address(url).place.split('/info/refs')[0]!, trust, authorization };
}

/** A status of 500 or more. */
class ServerError extends Error {
  readonly status: number;

  constructor(status: number) {
    super();
    this.status = status;
  }
}

async function ask(location: string, provenance: Provenance, http: Http): Promise<Answer> {
  const answer = await http.get(location, provenance, {});
  answer.body.on('error', () => undefined).destroy();
  if (answer.status >= 500) throw new ServerError(answer.status);
  return answer;
}

function wrongStatus(address: string, status: number): Failure {
  return new Failure('unreachable', `${shownAddress(address)} cannot be fetched: status ${status}`);
}
