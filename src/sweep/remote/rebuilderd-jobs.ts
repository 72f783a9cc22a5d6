/** A rebuilderd as the place that a worker gets its jobs from: what it assigns as a job of a sweep, and what came of it as its report. */
import { emitClassic } from '../../attest/envelopes/write-documents.ts';
import type { Signer } from '../../attest/keys/signer.ts';
import { rebuildLink } from '../../attest/statements/rebuild-link.ts';
import { statementSubject } from '../../attest/statements/statement-subject.ts';
import { sha256 } from '../../digest.ts';
import { Failure } from '../../failure.ts';
import { packageFileName } from '../../names.ts';
import { parseSavedRun } from '../../report/saved/saved-run.ts';
import { renderText } from '../../report/text-report.ts';
import { type StatedPackage, statedRun } from '../../verdict/stated.ts';
import type { VerdictKind } from '../../verdict/verdict.ts';
import type { AttemptClass } from '../attempt.ts';
import { jobKey, type SweepJob } from '../job.ts';
import type { Artifacts } from '../judge/artifacts.ts';
import { subjectOf } from '../judge/verdict-rows.ts';
import type { AttemptOutcome } from '../sweep-store.ts';
import type {
  ArtifactReport,
  ArtifactStatus,
  BuildStatus,
  RebuilderdArtifact,
  RebuilderdJob,
  RebuildReport,
} from './rebuilderd-api.ts';

/**
 * The job of an assignment. The repository is where its packages lie: `<repository>/<architecture>/<name>-<version>.apk`. Fails with `usage` where they lie
 * elsewhere, or in several.
 */
export function jobOfAssignment(assigned: RebuilderdJob, tool: string): SweepJob {
  const repositories = new Set(assigned.artifacts.map(repositoryOf));
  const [repository] = repositories;
  if (repository === undefined || repositories.size > 1)
    throw new Failure('usage', `${assigned.name} lies in ${repositories.size} repositories`, {
      expected: 'packages of one repository',
    });
  const subject = {
    origin: assigned.name,
    version: assigned.version,
    architecture: assigned.architecture,
    repository,
    packages: assigned.artifacts
      .map(({ name, version }) => ({ name, version, checksum: '', size: 0, installedSize: 0 }))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
    commit: '',
    builtAt: 0,
  };
  const key = jobKey(subject, tool);
  const indexes = sha256(Buffer.alloc(0));
  return { ...subject, key, tool, priority: 'new', tags: [], popularity: 0, indexes };
}

function repositoryOf({ url, architecture, ...named }: RebuilderdArtifact): string {
  const ending = `/${architecture}/${packageFileName(named)}`;
  if (URL.canParse(url) && url.endsWith(ending)) return url.slice(0, -ending.length);
  throw new Failure('usage', `rebuilderd knows ${named.name} by an address that is not one of a repository`, {
    expected: `…${ending}`,
    got: url,
  });
}

/** `FAIL` is a build that failed. What no statement is possible about is neither good nor bad. */
const statuses: Readonly<Record<VerdictKind, ArtifactStatus>> = {
  reproduced: 'GOOD',
  'not-reproduced': 'BAD',
  'build-failed': 'UNKWN',
  inconclusive: 'UNKWN',
  rejected: 'UNKWN',
  internal: 'UNKWN',
};

/** Classes that say something about the machine and nothing about the package: the daemon is not told, and gives the job to a different worker. */
const ofMachine: ReadonlySet<AttemptClass> = new Set<AttemptClass>([
  'worker-unfit',
  'worker-lost',
  'cancelled',
]);

export interface ReportTerms {
  readonly artifacts: Artifacts;
  readonly signer: Signer;
}

/** The report of an attempt; undefined where there is nothing to say of the package. */
export async function reportOf(
  assigned: RebuilderdJob,
  outcome: AttemptOutcome,
  { artifacts, signer }: ReportTerms,
): Promise<RebuildReport | undefined> {
  if (ofMachine.has(outcome.class)) return undefined;
  const results = await resultsOf(outcome, artifacts);
  const reports: ArtifactReport[] = [];
  const most = Math.floor(mostTextBytes / Math.max(1, assigned.artifacts.length));
  for (const each of assigned.artifacts) {
    const row = outcome.rows.find(({ name }) => name === each.name);
    const result = results.get(subjectOf(assigned, { ...each, checksum: '', size: 0, installedSize: 0 }));
    const status = row === undefined ? 'UNKWN' : statuses[row.verdict];
    reports.push({
      name: each.name,
      status,
      diffoscope: status === 'GOOD' ? undefined : shortened(textOf(result, outcome), most),
      attestation: result === undefined ? undefined : await linkOf(result, signer),
    });
  }
  const log = outcome.log === undefined ? undefined : await artifacts.get(outcome.log);
  return {
    queueId: assigned.id,
    builtAt: outcome.endedAt,
    log: log ?? Buffer.from(`${outcome.message}\n`),
    status: buildStatus(reports, outcome),
    artifacts: reports,
  };
}

function buildStatus(reports: readonly ArtifactReport[], { class: ended }: AttemptOutcome): BuildStatus {
  if (reports.some(({ status }) => status === 'BAD')) return 'BAD';
  if (reports.length > 0 && reports.every(({ status }) => status === 'GOOD')) return 'GOOD';
  return ended === 'build-failed' ? 'FAIL' : 'UNKWN';
}

async function resultsOf(
  { rows }: AttemptOutcome,
  artifacts: Artifacts,
): Promise<ReadonlyMap<string, StatedPackage>> {
  const digest = rows[0]?.result;
  const bytes = digest === undefined ? undefined : await artifacts.get(digest);
  return new Map(bytes === undefined ? [] : parseSavedRun(bytes).packages.map((each) => [each.file, each]));
}

/** A link can only say that something was reproduced. */
async function linkOf(result: StatedPackage, signer: Signer): Promise<Uint8Array | undefined> {
  const subject = result.verdict.kind === 'reproduced' ? statementSubject(result) : undefined;
  return subject === undefined ? undefined : Buffer.from(await emitClassic(rebuildLink(subject), signer));
}

function textOf(result: StatedPackage | undefined, { message }: AttemptOutcome): string {
  return result === undefined ? `${message}\n` : renderText(statedRun([result]));
}

/** All packages of a job together: rebuilderd takes bytes as lists of numbers, four characters each. */
const mostTextBytes = 16 * 1024 * 1024;

function shortened(text: string, most: number): Uint8Array {
  const bytes = Buffer.from(text);
  if (bytes.length <= most) return bytes;
  return Buffer.concat([bytes.subarray(0, most), Buffer.from(`\n… ${bytes.length - most} more bytes\n`)]);
}
