/** What the steps of a build reach, and where the transcript of what they fetched comes from and goes to. */

import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { shownTyped } from '../address.ts';
import type { Recipe } from '../claim/recipe/recipe.ts';
import { parseSha256, type Sha256 } from '../digest.ts';
import type { NetworkRequest } from '../engine/engine.ts';
import { Failure } from '../failure.ts';
import type { Conversation } from '../gateway/gateway.ts';
import type { Store } from '../inputs/store/store.ts';
import type { Format } from '../melange/format.ts';
import { missing, notRead, requireNamed, statNamed } from '../named-path.ts';
import type { Architecture } from '../names.ts';
import { namedPorts } from '../plan/fetching-steps.ts';
import type { PlannedNetwork } from '../plan/plan.ts';
import {
  parseTranscript,
  type Transcript,
  transcriptDigest,
  transcriptObjects,
} from '../transcript/transcript.ts';
import type { Run } from './run.ts';

/** The key under which a transcript is remembered: the recipe as it was compiled, for one architecture. */
export interface RecordedBuild {
  readonly recipeSha256: Sha256;
  readonly architecture: Architecture;
  /** As of which time lists of registries are recorded. */
  readonly asOf: number | undefined;
}

/**
 * What the steps of a recipe reach. A named transcript is preferred to one that the store has, and either to the network. Fails
 * with `transcript-invalid`, and with `usage` where the named transcript does not exist and none may be recorded.
 */
export async function chosenNetwork(
  build: RecordedBuild & { readonly recipe: Recipe },
  format: Format,
  { places, permissions, machine, builds }: Run,
): Promise<NetworkRequest> {
  const { network } = permissions;
  const ports = namedPorts(build.recipe, format);
  if (network === 'host') return { kind: 'host' };
  if (network === 'record') return { kind: 'record', ports, asOf: build.asOf };
  const { transcript: file } = places;
  const named = file === undefined ? undefined : namedTranscript(file);
  if (named !== undefined) return replayOf(named, ports);
  if (file !== undefined && network === 'none')
    throw new Failure('usage', `there is no transcript at ${shownTyped(file)}`, {
      hint: 'add --network to record one into it',
    });
  const canReplay = machine.sandbox === 'bubblewrap' && builds.engine.name === 'builtin';
  const known =
    canReplay && file === undefined ? await recallTranscript(build, machine.inputs.store) : undefined;
  if (known !== undefined) return replayOf(known, ports);
  return network === 'gateway' ? { kind: 'record', ports, asOf: build.asOf } : { kind: 'none' };
}

/** The transcript in a file; undefined where there is none. Fails with `usage` for what is not a file, or cannot be read. */
export function namedTranscript(path: string): Transcript | undefined {
  let bytes: Buffer;
  try {
    if (statNamed(path) === undefined) {
      // One is recorded there: a folder that is missing is made, a file in its place is not removed.
      if (statNamed(dirname(path))?.isDirectory() === false) throw missing(path, 'file');
      return undefined;
    }
    requireNamed(path, 'file');
    bytes = readFileSync(path);
  } catch (cause) {
    if (cause instanceof Failure) throw cause;
    throw notRead(path, cause);
  }
  return parseTranscript(bytes);
}

export function replayOf(transcript: Transcript, ports: readonly number[]): NetworkRequest {
  return { kind: 'replay', ports, transcript, digest: transcriptDigest(transcript) };
}

/** The network as the plan states it. */
export function plannedNetwork(request: NetworkRequest): PlannedNetwork | undefined {
  switch (request.kind) {
    case 'none':
      return undefined;
    case 'host':
      return { kind: 'host' };
    case 'record':
      return { kind: 'gateway', transcript: null };
    case 'replay':
      return { kind: 'gateway', transcript: request.digest };
  }
}

/** The same steps again, with the answers that they were given. */
export function replayed(request: NetworkRequest, conversation: Conversation | undefined): NetworkRequest {
  if (request.kind !== 'record' || conversation === undefined) return request;
  return replayOf(conversation.transcript, request.ports);
}

/** The name of the note in the store. */
export const noteOf = ({ recipeSha256, architecture, asOf }: RecordedBuild) =>
  `transcript ${recipeSha256} ${architecture}${asOf === undefined ? '' : ` as of ${asOf}`}`;

/**
 * The time as of which a build is recorded, by the clock of its package. Fails with `unsupported` where the user wants that and the package has none.
 */
export function recordedAsOf(
  { permissions: { registriesAsOf } }: Run,
  clock: number | undefined,
): number | undefined {
  if (registriesAsOf !== 'builddate') return registriesAsOf;
  if (clock !== undefined) return clock;
  throw new Failure('unsupported', 'the package does not say when it was built', {
    hint: 'give a date with --registries-as-of',
  });
}

/** Recordings of a build that the store remembers. */
const mostRemembered = 8;

/** Remembers a recording of a build as its newest. */
export function rememberTranscript(build: RecordedBuild, digest: Sha256, store: Store): void {
  const older = rememberedOf(build, store).filter((each) => each !== digest);
  store.remember(noteOf(build), [digest, ...older].slice(0, mostRemembered).join('\n'));
}

/** The newest first. */
function rememberedOf(build: RecordedBuild, store: Store): Sha256[] {
  const lines = (store.recall(noteOf(build)) ?? '').split('\n', mostRemembered);
  return lines.flatMap((line) => parseSha256(line) ?? []);
}

/** The transcripts that the store has for a build, the newest first; what has lost an answer is not among them. */
export async function recallTranscripts(build: RecordedBuild, store: Store): Promise<readonly Transcript[]> {
  const found: Transcript[] = [];
  for (const digest of rememberedOf(build, store)) {
    const transcript = await storedTranscript(digest, store);
    if (transcript !== undefined) found.push(transcript);
  }
  return found;
}

/** The newest transcript that the store has for a build. */
async function recallTranscript(build: RecordedBuild, store: Store): Promise<Transcript | undefined> {
  const [newest] = rememberedOf(build, store);
  return newest === undefined ? undefined : storedTranscript(newest, store);
}

/** A transcript of the store; one that has lost an answer counts as none, and so does one that another version wrote and this one does not read. */
async function storedTranscript(digest: Sha256, store: Store): Promise<Transcript | undefined> {
  const path = await store.get(digest);
  if (path === undefined) return undefined;
  const transcript = readable(readFileSync(path));
  if (transcript === undefined) return undefined;
  for (const { sha256, size } of transcriptObjects(transcript))
    if (size > 0 && (await store.get(sha256)) === undefined) return undefined;
  return transcript;
}

function readable(bytes: Uint8Array): Transcript | undefined {
  try {
    return parseTranscript(bytes);
  } catch (failure) {
    if (failure instanceof Failure && failure.code === 'transcript-invalid') return undefined;
    throw failure;
  }
}
