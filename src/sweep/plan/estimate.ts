/** What it will take to judge jobs, before any is begun: from earlier attempts where there are, else assumed, and which of both is said. */
import type { Architecture } from '../../names.ts';
import type { Attempt } from '../attempt.ts';
import type { SweepJob } from '../job.ts';

export interface Estimate {
  readonly jobs: number;
  readonly packages: number;
  /** Jobs whose time is that of an earlier attempt at the same origin and architecture. */
  readonly measured: number;
  /** Seconds of all builds after each other. */
  readonly seconds: number;
  /** Seconds that a build is taken to need that was never tried: the median of those that were, or what is assumed without any. */
  readonly usualSeconds: number;
  readonly basis: 'median' | 'assumed';
  /** Bytes of the packages that are judged. */
  readonly packageBytes: number;
  /** Bytes of everything that the indexes list: no recorded environment that they can give has more. */
  readonly environmentBytes: number;
  /** Bytes on disk: what is downloaded, unpacked environments, and the builds at once. */
  readonly diskBytes: number;
}

export interface EstimateBasis {
  readonly jobs: readonly SweepJob[];
  readonly earlier: Iterable<EarlierAttempt>;
  readonly listedBytes: number;
  readonly installedBytes: number;
  readonly atOnce: number;
}

export interface EarlierAttempt extends Pick<Attempt, 'cost'> {
  readonly origin: string;
  readonly architecture: Architecture;
}

/** Without a single attempt: most packages of a distribution build within minutes, and few for hours. Nothing measured is behind it. */
const assumedSeconds = 300;
/** Of a build that was never tried. */
const assumedDiskBytes = 2 * 1024 ** 3;
const leastForMedian = 5;

export function estimate({ jobs, earlier, listedBytes, installedBytes, atOnce }: EstimateBasis): Estimate {
  const known = new Map<string, { seconds: number; diskBytes: number }>();
  for (const { origin, architecture, cost } of earlier) {
    if (cost.wallSeconds > 0)
      known.set(`${architecture}/${origin}`, { seconds: cost.wallSeconds, diskBytes: cost.diskBytes });
  }
  const times = [...known.values()].map(({ seconds }) => seconds).sort((a, b) => a - b);
  const basis = times.length >= leastForMedian ? 'median' : 'assumed';
  const usualSeconds = basis === 'median' ? times[Math.floor(times.length / 2)]! : assumedSeconds;
  const costs = jobs.map(({ architecture, origin }) => known.get(`${architecture}/${origin}`));
  const disks = costs.map((cost) => cost?.diskBytes ?? assumedDiskBytes).sort((a, b) => b - a);
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const packages = jobs.flatMap((job) => job.packages);
  const packageBytes = sum(packages.map(({ size }) => size));
  return {
    jobs: jobs.length,
    packages: packages.length,
    measured: costs.filter((cost) => cost !== undefined).length,
    seconds: sum(costs.map((cost) => cost?.seconds ?? usualSeconds)),
    usualSeconds,
    basis,
    packageBytes,
    environmentBytes: listedBytes,
    diskBytes: packageBytes + listedBytes + installedBytes + sum(disks.slice(0, atOnce)),
  };
}
