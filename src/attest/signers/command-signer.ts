/** Signs with a program of the user's: the way to PKCS #11, to a key management service, or to a machine that has the key. */
import { Failure } from '../../failure.ts';
import { exchangeWith } from '../../process.ts';
import { type AttestationKey, fitsKey } from '../keys/attestation-key.ts';
import { derOfEither } from '../keys/ecdsa-signature.ts';
import type { Signer } from '../keys/signer.ts';

/** A signature has at most 72 bytes. */
const mostOutput = 4096;
const mostMilliseconds = 120_000;

/**
 * The signer that a program is: the bytes to be signed on standard input, the signature on standard output, and nothing else. It is started without a
 * shell and without arguments. Signing fails with `usage` where it fails, takes too long, or writes what is not a signature.
 * @param env the whole environment of the program
 */
export function commandSigner(
  program: string,
  key: AttestationKey,
  env: Readonly<Record<string, string>>,
): Signer {
  return { key, sign: async (bytes) => inDer(key, bytes, await signatureOf(program, bytes, env)) };
}

async function signatureOf(program: string, input: Uint8Array, env: Readonly<Record<string, string>>) {
  const signal = AbortSignal.timeout(mostMilliseconds);
  let exchanged: Awaited<ReturnType<typeof exchangeWith>>;
  try {
    exchanged = await exchangeWith(program, { env, input, signal, mostOutput });
  } catch (cause) {
    if (!(cause instanceof Failure)) throw cause;
    throw new Failure('usage', 'the program that signs cannot be started', { got: program, cause });
  }
  const { exitCode, output } = exchanged;
  if (exitCode === 0) return output;
  throw new Failure('usage', 'the program that signs did not succeed', {
    expected: `exit status 0 within ${mostMilliseconds / 1000} seconds, and at most ${mostOutput} bytes`,
    got: exitCode === undefined ? 'it was ended' : `exit status ${exitCode}`,
  });
}

/** PKCS #11 gives the two numbers of ECDSA without DER. Which of the forms it is, the key decides. */
function inDer(key: AttestationKey, bytes: Uint8Array, signature: Uint8Array): Uint8Array {
  if (key.kind === 'ed25519' || fitsKey(key, bytes, signature)) return signature;
  return derOfEither(signature);
}
