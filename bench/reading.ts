/** Reading a package with every digest in it, compared with programs that only hash or only inflate. */
import { fileURLToPath } from 'node:url';
import { readApk } from '../src/apk/read-apk.ts';
import { fileSource } from '../src/inputs/store/files.ts';
import { bulk, largePackage, manyfiles } from './material.ts';
import { child, interleave, printChildResult, program, type Report, showRatios } from './measure.ts';

const own = fileURLToPath(import.meta.url);

export async function benchReading(report: Report, rounds: number): Promise<void> {
  const { file, bytes, inflated } = await largePackage();
  let peak = 0;
  const timings = await interleave(
    {
      'openssl dgst -sha256': program('openssl', ['dgst', '-sha256', file]),
      'gzip -dc': program('gzip', ['-dc', file]),
      readApk: () => {
        const result = child(own, [file]);
        peak = Math.max(peak, result.peakMebibytes);
        return result.milliseconds;
      },
    },
    rounds,
  );
  const size = (value: number) => `${Math.round(value / 2 ** 20)} MiB`;
  showRatios(report, `reading ${size(bytes)} that inflate to ${size(inflated)}`, timings, {
    reference: 'gzip -dc',
    bytes: inflated,
  });
  report(`  readApk: ${peak} MiB at the most`);
  for (const [name, small] of Object.entries({ bulk, manyfiles })) {
    const both = await interleave(
      { 'gzip -dc': program('gzip', ['-dc', small]), readApk: () => child(own, [small]).milliseconds },
      rounds,
    );
    showRatios(report, `reading ${name}, a process for each`, both, { reference: 'gzip -dc' });
  }
}

const [file] = process.argv.slice(2);
if (process.argv[1] === own && file !== undefined) {
  const started = performance.now();
  await readApk(fileSource(file));
  printChildResult({ milliseconds: performance.now() - started });
}
