/** Signs with a key of ssh-agent, which is never read (draft-miller-ssh-agent; RFC 8709 and RFC 5656 for the forms of signatures). */
import { connect, type Socket } from 'node:net';
import { Failure } from '../../failure.ts';
import { fingerprintOf, keyOfSshBlob } from '../keys/attestation-key.ts';
import { ecdsaDer } from '../keys/ecdsa-signature.ts';
import type { Signer } from '../keys/signer.ts';
import { SshReader, sshString } from '../keys/ssh-wire.ts';

const [askIdentities, identities, askSignature, signature] = [11, 12, 13, 14];
/** OpenSSH's agent ends what is longer (`AGENT_MAX_LEN`). */
const mostAnswer = 256 * 1024;
const mostKeys = 2048;
/** An agent may ask its user. */
const mostMilliseconds = 120_000;

/**
 * The signer of the key that an agent has under a fingerprint, `SHA256:…` as `ssh-add -l` prints it. Fails with `usage` where the agent cannot be asked, or
 * has no such key of these kinds.
 * @param socket the path in SSH_AUTH_SOCK
 */
export async function sshAgentSigner(socket: string, fingerprint: string): Promise<Signer> {
  const blob = (await identitiesOf(socket)).find((each) => fingerprintOf(each) === fingerprint);
  const key = blob === undefined ? undefined : keyOfSshBlob(blob);
  if (blob === undefined || key === undefined)
    throw new Failure(
      'usage',
      blob === undefined
        ? 'ssh-agent has no key of this fingerprint'
        : 'this key of ssh-agent is of a kind that statements are not signed with',
      {
        expected: blob === undefined ? fingerprint : 'Ed25519 or ECDSA on P-256',
        hint: 'list its keys with `ssh-add -l`, and add one with `ssh-add FILE`',
      },
    );
  return {
    key,
    sign: async (bytes) => {
      const request = Buffer.concat([
        Buffer.from([askSignature]),
        sshString(blob),
        sshString(bytes),
        Buffer.alloc(4),
      ]);
      const answer = new SshReader(await ask(socket, request));
      if (answer.byte() !== signature) throw refused('ssh-agent does not sign with this key');
      const signed = new SshReader(answer.string() ?? Buffer.alloc(0));
      signed.string();
      const found = signed.string();
      if (found === undefined) throw refused('what ssh-agent answers is not a signature');
      return key.kind === 'ed25519' ? found : mpints(found);
    },
  };
}

/** The signature of ECDSA: two numbers, which SSH writes as strings. */
function mpints(bytes: Uint8Array): Buffer {
  const reader = new SshReader(bytes);
  const [r, s] = [reader.string(), reader.string()];
  if (r === undefined || s === undefined) throw refused('what ssh-agent answers is not a signature');
  return ecdsaDer(r, s);
}

async function identitiesOf(socket: string): Promise<Buffer[]> {
  const answer = new SshReader(await ask(socket, Buffer.from([askIdentities])));
  const isList = answer.byte() === identities;
  const count = answer.number();
  if (!isList || count === undefined || count > mostKeys) throw refused('ssh-agent does not list its keys');
  const found: Buffer[] = [];
  for (let at = 0; at < count; at += 1) {
    const blob = answer.string();
    if (blob === undefined || answer.string() === undefined) throw refused('what ssh-agent lists is cut off');
    found.push(blob);
  }
  return found;
}

function refused(message: string, cause?: unknown): Failure {
  return new Failure('usage', message, {
    hint: 'see whether `ssh-add -l` works',
    ...(cause === undefined ? {} : { cause }),
  });
}

/** Sends one message and reads the answer to it, of bounded length and time. */
function ask(path: string, message: Uint8Array): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket: Socket = connect(path, () => socket.write(sshString(message)));
    const end = (failure: Failure) => {
      socket.destroy();
      reject(failure);
    };
    const timer = setTimeout(() => end(refused('ssh-agent does not answer')), mostMilliseconds);
    let held = Buffer.alloc(0);
    socket.on('data', (piece: Buffer) => {
      held = Buffer.concat([held, piece]);
      if (held.length < 4) return;
      const length = held.readUInt32BE(0);
      if (length > mostAnswer) return end(refused('what ssh-agent answers is too long'));
      if (held.length < 4 + length) return;
      resolve(held.subarray(4, 4 + length));
      socket.destroy();
    });
    socket.on('error', (cause) => end(refused('ssh-agent cannot be reached', cause)));
    socket.on('close', () => {
      clearTimeout(timer);
      reject(refused('ssh-agent ended without an answer'));
    });
  });
}
