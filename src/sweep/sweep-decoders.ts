/** What a store kept, read again at its door into strict types. */
import { type CauseKind, causeTitles } from '../compare/cause.ts';
import { type Architecture, parseArchitecture } from '../names.ts';
import {
  count,
  type Decoder,
  digest,
  list,
  members,
  namedBy,
  optional,
  packageName,
  packageVersion,
  refuse,
  text,
  word,
} from '../report/saved/decoder.ts';
import { type VerdictKind, verdictOrder } from '../verdict/verdict.ts';
import { type Attempt, type AttemptClass, type AttemptCost, attemptClasses } from './attempt.ts';
import { endOfTime, type JobPackage, type JobPriority, jobPriorities, type SweepJob } from './job.ts';
import type { VerdictRow } from './verdict-row.ts';

export const architecture: Decoder<Architecture> = namedBy(parseArchitecture, 'the name of an architecture');
export const jobPriority: Decoder<JobPriority> = word<JobPriority>(jobPriorities);
export const attemptClass: Decoder<AttemptClass> = word<AttemptClass>(attemptClasses);

const amount: Decoder<number> = (value, place) =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : refuse(place, 'an amount');

/** Milliseconds since 1970, before the year 10000: what is shown of a later one is not a date any more. */
const time: Decoder<number> = (value, place) => {
  const number = count(value, place);
  return number < 1000 * endOfTime ? number : refuse(place, 'a time in milliseconds');
};

const builtAt: Decoder<number> = (value, place) => {
  const number = count(value, place);
  return number < endOfTime ? number : refuse(place, 'a time in seconds');
};

/** More than any value that this program writes has; a text that is longer would be read, shown and exported all the same. */
const mostWord = 128;
const mostText = 4096;
const mostCaveats = 256;

function atMost(most: number, decoder: Decoder<string>): Decoder<string> {
  return (value, place) => {
    const found = decoder(value, place);
    return found.length <= most ? found : refuse(place, `at most ${most} characters`);
  };
}

const ascii: Decoder<string> = (value, place) => {
  const found = text(value, place);
  return /^[\x20-\x7e]*$/.test(found) ? found : refuse(place, 'a plain word');
};
const shortWord = atMost(mostWord, ascii);
const line = atMost(mostText, text);

/** Each once: what repeats is counted and shown as often as it is there. */
const causes: Decoder<readonly CauseKind[]> = (value, place) => {
  if (Array.isArray(value) && value.length > Object.keys(causeTitles).length)
    return refuse(place, 'each cause once');
  const found = list(word(causeTitles))(value, place);
  return new Set(found).size === found.length ? found : refuse(place, 'each cause once');
};

const caveats: Decoder<readonly string[]> = (value, place) =>
  Array.isArray(value) && value.length > mostCaveats
    ? refuse(place, `at most ${mostCaveats} caveats`)
    : list(line)(value, place);

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
  builtAt,
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
  worker: line,
  startedAt: time,
  endedAt: time,
  class: attemptClass,
  cost: attemptCost,
  message: line,
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
  builtAt,
  checksum: text,
  sha256: optional(digest),
  size: count,
  verdict: word<VerdictKind>(verdictOrder),
  reason: shortWord,
  causes,
  sbom: shortWord,
  melange: shortWord,
  plan: optional(digest),
  recipe: optional(digest),
  environment: optional(digest),
  sandbox: shortWord,
  caveats,
  tool: shortWord,
  attempt: count,
  judgedAt: time,
  popularity: count,
  result: optional(digest),
});
