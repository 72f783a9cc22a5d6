/** `npm run bench [-- NAME...]`: all benchmarks, or those named. See README.md for how to read them. */
import { join } from 'node:path';
import { sharedSamples } from '../test/support/lab.ts';
import { benchDownload } from './download.ts';
import { benchEmission } from './emission.ts';
import { benchEmit } from './emit.ts';
import { benchEmulation } from './emulation.ts';
import { benchExports } from './exports.ts';
import { benchGateway } from './gateway.ts';
import { benchGrowth } from './growth.ts';
import { benchIndex } from './index.ts';
import type { Report } from './measure.ts';
import { benchNetwork } from './network.ts';
import { benchProductionId } from './production-id.ts';
import { benchReading } from './reading.ts';
import { benchStartup } from './startup.ts';
import { benchVerify } from './verify.ts';

const rounds = Number(process.env['ROUNDS'] ?? 5);

const benchmarks: Readonly<Record<string, (report: Report) => Promise<void> | void>> = {
  startup: (report) => benchStartup(report, rounds),
  reading: (report) => benchReading(report, rounds),
  emit: (report) => benchEmit(report, rounds),
  emission: benchEmission,
  verify: (report) => benchVerify(report, rounds),
  emulation: (report) => benchEmulation(report, rounds),
  'production-id': (report) => benchProductionId(report, rounds),
  index: (report) =>
    sharedSamples === undefined
      ? report('index: left out, the samples are not beside the checkout')
      : benchIndex(report, join(sharedSamples, 'alpine-3.17-main-APKINDEX.tar.gz')),
  growth: (report) => benchGrowth(report, rounds),
  exports: benchExports,
  download: (report) => benchDownload(report, rounds),
  gateway: (report) => benchGateway(report, rounds),
  network: (report) => benchNetwork(report, rounds),
};

const named = process.argv.slice(2);
for (const [name, benchmark] of Object.entries(benchmarks)) {
  if (named.length === 0 || named.includes(name)) await benchmark((line) => console.log(line));
}
