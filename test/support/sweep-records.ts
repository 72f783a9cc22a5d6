/** Records of sweeps that nobody ran: made by a generator of pseudo-random numbers, so that the same seed gives the same ones. */
import { type CauseKind, causeTitles } from '../../src/compare/cause.ts';
import { type Sha256, sha256 } from '../../src/digest.ts';
import { grouped } from '../../src/lists.ts';
import type { Architecture, PackageName, PackageVersion } from '../../src/names.ts';
import type { Attempt, AttemptClass } from '../../src/sweep/attempt.ts';
import { type JobSubject, jobKey, type SweepJob } from '../../src/sweep/job.ts';
import { decideRetry } from '../../src/sweep/sweep-retry.ts';
import type { SweepRecords } from '../../src/sweep/sweep-store.ts';
import type { VerdictRow } from '../../src/sweep/verdict-row.ts';

/** Everything of a sweep, in lists that a test can change. */
export interface MadeRecords {
  readonly jobs: readonly SweepJob[];
  readonly attempts: readonly Attempt[];
  readonly verdicts: readonly VerdictRow[];
  /** Jobs that were queued again after their attempts. */
  readonly reopened?: readonly Sha256[];
}

const day = 86_400_000;
export const firstDay = Date.UTC(2026, 10, 1);
export const tool = '0.1.0';
const repository = 'https://packages.example/os';

export function recordsOf({ jobs, attempts, verdicts, reopened = [] }: MadeRecords): SweepRecords {
  const each = async function* <Value>(values: readonly Value[]) {
    yield* values;
  };
  return {
    jobs: () => each(jobs),
    attempts: () => each(attempts),
    verdicts: () => each(verdicts),
    unfinished: () => each(unfinishedOf({ jobs, attempts, verdicts, reopened })),
    counts: async () => ({
      state: 'running',
      queued: jobs.length - new Set(attempts.map(({ job }) => job)).size,
      running: 0,
      settled: new Set(verdicts.map(({ job }) => job)).size,
      dead: 0,
      nextDue: undefined,
    }),
  };
}

function unfinishedOf({ jobs, attempts, verdicts, reopened = [] }: MadeRecords): Sha256[] {
  const judged = new Set(verdicts.map(({ job }) => job));
  const ends = grouped(attempts, ({ job }) => job);
  return jobs.flatMap(({ key }) => {
    const own = ends.get(key)?.toSorted((a, b) => a.number - b.number) ?? [];
    const waits = own.length === 0 ? !judged.has(key) : decideRetry(own).kind === 'again';
    return waits || reopened.includes(key) ? key : [];
  });
}

export function digestOf(...words: readonly unknown[]): Sha256 {
  return sha256(Buffer.from(words.join(' ')));
}

export interface MadeJob {
  readonly origin: string;
  readonly version: string;
  readonly names?: readonly string[];
  readonly architecture?: string;
  readonly tool?: string;
  readonly popularity?: number;
  readonly builtAt?: number;
}

export function makeJob(of: MadeJob): SweepJob {
  const { origin, version, names = [origin], architecture = 'x86_64', popularity = 0, builtAt = 1 } = of;
  const subject: JobSubject = {
    origin: origin as PackageName,
    version: version as PackageVersion,
    architecture: architecture as Architecture,
    repository,
    packages: names.map((name) => ({
      name: name as PackageName,
      version: version as PackageVersion,
      checksum: `Q1${digestOf(name, version, architecture).slice(0, 27)}=`,
      size: 10_000,
      installedSize: 40_000,
    })),
    commit: digestOf('commit', origin, version).slice(0, 40),
    builtAt,
  };
  const key = jobKey(subject, of.tool ?? tool);
  return {
    ...subject,
    key,
    tool: of.tool ?? tool,
    priority: 'new',
    tags: [],
    popularity,
    indexes: digestOf('indexes'),
  };
}

export function makeAttempt(
  { key }: SweepJob,
  number: number,
  kind: AttemptClass,
  startedAt: number,
  wallSeconds = 60,
): Attempt {
  return {
    job: key,
    number,
    worker: `worker-${number}`,
    startedAt,
    endedAt: startedAt + wallSeconds * 1000,
    class: kind,
    cost: {
      wallSeconds,
      processorSeconds: wallSeconds * 2,
      memoryBytes: 1e9,
      diskBytes: 2e9,
      downloadedBytes: 3e7,
    },
    message: kind === 'settled' ? '' : `it ended as ${kind}`,
    log: undefined,
  };
}

/** A row for each package of a job. */
export function makeRows(job: SweepJob, judgedAt: number, given: Partial<VerdictRow> = {}): VerdictRow[] {
  return job.packages.map(({ name, version, checksum, size }) => ({
    job: job.key,
    name,
    version,
    architecture: job.architecture,
    origin: job.origin,
    repository: job.repository,
    commit: job.commit,
    builtAt: job.builtAt,
    checksum,
    sha256: digestOf(name, version, job.architecture),
    size,
    verdict: 'reproduced',
    reason: '',
    causes: [],
    sbom: 'regenerated',
    melange: 'v0.59.1',
    plan: digestOf('plan', job.key),
    recipe: digestOf('recipe', job.origin, version),
    environment: digestOf('environment', job.origin),
    sandbox: 'bubblewrap',
    caveats: [],
    tool: job.tool,
    attempt: 1,
    judgedAt,
    popularity: job.popularity,
    result: undefined,
    ...given,
  }));
}

/** A generator of numbers from 0 to below 1 (mulberry32, public domain). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const words =
  'lib py3 go rust curl ssl net core auth data http json yaml grpc kube helm perl ruby node java fs log'.split(
    ' ',
  );
const releases = ['v0.59.1', 'v0.58.0', 'v0.51.2', 'v0.40.5', 'v0.23.6'];
const verdictsByShare: readonly [share: number, verdict: VerdictRow['verdict'], reason: string][] = [
  [0.7, 'reproduced', ''],
  [0.76, 'not-reproduced', 'content'],
  [0.8, 'not-reproduced', 'unstable'],
  [0.82, 'not-reproduced', 'sbom-only'],
  [0.87, 'inconclusive', 'environment-unavailable'],
  [0.91, 'inconclusive', 'network-required'],
  [0.93, 'inconclusive', 'scan-needed'],
  [0.97, 'build-failed', 'step-failed'],
  [0.975, 'rejected', 'datahash-mismatch'],
];

/** A repository of about so many packages in two architectures, judged over some weeks; each origin has up to four versions. */
export function makeRepository(packages: number, seed = 1, days = 28): MadeRecords {
  const random = randomNumbers(seed);
  const jobs: SweepJob[] = [];
  const attempts: Attempt[] = [];
  const verdicts: VerdictRow[] = [];
  const pick = <Value>(values: readonly Value[]): Value => values[Math.floor(random() * values.length)]!;
  for (let made = 0, number = 0; made < packages; number += 1) {
    const origin = `${pick(words)}-${pick(words)}-${number}`;
    const subpackages = Math.floor(random() * 4);
    const names = [origin, ...['doc', 'dev', 'libs'].slice(0, subpackages).map((end) => `${origin}-${end}`)];
    const popularity = Math.floor(random() ** 6 * 900);
    const versions = 1 + Math.floor(random() * 4);
    for (const architecture of ['aarch64', 'x86_64']) {
      made += names.length;
      for (let at = 0; at < versions; at += 1) {
        const version = `${1 + Math.floor(at / 2)}.${at}.${number % 10}-r${at}`;
        const judgedAt = firstDay + Math.floor(((at + random()) / versions) * days * day);
        const job = makeJob({
          origin,
          version,
          names,
          architecture,
          popularity,
          builtAt: Math.floor(judgedAt / 1000) - 500,
        });
        jobs.push(job);
        const share = random();
        if (share > 0.99) continue;
        if (share > 0.985) {
          attempts.push(makeAttempt(job, 1, 'memory', judgedAt - 90_000));
          attempts.push(makeAttempt(job, 2, 'memory', judgedAt - 70_000));
          continue;
        }
        const [, verdict, reason] = verdictsByShare.find(([most]) => share < most) ?? verdictsByShare[0]!;
        const failed = random() < 0.02;
        if (failed) attempts.push(makeAttempt(job, 1, 'network', judgedAt - 300_000, 20));
        const seconds = 10 + Math.floor(random() ** 4 * 3000);
        const kind = verdict === 'reproduced' || verdict === 'not-reproduced' ? 'settled' : classOf(reason);
        attempts.push(makeAttempt(job, failed ? 2 : 1, kind, judgedAt - seconds * 1000, seconds));
        const causes = verdict === 'not-reproduced' ? [pick(Object.keys(causeTitles) as CauseKind[])] : [];
        const melange = verdict === 'inconclusive' ? '' : pick(releases);
        const environment = digestOf('environment', origin, random() < 0.5 ? at : 0);
        verdicts.push(
          ...makeRows(job, judgedAt, {
            verdict,
            reason,
            causes,
            melange,
            environment,
            attempt: failed ? 2 : 1,
          }),
        );
      }
    }
  }
  return { jobs, attempts, verdicts };
}

function classOf(reason: string): AttemptClass {
  if (reason === 'environment-unavailable') return reason;
  return reason === 'step-failed' ? 'build-failed' : 'inconclusive';
}
