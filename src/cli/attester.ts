/** What signs and writes statements, as the command line names it. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { shownTyped } from '../address.ts';
import type { Signer } from '../attest/keys/signer.ts';
import { keyFileSigner } from '../attest/signers/key-file-signer.ts';
import { attest } from '../attest.ts';
import { printable } from '../bytes.ts';
import { Failure } from '../failure.ts';
import { folderBelow } from '../folders.ts';
import type { StatedPackage } from '../verdict/stated.ts';
import { printNote } from './output.ts';
import { version } from './own-version.ts';
import { requireFiles } from './paths.ts';
import type { RawOptions } from './raw-options.ts';

/** Whether each package got its statement. */
export type Attester = (packages: readonly StatedPackage[]) => Promise<boolean>;

/** Makes the folder and finds what signs. Fails with `usage` where there is no key. */
export async function requireAttester(raw: RawOptions, folder: string): Promise<Attester> {
  const signer = await readSigner(raw);
  const directory = folderBelow(resolve(folder));
  const { builderId } = raw;
  return async (packages) => {
    const { unattested } = await attest(packages, {
      signer,
      directory,
      tool: { name: 'wolfi-repro', version },
      time: Math.floor(Date.now() / 1000),
      ...(builderId === undefined ? {} : { builderId }),
    });
    for (const file of unattested)
      printNote(
        `wolfi-repro: no statement about ${printable(file)}: it could not be read, so it has no digest`,
      );
    return unattested.length === 0;
  };
}

async function readSigner({ attestKey }: RawOptions): Promise<Signer> {
  if (attestKey === undefined)
    throw new Failure('usage', 'statements need a key to sign them with', {
      hint: 'name a private key with --attest-key FILE',
    });
  requireFiles([attestKey]);
  return keyFileSigner(shownTyped(attestKey), readFileSync(attestKey));
}
