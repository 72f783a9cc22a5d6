/** How long the program takes to start, compared with Node that does nothing. */
import { join } from 'node:path';
import { root } from '../test/support/lab.ts';
import { interleave, program, type Report, showRatios } from './measure.ts';

export async function benchStartup(report: Report, rounds: number): Promise<void> {
  const main = join(root, 'dist/bin/wolfi-repro.js');
  const tiny = join(root, 'fixtures/lab/repository/v0.59.1/x86_64/meta-only-0-r0.apk');
  const node = (...argv: string[]) => program(process.execPath, argv);
  const timings = await interleave(
    {
      'node, an empty module': node('--input-type=module', '-e', ''),
      'wolfi-repro --version': node(main, '--version'),
      'wolfi-repro --help': node(main, '--help'),
      'wolfi-repro diff': node(main, 'diff', tiny, tiny),
      'wolfi-repro inspect': node(main, 'inspect', tiny),
    },
    Math.max(rounds, 15),
  );
  showRatios(report, 'start-up', timings, { reference: 'node, an empty module' });
}
