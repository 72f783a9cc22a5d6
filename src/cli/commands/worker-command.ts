/** `wolfi-repro worker`. */
import { mkdirSync } from 'node:fs';
import { hostname, totalmem } from 'node:os';
import { join } from 'node:path';
import type { Signer } from '../../attest/keys/signer.ts';
import { Failure } from '../../failure.ts';
import { cacheDirectory } from '../../inputs/cache-folder.ts';
import { defaultNetwork } from '../../inputs/network/network-options.ts';
import { ownedPrefix } from '../../process-marks.ts';
import { type Artifacts, folderArtifacts } from '../../sweep/judge/artifacts.ts';
import { type Judging, judgeJob } from '../../sweep/judge/judge-job.ts';
import { runSweep } from '../../sweep/run-sweep.ts';
import type { LeaseKeeper } from '../../sweep/worker/lease-keeper.ts';
import type { JobSource } from '../../sweep/worker/work.ts';
import type { Command } from '../commander.ts';
import { rawOptions } from '../given-options.ts';
import { judgeSettings } from '../judge-settings.ts';
import { buildable, freeIn, thisProgram } from '../judging-machine.ts';
import { isDatabase, openDatabase } from '../open-sweep.ts';
import { runOptions } from '../options.ts';
import { printNote } from '../output.ts';
import { version } from '../own-version.ts';
import type { RawOptions } from '../raw-options.ts';
import { distributionsOf, parseRebuilderd } from '../rebuilderd-address.ts';
import { drainable } from '../signals.ts';
import { openArtifacts } from '../sweep-artifacts.ts';
import { eventText } from '../sweep-progress.ts';

const stoppedExitCode = 4;
/** Between two questions of an idle worker. */
const pace = { idle: 3000, patience: 0 };

/** Where jobs come from, and what keeps them. */
interface Employer {
  readonly source: JobSource;
  readonly keeper: LeaseKeeper;
  /** Fails where nothing can be kept any more. */
  readonly failed: Promise<never>;
  close(): Promise<void>;
}

export async function workerCommand(command: Command): Promise<number> {
  const raw = await rawOptions(command);
  // What cannot be meant is said before anything is judged.
  const { jobs } = runOptions(raw, new AbortController().signal, () => undefined);
  const cache = cacheDirectory(raw.cache);
  mkdirSync(cache, { recursive: true });
  const artifacts = await artifactsOf(raw, cache);
  const judging: Judging = {
    ...thisProgram(),
    settings: { ...judgeSettings(command, raw), cache },
    perHost: Math.max(1, Math.floor(defaultNetwork.perHost / jobs)),
    artifacts,
    work: join(cache, 'worker'),
    now: Date.now,
  };
  const employer = await employerOf(raw, artifacts);
  const worker = `${hostname()}.${ownedPrefix()}`;
  return drainable(async (drain, end) => {
    // Whoever reads it may end the worker from then on.
    printNote(`wolfi-repro: worker ${worker} waits for jobs`);
    let ended = 0;
    const running = runSweep({
      store: employer.source,
      keeper: employer.keeper,
      isLasting: true,
      judge: (lease, signal) => judgeJob(lease, judging, signal),
      offer: { worker, architectures: buildable(), tags: raw.tag ?? [], memoryBytes: totalmem() },
      freeBytes: () => freeIn(cache),
      slots: jobs,
      drain,
      end,
      now: Date.now,
      pace,
      onEvent: (event) => {
        if (event.kind === 'settled') ended += 1;
        const text = eventText(event, ended, ended);
        if (text !== undefined) printNote(text);
      },
    });
    try {
      const outcome = await Promise.race([running, employer.failed]);
      if (outcome.kind !== 'stopped') return 0;
      printNote(`stopped: ${outcome.why}`);
      return stoppedExitCode;
    } finally {
      await employer.close();
    }
  }, 0);
}

/** Results and logs: by default beside the cache, which only this machine sees. */
async function artifactsOf({ artifacts, database }: RawOptions, cache: string): Promise<Artifacts> {
  if (artifacts === undefined) {
    if (database !== undefined)
      throw new Failure('usage', 'results and logs need a place that all machines reach', {
        hint: 'name a shared folder or a bucket: --artifacts DIR or --artifacts s3://BUCKET/PREFIX',
      });
    return folderArtifacts(join(cache, 'worker-results'));
  }
  return openArtifacts(artifacts);
}

async function employerOf(raw: RawOptions, artifacts: Artifacts): Promise<Employer> {
  const { database, rebuilderd } = raw;
  if (database !== undefined && rebuilderd === undefined) return databaseEmployer(database);
  if (rebuilderd !== undefined && database === undefined)
    return rebuilderdEmployer(rebuilderd, raw, artifacts);
  throw new Failure('usage', 'a worker gets its jobs from one place', {
    expected: '--database URL, or --rebuilderd URL',
  });
}

async function databaseEmployer(url: string): Promise<Employer> {
  if (!isDatabase(url))
    throw new Failure('usage', '--database takes the address of a PostgreSQL', {
      expected: 'postgres://HOST/DATABASE',
    });
  // Under an init system the server may start later than its workers.
  const store = await openDatabase(url, Number.POSITIVE_INFINITY);
  const { startLeaseKeeper } = await import('../../sweep/worker/lease-keeper.ts');
  const keeper = startLeaseKeeper(url, (text) => printNote(`wolfi-repro: leases: ${text}`));
  return { source: store, keeper, failed: keeper.failed, close: () => store.close() };
}

async function rebuilderdEmployer(address: string, raw: RawOptions, artifacts: Artifacts): Promise<Employer> {
  const url = parseRebuilderd(address);
  const { readSigner } = await import('../attester.ts');
  const signer = await readSigner(raw);
  const { openRebuilderd } = await import('../../sweep/remote/rebuilderd-api.ts');
  const { rebuilderdSource } = await import('../../sweep/remote/rebuilderd-source.ts');
  const rebuilderd = openRebuilderd({
    url,
    workerKey: workerKeyOf(signer),
    signupSecret: process.env['REBUILDERD_SIGNUP_SECRET'],
    signal: new AbortController().signal,
  });
  await rebuilderd.register(hostname());
  const backends = distributionsOf(raw);
  const terms = { artifacts, signer, backends, tool: version, now: Date.now };
  const never = new Promise<never>(() => undefined);
  return { ...rebuilderdSource(rebuilderd, terms), failed: never, close: async () => undefined };
}

/** As rebuilderd’s own workers name themselves: by their raw Ed25519 key. */
function workerKeyOf({ key }: Signer): string {
  const { kind, object } = key;
  if (kind !== 'ed25519')
    throw new Failure('usage', 'rebuilderd takes links of Ed25519 keys only', {
      hint: 'make a key with `openssl genpkey -algorithm ed25519 -out FILE`',
    });
  return object.export({ type: 'spki', format: 'der' }).subarray(-32).toString('base64');
}
