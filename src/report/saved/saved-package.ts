/** One package of a saved result. */
import type { Link } from '../../claim/chain.ts';
import { type ClaimFinding, claimFindingTitles } from '../../claim/findings.ts';
import type { SkippedFile } from '../../emit/dependencies/dependencies.ts';
import type { ScanOutcome, TriedScan } from '../../engine/scans.ts';
import { rebuiltArchitectures } from '../../execute/processor/architectures.ts';
import { type Emulation, registeredWords } from '../../execute/processor/processor.ts';
import { type SandboxKind, sandboxKinds } from '../../execute/sandbox/sandbox.ts';
import {
  type ExceededLimit,
  exceededLimits,
  Failure,
  type FailureCode,
  failureClasses,
} from '../../failure.ts';
import { isJsonObject, type JsonObject } from '../../formats/bounded-json.ts';
import type { SubstitutedEnvironment, SubstitutedPackage } from '../../plan/substituted.ts';
import type { SignatureState } from '../../repository/keyring.ts';
import type { Subject, TakenPackage } from '../../verdict/result.ts';
import { contradictsItself, type StatedPackage, type StatedVerdict } from '../../verdict/stated.ts';
import type { VerdictKind } from '../../verdict/verdict.ts';
import { verdictTitles } from '../words.ts';
import {
  byWord,
  count,
  type Decoder,
  digest,
  kindOf,
  list,
  members,
  nullable,
  optional,
  refuse,
  text,
  word,
} from './decoder.ts';
import { comparison, equivalence, sbomState } from './saved-comparison.ts';
import { acceptance, standing } from './saved-gate.ts';
import { explanation, fixes, triangulation } from './saved-insights.ts';
import { network } from './saved-network.ts';
import { savedPlan } from './saved-plan.ts';

type SignatureOf<K extends SignatureState['kind']> = Extract<SignatureState, { readonly kind: K }>;
const algorithm = word<SignatureOf<'valid'>['algorithm']>(['RSA', 'RSA256']);

const signature: Decoder<SignatureState> = byWord<SignatureState>('kind', {
  valid: members<SignatureOf<'valid'>>({
    kind: kindOf('valid'),
    keyName: text,
    algorithm,
    givenAs: optional(text),
  }),
  invalid: members<SignatureOf<'invalid'>>({
    kind: kindOf('invalid'),
    keyName: text,
    algorithm,
    fingerprints: list(digest),
  }),
  'unknown-key': members<SignatureOf<'unknown-key'>>({ kind: kindOf('unknown-key'), keyName: text }),
  unsigned: members<SignatureOf<'unsigned'>>({ kind: kindOf('unsigned') }),
});

const failureCode = word<FailureCode>(failureClasses);

interface SavedFailure {
  readonly message: string;
  readonly expected?: string;
  readonly got?: string;
  readonly script?: string;
  readonly exceeded?: ExceededLimit;
}

const savedFailure = members<SavedFailure>({
  message: text,
  expected: optional(text),
  got: optional(text),
  script: optional(text),
  exceeded: optional(word<ExceededLimit>(exceededLimits)),
});

/** The verdict of a package. What was to be done next stands in the result and is kept as the hint. */
function verdictOf(kind: VerdictKind, value: JsonObject, place: string): StatedVerdict {
  const at = (key: string) => `${place}.${key}`;
  if (kind === 'reproduced') {
    const proof = { sha256: digest(value['sha256'], at('sha256')), size: count(value['size'], at('size')) };
    return { kind, proof, signature: signature(value['signature'], at('signature')) };
  }
  const compared = value['comparison'];
  const found =
    compared === undefined
      ? undefined
      : comparison(optional(sbomState)(value['sbom'], at('sbom')) ?? 'missing')(compared, at('comparison'));
  if (kind === 'not-reproduced') {
    const reason = equivalence(value['reason'], at('reason'));
    return { kind, reason, comparison: found ?? refuse(at('comparison'), 'what differs') };
  }
  const code = failureCode(value['reason'], at('reason'));
  if (failureClasses[code] !== kind) refuse(at('reason'), `a reason of the verdict ${kind}`);
  const { message, ...details } = savedFailure(value['failure'], at('failure'));
  const next = optional(text)(value['next'], at('next'));
  const failure = new Failure(code, message, { ...details, ...(next === undefined ? {} : { hint: next }) });
  return {
    kind,
    reason: code,
    failure,
    ...(found === undefined ? {} : { comparison: found }),
  } as StatedVerdict;
}

const subject: Decoder<Subject> = members<Subject>({
  sha256: digest,
  size: count,
  name: optional(text),
  version: optional(text),
  architecture: optional(text),
  datahash: optional(text),
  q1: optional(text),
});

const taken: Decoder<TakenPackage> = members<TakenPackage>({
  repository: text,
  name: text,
  version: text,
  architecture: text,
  origin: optional(text),
});

const link: Decoder<Link> = members<Link>({
  link: word<Link['link']>({
    'index-signature': 0,
    'index-checksum': 0,
    'package-signature': 0,
    datahash: 0,
    'file-checksums': 0,
  }),
  state: word<Link['state']>(['verified', 'unverifiable', 'broken']),
  detail: text,
  reason: optional(failureCode) as Decoder<Link['reason']>,
  expected: optional(text),
  got: optional(text),
});

const scan: Decoder<ScanOutcome> = (value, place) => {
  const outcome = members<ScanOutcome>({
    tried: list(
      members<TriedScan>({
        sha256: digest,
        version: text,
        kept: nullable(digest),
        outcome: word<TriedScan['outcome']>(['fits', 'differs', 'failed', 'other-tree', 'incomplete']),
      }),
    ),
    chosen: nullable(count),
  })(value, place);
  return outcome.chosen !== null && outcome.tried[outcome.chosen] === undefined
    ? refuse(`${place}.chosen`, 'the place of a scan')
    : outcome;
};

const emulation: Decoder<Emulation> = members<Emulation>({
  architecture: word(rebuiltArchitectures),
  program: text,
  version: text,
  sha256: digest,
  registered: word(registeredWords),
});

const substituted: Decoder<SubstitutedEnvironment> = members<SubstitutedEnvironment>({
  kind: word<SubstitutedEnvironment['kind']>(['nearest', 'host', 'directory', 'image']),
  image: optional(digest),
  recorded: count,
  packages: list(members<SubstitutedPackage>({ name: text, recorded: optional(text), used: optional(text) })),
});

type Known = Omit<StatedPackage, 'verdict'>;

const known: Decoder<Known> = members<Known>({
  file: text,
  taken: optional(taken),
  subject: optional(subject),
  chain: list(link),
  findings: list(members<ClaimFinding>({ kind: word(claimFindingTitles), detail: text })),
  plan: optional(savedPlan),
  sbom: optional(sbomState),
  scan: optional(scan),
  sandbox: optional(word<SandboxKind>(sandboxKinds)),
  emulation: optional(emulation),
  explanation: optional(explanation),
  triangulation: optional(triangulation),
  fixes: optional(fixes),
  substituted: optional(substituted),
  network: optional(network),
  caveats: list(text),
  skipped: list(
    members<SkippedFile>({
      path: text,
      reason: word<SkippedFile['reason']>(['host-link', 'not-decompressed', 'melange-fails']),
    }),
  ),
  policy: optional(acceptance),
  baseline: optional(standing),
});

const verdictKind = word<VerdictKind>(verdictTitles);

export const savedPackage: Decoder<StatedPackage> = (value, place) => {
  if (!isJsonObject(value)) return refuse(place, 'a package');
  const kind = verdictKind(value['verdict'], `${place}.verdict`);
  const found = { ...known(value, place), verdict: verdictOf(kind, value, place) };
  return contradictsItself(found) === undefined
    ? found
    : refuse(`${place}.subject`, 'the file that the verdict is about');
};
