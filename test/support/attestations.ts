/** Rebuilders with keys of their own, and what they state. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { emitBundle, emitClassic } from '../../src/attest/envelopes/write-documents.ts';
import { type AttestationKeyKind, publicPem } from '../../src/attest/keys/attestation-key.ts';
import type { Signer } from '../../src/attest/keys/signer.ts';
import { keyFileSigner } from '../../src/attest/signers/key-file-signer.ts';
import { rebuildLink } from '../../src/attest/statements/rebuild-link.ts';
import { statementSubject } from '../../src/attest/statements/statement-subject.ts';
import { verdictStatement } from '../../src/attest/statements/verdict-statement.ts';
import { type TrustedRebuilders, trustedKey } from '../../src/attest/trust/trusted-keys.ts';
import type { Sha256 } from '../../src/digest.ts';
import type { StatedPackage } from '../../src/verdict/stated.ts';
import { lab } from './lab.ts';
import { about, digest, notReproduced, reproduced } from './results.ts';

export interface Rebuilder {
  readonly name: string;
  readonly signer: Signer;
  readonly privatePem: string;
}

export function privateKey(kind: AttestationKeyKind): KeyObject {
  return kind === 'ed25519'
    ? generateKeyPairSync('ed25519').privateKey
    : generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
}

export function rebuilder(name: string, kind: AttestationKeyKind = 'ed25519'): Rebuilder {
  const privatePem = privateKey(kind).export({ type: 'pkcs8', format: 'pem' }) as string;
  return { name, privatePem, signer: keyFileSigner(name, Buffer.from(privatePem)) };
}

export const madeBy = { name: 'wolfi-repro', version: '1.2.3' } as const;
/** 2026-06-01. */
export const made = { tool: madeBy, time: 1_780_272_000 } as const;
export const published: Sha256 = digest('published');

/** Results about one published file, which is `nr-wallclock-1.0.0-r0.apk`. */
export function sameBytes(sha256: Sha256 = published): StatedPackage {
  const q1 = 'Q1AAAAAAAAAAAAAAAAAAAAAAAAAAA=';
  return about<StatedPackage>(reproduced(), { sha256, datahash: digest('data'), q1 });
}

export function otherBytes(): StatedPackage {
  return about<StatedPackage>(notReproduced([]), { sha256: published });
}

/** A result as somebody's bundle. */
export async function stated(
  who: Rebuilder,
  result: StatedPackage,
  time: number = made.time,
): Promise<string> {
  return emitBundle(verdictStatement(result, statementSubject(result)!, { ...made, time }), who.signer);
}

export async function linked(who: Rebuilder, result: StatedPackage): Promise<string> {
  return emitClassic(rebuildLink(statementSubject(result)!), who.signer);
}

export function trusting(
  who: readonly Rebuilder[],
  details: Partial<Omit<TrustedRebuilders, 'keys'>> = {},
): TrustedRebuilders {
  return {
    rebuilders: who.map(({ name }) => ({ name, accepts: ['wolfi-repro', 'link', 'oss-rebuild'] })),
    keys: who.map(({ name, signer }) => trustedKey(signer.key, name, undefined)),
    mostAgeDays: undefined,
    ...details,
  };
}

export const file = (name: string, text: string) => ({ name, content: Buffer.from(text) });

/** Writes a rebuilder's key, a trust file and one statement; the options and the argument of `gate-index` for them, without the packages. */
export async function gateArguments(
  folder: string,
): Promise<{ readonly options: readonly string[]; readonly statement: string }> {
  const who = rebuilder('one');
  writeFileSync(join(folder, 'one.pub'), publicPem(who.signer.key));
  writeFileSync(join(folder, 'trust.yaml'), 'rebuilders: [{name: one, keys: [{file: one.pub}]}]');
  writeFileSync(join(folder, 'one.link'), await linked(who, sameBytes()));
  const options = ['--trust', join(folder, 'trust.yaml'), '--require', '1'];
  return {
    options: [...options, '--signing-key', join(lab, 'lab.rsa')],
    statement: join(folder, 'one.link'),
  };
}

/** A verdict and a link of each of five rebuilders, with keys of both kinds, below `statements/`; the path of the trust file. */
export async function writeTenStatements(folder: string): Promise<string> {
  mkdirSync(join(folder, 'statements'));
  const trusted: string[] = [];
  for (const [at, kind] of (
    ['ed25519', 'ecdsa-p256', 'ed25519', 'ecdsa-p256', 'ed25519'] as const
  ).entries()) {
    const who = rebuilder(`rebuilder-${at}`, kind);
    writeFileSync(join(folder, `${at}.pub`), publicPem(who.signer.key));
    writeFileSync(join(folder, `statements/${at}.json`), await stated(who, sameBytes()));
    writeFileSync(join(folder, `statements/${at}.link`), await linked(who, sameBytes()));
    trusted.push(`{name: ${who.name}, keys: [{file: ${at}.pub}]}`);
  }
  const trust = join(folder, 'trust.yaml');
  writeFileSync(trust, `rebuilders: [${trusted.join(', ')}]`);
  return trust;
}
