/** What a failure of the network means: whether trying again may help, and whether a connection was refused on purpose. */
import { Failure } from '../../failure.ts';

/** Node's and undici's codes for connections that broke or took too long. */
const transientCodes = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'EPIPE',
  'ETIMEDOUT',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'EAI_AGAIN',
  'UND_ERR_SOCKET',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
]);

/** Whether trying again may help: the server did not refuse. */
export function isTransient(failure: unknown): boolean {
  if (failure instanceof Failure) return false;
  const { code = '', errors: several } = failure as { code?: string; errors?: readonly unknown[] };
  return transientCodes.has(code) || code.startsWith('HPE_') || (several?.some(isTransient) ?? false);
}

/** The refusal because of which a connection failed, if there is one. */
export function refusalOf(failure: unknown): Failure | undefined {
  if (failure instanceof Failure) return failure;
  const { cause } = failure as { cause?: unknown };
  return cause instanceof Failure ? cause : undefined;
}
