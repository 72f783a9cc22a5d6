/** The HTTP interface of rebuilderd for its workers (rebuilderd 0.28.0, daemon/src/api/v1 and common/src/api/v1/models). */
import { Failure } from '../../failure.ts';
import { isJsonObject, parseBoundedJson } from '../../formats/bounded-json.ts';
import type { Architecture, PackageName, PackageVersion } from '../../names.ts';
import {
  count,
  type Decoder,
  list,
  members,
  packageName,
  packageVersion,
  refuse,
  text,
} from '../../report/saved/decoder.ts';
import { architecture } from '../sweep-decoders.ts';
import { type Answered, exchangePatiently } from './far-exchange.ts';

/** One package of a job; rebuilderd calls it an artifact. */
export interface RebuilderdArtifact {
  readonly name: PackageName;
  readonly version: PackageVersion;
  readonly architecture: Architecture;
  readonly url: string;
}

export interface RebuilderdJob {
  /** Of its place in the queue. */
  readonly id: number;
  readonly name: PackageName;
  readonly version: PackageVersion;
  readonly architecture: Architecture;
  readonly artifacts: readonly RebuilderdArtifact[];
}

export type ArtifactStatus = 'GOOD' | 'BAD' | 'UNKWN';
export type BuildStatus = ArtifactStatus | 'FAIL';

export interface ArtifactReport {
  readonly name: string;
  readonly status: ArtifactStatus;
  readonly diffoscope: Uint8Array | undefined;
  readonly attestation: Uint8Array | undefined;
}

export interface RebuildReport {
  readonly queueId: number;
  /** Milliseconds since 1970. */
  readonly builtAt: number;
  readonly log: Uint8Array;
  readonly status: BuildStatus;
  readonly artifacts: readonly ArtifactReport[];
}

export interface RebuilderdOptions {
  /** Address of the daemon. */
  readonly url: URL;
  /** By which the daemon knows its workers: the raw Ed25519 key in base64. */
  readonly workerKey: string;
  readonly signupSecret: string | undefined;
  readonly signal: AbortSignal;
}

export interface Rebuilderd {
  register(name: string): Promise<void>;
  pop(
    backends: readonly string[],
    architectures: readonly Architecture[],
  ): Promise<RebuilderdJob | undefined>;
  /** Whether the job is still this worker’s. */
  ping(id: number): Promise<boolean>;
  report(report: RebuildReport): Promise<void>;
}

const mostBytes = 16 * 1024 * 1024;

export function openRebuilderd({ url, workerKey, signupSecret, signal }: RebuilderdOptions): Rebuilderd {
  const headers = {
    'content-type': 'application/json',
    'x-worker-key': workerKey,
    ...(signupSecret === undefined ? {} : { 'x-signup-secret': signupSecret }),
  };
  const post = (path: string, value?: unknown): Promise<Answered> =>
    exchangePatiently(
      {
        method: 'POST',
        url: apiAddress(url, path),
        headers,
        mostBytes,
        ...(value === undefined ? {} : { body: Buffer.from(JSON.stringify(value)) }),
      },
      { signal, attempts: 8, firstWaitMilliseconds: 500 },
    );
  return {
    async register(name) {
      requireSuccess(url, await post('/workers', { name }));
    },
    async pop(backends, architectures) {
      const answer = await post('/queue/pop', {
        supported_backends: backends,
        architecture: architectures[0],
        supported_architectures: architectures,
      });
      requireSuccess(url, answer);
      return parseAssignment(answer.body);
    },
    async ping(id) {
      const answer = await post(`/queue/${id}/ping`);
      if (answer.status === 404) return false;
      requireSuccess(url, answer);
      return true;
    },
    async report({ queueId, builtAt, log, status, artifacts }) {
      const answer = await post('/builds', {
        queue_id: queueId,
        built_at: new Date(builtAt).toISOString().replace('Z', ''),
        build_log: [...log],
        status,
        artifacts: artifacts.map(({ name, status: each, diffoscope, attestation }) => ({
          name,
          status: each,
          diffoscope: diffoscope === undefined ? null : [...diffoscope],
          attestation: attestation === undefined ? null : [...attestation],
        })),
      });
      requireSuccess(url, answer);
    },
  };
}

export function apiAddress({ href }: URL, path: string): URL {
  return new URL(`${href.replace(/\/$/, '')}/api/v1${path}`);
}

const unknownWorker =
  'is the key of this worker among its `authorized_workers`, and is REBUILDERD_SIGNUP_SECRET its `signup_secret`?';

/**
 * Fails with `usage` where the daemon refuses.
 * @param unauthorized the hint where it does not know who asks
 */
export function requireSuccess({ host }: URL, { status }: Answered, unauthorized = unknownWorker): void {
  if (status >= 200 && status < 300) return;
  throw new Failure('usage', `rebuilderd at ${host} refuses: it answers with ${status}`, {
    hint: status === 403 ? unauthorized : 'is this the address of a rebuilderd of version 0.25 or later?',
  });
}

const artifact: Decoder<RebuilderdArtifact> = members<RebuilderdArtifact>({
  name: packageName,
  version: packageVersion,
  architecture,
  url: text,
});

const queued = members<Omit<RebuilderdJob, 'artifacts'>>({
  id: count,
  name: packageName,
  version: packageVersion,
  architecture,
});

/** `"Nothing"`, or `{"Rebuild": {"job": …, "artifacts": […]}}`. */
function parseAssignment(bytes: Uint8Array): RebuilderdJob | undefined {
  const parsed = parseBoundedJson(bytes);
  const value = 'fault' in parsed ? undefined : parsed.value;
  if (value === 'Nothing') return undefined;
  const rebuild = isJsonObject(value) ? value['Rebuild'] : undefined;
  if (!isJsonObject(rebuild)) return refuse('the answer of rebuilderd', 'a job, or none');
  const artifacts = list(artifact)(rebuild['artifacts'], 'artifacts');
  return { ...queued(rebuild['job'], 'job'), artifacts };
}
