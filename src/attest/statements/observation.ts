/**
 * What a verified statement says about files, whoever's format it is in: the rebuild gave the same bytes, it gave other bytes, or nothing is said. Only a
 * statement of equal bytes counts as `same`: what is equal after a normalisation is not.
 */
import { parseSha256, type Sha256 } from '../../digest.ts';
import {
  isJsonObject,
  type JsonObject,
  listMember,
  objectMember,
  textMember,
} from '../../formats/bounded-json.ts';
import { type VerdictKind, verdictOrder } from '../../verdict/verdict.ts';
import { stepName } from './rebuild-link.ts';
import {
  equivalenceBuildType,
  provenancePredicateType,
  statementType,
  verdictPredicateType,
} from './uris.ts';

/** `wolfi-repro`: verdicts of this program. `link`: classic links, as rebuilderd writes them and this program as well. `oss-rebuild`: OSS Rebuild's. */
export const statementKinds = ['wolfi-repro', 'link', 'oss-rebuild'] as const;

export type StatementKind = (typeof statementKinds)[number];

export type Says = 'same' | 'other' | 'nothing';

export interface ObservedFile {
  /** As the statement has it; chosen by whoever published the package. */
  readonly name: string;
  readonly sha256: Sha256;
  /** As an index lists the package; undefined where the statement does not say. */
  readonly q1: string | undefined;
}

export interface Observation {
  readonly kind: StatementKind;
  /** The published files that the statement is about; of a link, what was rebuilt. */
  readonly files: readonly ObservedFile[];
  readonly says: Says;
  /** The verdict in the word of this program; undefined for other kinds. */
  readonly verdict: VerdictKind | undefined;
  /** Why, in the statement's own words; attacker-controlled. */
  readonly reason: string | undefined;
  /** Seconds since 1970; undefined where the kind has no time. */
  readonly time: number | undefined;
}

const mostFiles = 64;

/** The observation of a DSSE statement: undefined for what is not a vote, such as provenance; `malformed` where it is not what its type says. */
export function observationOf(content: unknown): Observation | 'malformed' | undefined {
  if (!isJsonObject(content) || textMember(content, '_type') !== statementType) return 'malformed';
  const predicate = objectMember(content, 'predicate') ?? {};
  const files = subjectsOf(content);
  if (files === undefined) return 'malformed';
  switch (textMember(content, 'predicateType')) {
    case verdictPredicateType:
      return verdictObservation(files, predicate);
    case provenancePredicateType:
      return equivalenceObservation(files, predicate);
    default:
      return undefined;
  }
}

function subjectsOf(statement: JsonObject): ObservedFile[] | undefined {
  const subjects = listMember(statement, 'subject');
  if (subjects.length === 0 || subjects.length > mostFiles) return undefined;
  const files = subjects.map((subject) =>
    isJsonObject(subject)
      ? fileOf(
          textMember(subject, 'name'),
          objectMember(subject, 'digest'),
          objectMember(subject, 'annotations'),
        )
      : undefined,
  );
  return files.every((file) => file !== undefined) ? files : undefined;
}

function fileOf(
  name: string | undefined,
  digests: JsonObject | undefined,
  annotations?: JsonObject,
): ObservedFile | undefined {
  const text = textMember(digests ?? {}, 'sha256') ?? '';
  const sha256 = parseSha256(text);
  if (name === undefined || sha256 === undefined || sha256 !== text) return undefined;
  return { name, sha256, q1: textMember(annotations ?? {}, 'q1') };
}

const saysOfVerdict: Readonly<Record<VerdictKind, Says>> = {
  reproduced: 'same',
  'not-reproduced': 'other',
  // The file contradicts itself, whatever a rebuild would give.
  rejected: 'other',
  'build-failed': 'nothing',
  inconclusive: 'nothing',
  internal: 'nothing',
};

function verdictObservation(
  files: readonly ObservedFile[],
  predicate: JsonObject,
): Observation | 'malformed' {
  const finding = objectMember(predicate, 'finding') ?? {};
  const verdict = verdictOrder.find((kind) => kind === textMember(finding, 'verdict'));
  const time = timeOf(textMember(predicate, 'time'));
  if (verdict === undefined || time === undefined || files.length !== 1) return 'malformed';
  const rebuilt = textMember(objectMember(finding, 'rebuilt') ?? {}, 'sha256');
  // Equal bytes have one digest: who states otherwise states nothing that can be counted.
  if ((verdict === 'reproduced') !== (rebuilt === files[0]!.sha256)) return 'malformed';
  return {
    kind: 'wolfi-repro',
    files,
    says: saysOfVerdict[verdict],
    verdict,
    reason: textMember(finding, 'reason'),
    time,
  };
}

/** Seconds since 1970 of a time as `timeText` writes it. */
function timeOf(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text)) return undefined;
  const milliseconds = Date.parse(text);
  return Number.isNaN(milliseconds) ? undefined : milliseconds / 1000;
}

/**
 * OSS Rebuild's `ArtifactEquivalence@v0.1` (google/oss-rebuild, pkg/attestation/types.go): the subject is the published file, and the dependency whose name begins
 * with `rebuild/` what was rebuilt. It also states what is equal only once it is normalised.
 */
function equivalenceObservation(
  files: readonly ObservedFile[],
  predicate: JsonObject,
): Observation | 'malformed' | undefined {
  const definition = objectMember(predicate, 'buildDefinition') ?? {};
  if (textMember(definition, 'buildType') !== equivalenceBuildType) return undefined;
  const rebuilt = listMember(definition, 'resolvedDependencies')
    .filter(isJsonObject)
    .filter((each) => textMember(each, 'name')?.startsWith('rebuild/') === true)
    .map((each) => textMember(objectMember(each, 'digest') ?? {}, 'sha256'));
  if (files.length !== 1 || rebuilt.length !== 1) return 'malformed';
  const isSame = rebuilt[0] === files[0]!.sha256;
  return {
    kind: 'oss-rebuild',
    files,
    says: isSame ? 'same' : 'nothing',
    verdict: undefined,
    reason: isSame ? undefined : 'equal only after normalisation',
    time: undefined,
  };
}

/**
 * The observation of a classic link: the product after which its step is named, as rebuilderd and this program name it. A link of a different step, such as one that
 * fetched the file, says nothing of a rebuild. `environment` may be null, as rebuilderd writes it.
 */
export function linkObservation(content: unknown): Observation | 'malformed' | undefined {
  if (!isJsonObject(content)) return 'malformed';
  if (textMember(content, '_type') !== 'link') return undefined;
  const step = textMember(content, 'name') ?? '';
  const products = Object.entries(objectMember(content, 'products') ?? {});
  if (products.length === 0 || products.length > mostFiles) return 'malformed';
  const files = products.map(([name, digests]) =>
    isJsonObject(digests) ? fileOf(name, digests) : undefined,
  );
  if (!files.every((file) => file !== undefined)) return 'malformed';
  const rebuilt = files.filter(({ name }) => step === stepName(name));
  if (rebuilt.length === 0) return undefined;
  return {
    kind: 'link',
    files: rebuilt,
    says: 'same',
    verdict: undefined,
    reason: undefined,
    time: undefined,
  };
}
