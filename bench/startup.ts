/** How long the program takes to start, compared with Node that does nothing. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeTenStatements } from '../test/support/attestations.ts';
import { makeFolder } from '../test/support/folder.ts';
import { root } from '../test/support/lab.ts';
import { interleave, program, type Report, showRatios } from './measure.ts';

export async function benchStartup(report: Report, rounds: number): Promise<void> {
  const main = join(root, 'dist/bin/wolfi-repro.js');
  const tiny = join(root, 'fixtures/lab/repository/v0.59.1/x86_64/meta-only-0-r0.apk');
  const folder = makeFolder();
  const trust = await writeTenStatements(folder);
  // Node reads the certificates that it names whenever it starts, which takes longer than everything else of an empty module.
  const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env;
  const node = (...argv: string[]) => program(process.execPath, argv, env);
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
