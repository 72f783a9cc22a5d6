/** Jobs, outcomes and workers of sweeps, for tests. */
import { sha256 } from '../../src/digest.ts';
import type { Architecture, PackageName, PackageVersion } from '../../src/names.ts';
import type { AttemptClass, AttemptCost } from '../../src/sweep/attempt.ts';
import { jobKey, type SweepJob } from '../../src/sweep/job.ts';
import type { AttemptOutcome, Lease, WorkerOffer } from '../../src/sweep/sweep-store.ts';

const gibibyte = 1024 ** 3;

/** A job of two packages, with what is given in place of the usual. */
export function sampleJob(origin: string, given: Partial<Omit<SweepJob, 'origin' | 'key'>> = {}): SweepJob {
  const version = given.version ?? ('1.0-r0' as PackageVersion);
  const listed = (name: string, size: number) => ({
    name: name as PackageName,
    version,
    checksum: `Q1${Buffer.from(sha256(Buffer.from(`${name}=${version}`)), 'hex')
      .subarray(0, 20)
      .toString('base64')}`,
    size,
    installedSize: 3 * size,
  });
  const job = {
    origin: origin as PackageName,
    version,
    architecture: 'x86_64' as Architecture,
    repository: 'https://packages.example/os',
    packages: [listed(origin, 1000), listed(`${origin}-doc`, 200)],
    commit: '0123456789abcdef0123456789abcdef01234567',
    builtAt: 1_700_000_000,
    tool: '0.1.0',
    priority: 'new' as const,
    tags: [],
    popularity: 0,
    indexes: sha256(Buffer.from('first')),
    ...given,
  };
  return { ...job, key: jobKey(job, job.tool) };
}

/** A worker that can do everything, with what is given in place of that. */
export function sampleOffer(worker = 'one', given: Partial<WorkerOffer> = {}): WorkerOffer {
  return {
    worker,
    architectures: ['x86_64', 'aarch64'] as Architecture[],
    tags: [],
    memoryBytes: 16 * gibibyte,
    diskBytes: 100 * gibibyte,
    ...given,
  };
}

/** An end of a job's attempt, with a row for each of its packages where it is `settled`. */
export function sampleOutcome(
  { job }: Pick<Lease, 'job'>,
  ended: AttemptClass = 'settled',
  given: { readonly cost?: Partial<AttemptCost> } = {},
): AttemptOutcome {
  const endedAt = 1_800_000_000_000;
  const cost = {
    wallSeconds: 12.5,
    processorSeconds: 20,
    memoryBytes: 1000,
    diskBytes: 2000,
    downloadedBytes: 3000,
  };
  const isSettled = ended === 'settled';
  return {
    class: ended,
    startedAt: endedAt - 12_500,
    endedAt,
    cost: { ...cost, ...given.cost },
    message: isSettled ? '' : `it ended as ${ended}`,
    log: sha256(Buffer.from('log')),
    rows: !isSettled
      ? []
      : job.packages.map(({ name, version, checksum, size }, at) => ({
          name,
          version,
          architecture: job.architecture,
          origin: job.origin,
          repository: job.repository,
          commit: job.commit,
          builtAt: job.builtAt,
          checksum,
          sha256: sha256(Buffer.from(name)),
          size,
          verdict: at === 0 ? ('reproduced' as const) : ('not-reproduced' as const),
          reason: at === 0 ? '' : 'content',
          causes: at === 0 ? [] : (['timestamp'] as const),
          sbom: 'same',
          melange: 'v0.50.0',
          plan: sha256(Buffer.from('plan')),
          recipe: sha256(Buffer.from('recipe')),
          environment: sha256(Buffer.from('environment')),
          sandbox: 'bubblewrap',
          caveats: [],
          tool: job.tool,
          popularity: job.popularity,
          result: sha256(Buffer.from('result')),
        })),
  };
}
