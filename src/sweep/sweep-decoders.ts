/** What a store kept, read again at its door into strict types. */
import { causeTitles } from '../compare/cause.ts';
import {
  type Architecture,
  type PackageName,
  type PackageVersion,
  parseArchitecture,
  parsePackageName,
  parsePackageVersion,
} from '../names.ts';
import {
  count,
  type Decoder,
  digest,
  list,
  members,
  optional,
  refuse,
  text,
  word,
} from '../report/saved/decoder.ts';
import { type VerdictKind, verdictOrder } from '../verdict/verdict.ts';
import { type Attempt, type AttemptClass, type AttemptCost, attemptClasses } from './attempt.ts';
import { type JobPackage, type JobPriority, jobPriorities, type SweepJob } from './job.ts';
import type { VerdictRow } from './verdict-row.ts';

function named<T>(parse: (text: string) => T | undefined, expected: string): Decoder<T> {
  return (value, place) => (typeof value === 'string' ? parse(value) : undefined) ?? refuse(place, expected);
}

export const packageName: Decoder<PackageName> = named(parsePackageName, 'the name of a package');
export const packageVersion: Decoder<PackageVersion> = named(parsePackageVersion, 'the version of a package');
export const architecture: Decoder<Architecture> = named(parseArchitecture, 'the name of an architecture');
export const jobPriority: Decoder<JobPriority> = word<JobPriority>(jobPriorities);
export const attemptClass: Decoder<AttemptClass> = word<AttemptClass>(attemptClasses);

const amount: Decoder<number> = (value, place) =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : refuse(place, 'an amount');

const jobPackage: Decoder<JobPackage> = members<JobPackage>({
  name: packageName,
  version: packageVersion,
  checksum: text,
  size: count,
  installedSize: count,
});

/** What a job is of. */
export const sweepSubject = { key: digest, origin: packageName, version: packageVersion, architecture };

export const sweepJob: Decoder<SweepJob> = members<SweepJob>({
  ...sweepSubject,
  repository: text,
  packages: list(jobPackage),
  commit: text,
  builtAt: count,
  tool: text,
  priority: jobPriority,
  tags: list(text),
  popularity: count,
  indexes: digest,
});

const attemptCost: Decoder<AttemptCost> = members<AttemptCost>({
  wallSeconds: amount,
  processorSeconds: amount,
  memoryBytes: count,
  diskBytes: count,
  downloadedBytes: count,
});

export const attempt: Decoder<Attempt> = members<Attempt>({
  job: digest,
  number: count,
  worker: text,
  startedAt: count,
  endedAt: count,
  class: attemptClass,
  cost: attemptCost,
  message: text,
  log: optional(digest) as Decoder<Attempt['log']>,
});

export const verdictRow: Decoder<VerdictRow> = members<VerdictRow>({
  job: digest,
  name: packageName,
  version: packageVersion,
  architecture,
  origin: packageName,
  repository: text,
  commit: text,
  builtAt: count,
  checksum: text,
  sha256: optional(digest),
  size: count,
  verdict: word<VerdictKind>(verdictOrder),
  reason: text,
  causes: list(word(causeTitles)),
  sbom: text,
  melange: text,
  plan: optional(digest),
  recipe: optional(digest),
  environment: optional(digest),
  sandbox: text,
  caveats: list(text),
  tool: text,
  attempt: count,
  judgedAt: count,
  popularity: count,
  result: optional(digest),
});
