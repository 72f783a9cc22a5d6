/** How long the program takes to start, compared with Node that does nothing. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { publicPem } from '../src/attest/keys/attestation-key.ts';
import { linked, rebuilder, sameBytes, stated } from '../test/support/attestations.ts';
import { makeFolder } from '../test/support/folder.ts';
import { root } from '../test/support/lab.ts';
import { interleave, program, type Report, showRatios } from './measure.ts';

export async function benchStartup(report: Report, rounds: number): Promise<void> {
  const main = join(root, 'dist/bin/wolfi-repro.js');
  const tiny = join(root, 'fixtures/lab/repository/v0.59.1/x86_64/meta-only-0-r0.apk');
  const folder = makeFolder();
  const trust = await writeTen(folder);
  const node = (...argv: string[]) => program(process.execPath, argv);
  const timings = await interleave(
    {
      'node, an empty module': node('--input-type=module', '-e', ''),
      'wolfi-repro --version': node(main, '--version'),
      'wolfi-repro --help': node(main, '--help'),
      'wolfi-repro diff': node(main, 'diff', tiny, tiny),
      'wolfi-repro inspect': node(main, 'inspect', tiny),
      'verify-attestation, 10 statements': node(
        ...[main, 'verify-attestation', '--trust', trust, '--require', '5', join(folder, 'statements')],
      ),
    },
    Math.max(rounds, 15),
  );
  rmSync(folder, { recursive: true });
  showRatios(report, 'start-up', timings, { reference: 'node, an empty module' });
}

/** A verdict and a link of each of five rebuilders, with keys of both kinds; the path of the trust file. */
async function writeTen(folder: string): Promise<string> {
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
