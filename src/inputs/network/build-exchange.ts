/** Requests of a build's own, asked again where nobody said no and nothing could happen twice. */
import { shownAddress } from '../../address.ts';
import { asFailure, Failure } from '../../failure.ts';
import { isTransient, refusalOf } from './broken-connections.ts';
import type { BuildAnswer, BuildRequest, Http } from './http.ts';
import { type Patience, withRetries } from './retry.ts';

const longestRetryAfter = 20;
/** Of a server that has too much to do, or of one between us and it (RFC 9110 §15.6, RFC 6585 §4). */
const busyStatuses = new Set([429, 502, 503, 504]);

/** An answer that is worth another attempt, and is taken where there is none left. */
class Busy extends Error {
  readonly answer: BuildAnswer;

  constructor(answer: BuildAnswer) {
    super(`status ${answer.status}`);
    this.answer = answer;
  }
}

/**
 * The answer to a request. Fails with `address-refused`, and with `unreachable` where no server answers. The last answer of a server
 * that is busy is its answer.
 */
export async function exchangeForBuild(
  request: BuildRequest,
  http: Http,
  patience: Patience,
): Promise<BuildAnswer> {
  const attempts = isRepeatable(request) ? patience.attempts : 1;
  let left = attempts;
  const once = async () => {
    left -= 1;
    const answer = await http.send(request);
    if (!busyStatuses.has(answer.status) || left <= 0) return answer;
    answer.body.on('error', () => undefined).destroy();
    throw new Busy(answer);
  };
  const judge = (thrown: unknown) => {
    const failure = asFailure(thrown);
    if (failure instanceof Busy) return { waitMilliseconds: retryAfter(failure.answer) };
    const refusal = refusalOf(failure);
    if (refusal !== undefined) throw refusal;
    if (!isTransient(failure)) throw unreachable(request, failure);
    return {};
  };
  return withRetries(
    once,
    { judge, givenUp: (failure) => unreachable(request, failure) },
    { ...patience, attempts },
  );
}

/** Safe methods (RFC 9110 §9.2.1), and what git asks for by POST and reads only. */
function isRepeatable({ method, url }: BuildRequest): boolean {
  return (
    ['GET', 'HEAD', 'OPTIONS'].includes(method) ||
    (method === 'POST' && url.pathname.endsWith('/git-upload-pack'))
  );
}

function retryAfter({ header }: BuildAnswer): number | undefined {
  const text = header('retry-after') ?? '';
  return /^\d{1,6}$/.test(text) ? Math.min(Number(text), longestRetryAfter) * 1000 : undefined;
}

function unreachable({ url }: BuildRequest, cause: unknown): Failure {
  const { code, message } = cause as { code?: string; message?: string };
  return new Failure('unreachable', `${shownAddress(url.href)} cannot be reached`, {
    got: code ?? message ?? '',
    cause,
  });
}
