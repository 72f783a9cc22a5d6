/** What signs and writes statements, as the command line names it. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { shownTyped } from '../address.ts';
import type { Signer } from '../attest/keys/signer.ts';
import type { LayoutTerms } from '../attest/statements/rebuild-layout.ts';
import { isExpired } from '../attest/trust/trusted-keys.ts';
import { attest } from '../attest.ts';
import { printable } from '../bytes.ts';
import { Failure } from '../failure.ts';
import type { StatedPackage } from '../verdict/stated.ts';
import { printNote } from './output.ts';
import { version } from './own-version.ts';
import { requireFiles, requireWritableFolder } from './paths.ts';
import type { RawOptions } from './raw-options.ts';

/** Whether each package got its statement. */
export type Attester = (packages: readonly StatedPackage[]) => Promise<boolean>;

/** Makes the folder and finds what signs. Fails with `usage` where there is no key. */
export async function requireAttester(raw: RawOptions, folder: string): Promise<Attester> {
  const signer = await readSigner(raw);
  const directory = requireWritableFolder(folder);
  const { builderId } = raw;
  const now = Math.floor(Date.now() / 1000);
  const layout = raw.layout === true ? await layoutTerms(raw, now) : undefined;
  return async (packages) => {
    const { unattested } = await attest(packages, {
      signer,
      directory,
      tool: { name: 'wolfi-repro', version },
      time: Math.floor(Date.now() / 1000),
      ...(layout === undefined ? {} : { layout }),
      ...(builderId === undefined ? {} : { builderId }),
    });
    for (const file of unattested)
      printNote(
        `wolfi-repro: no statement about ${printable(file)}: it could not be read, so it has no digest`,
      );
    return unattested.length === 0;
  };
}

const secondsOfYear = 365 * 86_400;

/** in-toto counts keys, not rebuilders: the first key of each that has not expired stands for it. Fails with `usage` where that leaves too few. */
async function layoutTerms(raw: RawOptions, now: number): Promise<LayoutTerms> {
  const { trustTerms } = await import('./statement-files.ts');
  const { trust, require } = trustTerms(raw);
  const keys = trust.rebuilders.flatMap(({ name }) => {
    const live = trust.keys.filter((key) => key.rebuilder === name && !isExpired(key, now));
    if (live.length > 1)
      printNote(
        `wolfi-repro: the layout has the first of ${live.length} keys of ${printable(name)}: in-toto counts keys`,
      );
    return live.slice(0, 1).map(({ key }) => key);
  });
  if (require > keys.length)
    throw new Failure(
      'usage',
      `${require} rebuilders are required, and ${keys.length} have a key that counts`,
    );
  return { keys, require, expires: raw.expires === undefined ? now + secondsOfYear : endOfDay(raw.expires) };
}

function endOfDay(text: string): number {
  const milliseconds = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(milliseconds))
    throw new Failure('usage', '--expires takes a day', { expected: 'such as 2027-06-01', got: text });
  return milliseconds / 1000 + 86_400;
}

/** The one signer that is named. */
export async function readSigner({
  attestKey,
  attestAgent,
  signCommand,
  signKey,
}: RawOptions): Promise<Signer> {
  const named = [attestKey, attestAgent, signCommand].filter((each) => each !== undefined);
  if (named.length !== 1 || (signKey === undefined) !== (signCommand === undefined))
    throw new Failure('usage', 'statements are signed with one key', {
      expected:
        '--attest-key FILE, --attest-agent FINGERPRINT, or --sign-command PROGRAM with --sign-key FILE',
      hint: 'make a key with `openssl genpkey -algorithm ed25519 -out FILE`',
    });
  if (attestKey !== undefined) return keyOfFile(attestKey);
  return attestAgent === undefined ? signerOfCommand(signCommand!, signKey!) : signerOfAgent(attestAgent);
}

async function keyOfFile(path: string): Promise<Signer> {
  requireFiles([path]);
  const { keyFileSigner } = await import('../attest/signers/key-file-signer.ts');
  return keyFileSigner(shownTyped(path), readFileSync(path));
}

async function signerOfAgent(fingerprint: string): Promise<Signer> {
  const socket = process.env['SSH_AUTH_SOCK'] ?? '';
  if (socket === '')
    throw new Failure('usage', 'no ssh-agent is running here: SSH_AUTH_SOCK does not name one', {
      hint: 'start one with `eval $(ssh-agent)` and add the key with `ssh-add FILE`',
    });
  const { sshAgentSigner } = await import('../attest/signers/ssh-agent-signer.ts');
  return sshAgentSigner(socket, fingerprint);
}

async function signerOfCommand(program: string, keyPath: string): Promise<Signer> {
  requireFiles([program, keyPath]);
  const { commandSigner } = await import('../attest/signers/command-signer.ts');
  const { parseAttestationKey } = await import('../attest/keys/attestation-key.ts');
  const key = parseAttestationKey(shownTyped(keyPath), readFileSync(keyPath));
  // What leads to the key, such as the address of a service, is in the user's own environment.
  const entries = Object.entries(process.env).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value]],
  );
  return commandSigner(resolve(program), key, Object.fromEntries(entries));
}
