/** The plan of a saved result: its digest is computed again, what reports read of it is decoded, and the rest is repeated as it is. */
import { canonicalJson } from '../../canonical.ts';
import { type RecordTrait, recordQuestions } from '../../claim/traits/record-variant.ts';
import { type Sha256, sha256 } from '../../digest.ts';
import { isJsonObject } from '../../formats/bounded-json.ts';
import { deflateEncoders } from '../../melange/deflate-encoder.ts';
import type { KeyName } from '../../names.ts';
import type { LockedPackage, PlannedEnvironment } from '../../plan/environment.ts';
import type { Plan, PlannedBuilder, PlannedKeptScan, PlannedNetwork, PlannedScan } from '../../plan/plan.ts';
import type { FetchSource, GitSource, PlannedSource } from '../../plan/requested-sources.ts';
import type { StatedPlan } from '../../verdict/stated.ts';
import {
  byWord,
  count,
  type Decoder,
  digest,
  flag,
  integer,
  list,
  members,
  nullable,
  optional,
  packageName,
  packageVersion,
  plain,
  refuse,
  seconds,
  text,
  word,
} from './decoder.ts';

const form = word<RecordTrait['variant']['form']>(['A', 'B', 'C', 'D']);

/** One decoder for each question about production's record. */
function perQuestion(decoderOf: (answers: readonly string[]) => Decoder<unknown>) {
  return Object.fromEntries(
    Object.entries(recordQuestions).map(([question, answers]) => [question, decoderOf(answers)]),
  );
}

const record: Decoder<RecordTrait> = members<RecordTrait>({
  variant: members({ form, ...perQuestion((answers) => word(answers)) }) as Decoder<RecordTrait['variant']>,
  fit: word<RecordTrait['fit']>(['id-and-cpes', 'id', 'none']),
  forms: list(form),
  answers: members(perQuestion((answers) => list(word(answers)))) as Decoder<RecordTrait['answers']>,
  found: digest,
});

const scan: Decoder<PlannedScan> = members<PlannedScan>({
  programs: list(digest),
  kept: list(members<PlannedKeptScan>({ sha256: digest, tree: digest, program: digest, version: text })),
  found: digest,
});

const idAndName: Decoder<readonly [number, string]> = (value, place) =>
  Array.isArray(value) && value.length === 2
    ? [integer(value[0], `${place}[0]`), text(value[1], `${place}[1]`)]
    : refuse(place, 'an id and a name');

const builder: Decoder<PlannedBuilder> = members<PlannedBuilder>({
  melange: plain,
  melangeBasis: word<PlannedBuilder['melangeBasis']>(['release', 'by-date', 'assumed', 'by-bytes']),
  melangeTried: list(plain),
  printedVersion: text,
  sbomGenerator: word<PlannedBuilder['sbomGenerator']>(['melange', 'production', 'unknown', 'none']),
  sbomRecord: nullable(record),
  scan: nullable(scan),
  deflate: word(deflateEncoders),
  directorySize: plain as Decoder<PlannedBuilder['directorySize']>,
  largeDirectories: nullable(
    members<NonNullable<PlannedBuilder['largeDirectories']>>({ blocks: count, paths: list(text) }),
  ),
  clock: nullable(seconds),
  zoneOffsetMinutes: integer,
  owner: members<PlannedBuilder['owner']>({ uid: count, gid: count }),
  namespace: text,
  recipeFile: members<PlannedBuilder['recipeFile']>({ path: text, commit: text, repository: text }),
  recipeNamesCommit: flag,
  recipeLicense: text,
  extractedOrder: list(text),
  signature: nullable(
    members<NonNullable<PlannedBuilder['signature']>>({
      algorithm: word<'RSA' | 'RSA256'>(['RSA', 'RSA256']),
      keyName: text as Decoder<KeyName>,
    }),
  ),
  versionedShlibDepends: flag,
  fromPublished: nullable(
    members<NonNullable<PlannedBuilder['fromPublished']>>({
      users: list(idAndName),
      groups: list(idAndName),
      osRelease: nullable(members<{ id: string; versionId: string }>({ id: text, versionId: text })),
    }),
  ),
});

const packages = list(
  members<LockedPackage>({
    name: packageName,
    version: packageVersion,
    sha256: digest,
    checksum: text,
  }),
);

type EnvironmentOf<K extends PlannedEnvironment['kind']> = Extract<PlannedEnvironment, { readonly kind: K }>;

const environment: Decoder<PlannedEnvironment> = byWord<PlannedEnvironment>('kind', {
  recorded: members<EnvironmentOf<'recorded'>>({ kind: word(['recorded']), packages }),
  nearest: members<EnvironmentOf<'nearest'>>({ kind: word(['nearest']), packages }),
  host: members<EnvironmentOf<'host'>>({ kind: word(['host']) }),
  directory: members<EnvironmentOf<'directory'>>({ kind: word(['directory']) }),
  image: members<EnvironmentOf<'image'>>({ kind: word(['image']), manifest: digest }),
});

const source: Decoder<PlannedSource> = byWord<PlannedSource>('kind', {
  fetch: members<FetchSource>({
    kind: word(['fetch']),
    uri: text,
    algorithm: word(['sha256', 'sha512']),
    digest: text,
  }),
  git: members<GitSource>({ kind: word(['git']), repository: text, commit: text, reference: text }),
});

type NetworkOf<K extends PlannedNetwork['kind']> = Extract<PlannedNetwork, { readonly kind: K }>;

const network: Decoder<PlannedNetwork> = byWord<PlannedNetwork>('kind', {
  host: members<NetworkOf<'host'>>({ kind: word(['host']) }),
  gateway: members<NetworkOf<'gateway'>>({ kind: word(['gateway']), transcript: nullable(digest) }),
});

const readOfPlan: Decoder<StatedPlan> = members<StatedPlan>({
  origin: text,
  builder,
  recipe: members<Plan['recipe']>({ sha256: digest, size: count }),
  recipeFiles: list(members<Plan['recipeFiles'][number]>({ path: text, mode: count, sha256: digest })),
  environment,
  sources: list(source),
  network: optional(network),
});

/** A plan with its identity, which is computed again: a plan that was changed by hand is refused. */
export const savedPlan: Decoder<{ readonly identity: Sha256; readonly plan: StatedPlan }> = (
  value,
  place,
) => {
  if (!isJsonObject(value) || !isJsonObject(value['plan'])) return refuse(place, 'a plan with its identity');
  const identity = digest(value['identity'], `${place}.identity`);
  const plan = value['plan'];
  if (sha256(Buffer.from(canonicalJson(plan))) !== identity)
    return refuse(`${place}.identity`, 'the SHA-256 of the plan');
  return { identity, plan: { ...plan, ...readOfPlan(plan, `${place}.plan`) } };
};
