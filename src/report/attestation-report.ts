/** The decision about statements as text and as a plain value; pure. */
import type { Opinion, SubjectDecision } from '../attest/decision/decide-subject.ts';
import type { IgnoredReason, RefusedReason, Uncounted, Votes } from '../attest/decision/statement-votes.ts';
import { counted, printable } from '../bytes.ts';
import type { GatedIndex, LeftOutReason } from '../gate-index.ts';
import type { AttestationDecision } from '../verify-attestation.ts';
import type { Style } from './style.ts';

const titles: Readonly<Record<SubjectDecision['outcome'], string>> = {
  confirmed: 'confirmed',
  dissent: 'other bytes',
  'too-few': 'too few',
};

/** Each reason in words that follow the name of a file. */
const ignoredWords: Readonly<Record<IgnoredReason, string>> = {
  'unknown-signer': 'signed by nobody in the trust file',
  'key-expired': 'its key has expired',
  'kind-not-accepted': 'a kind of statement that the trust file does not accept from its signer',
  stale: 'older than the trust file accepts',
  undated: 'without a time, and the trust file limits the age',
  'in-the-future': 'its time has not come yet',
  'not-a-vote': 'says nothing about whether bytes are the same',
};

const refusedWords: Readonly<Record<RefusedReason, string>> = {
  'too-large': 'larger than a statement can be',
  'too-deep': 'nested too deep',
  'too-many-values': 'has too many values',
  'not-json': 'not JSON',
  'not-utf8': 'not UTF-8',
  'duplicate-key': 'an object in it has a key twice',
  'not-an-envelope': 'not a signed statement',
  'payload-type': 'signed as something other than a statement',
  'not-base64': 'a signature or the payload is not in the only form that it can have',
  'not-canonical': 'has no canonical form that can be signed',
  'too-many-signatures': 'has too many signatures',
  'signature-invalid': 'its signature does not fit: it, or what it signs, was changed',
  malformed: 'signed, but not what its type says that it is',
};

const leftOutWords: Readonly<Record<LeftOutReason, string>> = {
  unreadable: 'not a package that can be read',
  misnamed: 'a different package than its file is named after',
  'not-a-file': 'not a file',
  'no-statement': 'no statement is about it',
  'not-served': 'the index of the server lists it, and there is no file',
  'not-as-listed': 'not the package that the index of the server lists',
};

/** Every line ends with a newline. */
export function renderAttestationText(decision: AttestationDecision, style: Style): string {
  const { require, subjects } = decision;
  return asLines([
    ...subjects.flatMap((subject) => subjectLines(subject, require, style)),
    ...(subjects.length === 0 ? [`${style.warn('too few')}  no statement counts`] : []),
    ...uncountedLines(decision, style),
  ]);
}

/** What an index lists, and what it leaves out and why. */
export function renderGatedIndex(index: GatedIndex, style: Style): string {
  const { path, require, listed, leftOut } = index;
  const unnamed = leftOut.filter(({ why }) => why === 'no-statement').length;
  return asLines([
    ...(path === undefined
      ? [`${style.bad('refused')}  no index is written`]
      : [
          `${style.good('written')}  ${printable(path)}: ${listed.length} of ${listed.length + leftOut.length} packages`,
        ]),
    ...leftOut.flatMap(({ file, decision, why }) => {
      if (decision === undefined)
        return why === 'no-statement'
          ? []
          : [`${style.bad('left out')}  ${printable(file)}: ${leftOutWords[why ?? 'unreadable']}`];
      return [
        `${style.warn('left out')}  ${printable(file)}`,
        ...subjectLines(decision, require, style).slice(1),
      ];
    }),
    ...(unnamed === 0
      ? []
      : [`${style.warn('left out')}  ${counted(unnamed, 'package')} that no statement is about`]),
    ...uncountedLines(index, style),
  ]);
}

function asLines(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}

function uncountedLines({ ignored, refused }: Omit<Votes, 'votes'>, style: Style): string[] {
  return [
    ...refused.map((each) => uncountedLine(style.bad('refused'), each, refusedWords[each.why])),
    // Provenance lies beside each verdict.
    ...ignored
      .filter(({ why }) => why !== 'not-a-vote')
      .map((each) => uncountedLine('ignored', each, ignoredWords[each.why])),
  ];
}

function subjectLines(decision: SubjectDecision, require: number, style: Style): string[] {
  const { outcome, names, sha256, agree, dissent, abstain } = decision;
  const paint = outcome === 'confirmed' ? style.good : outcome === 'dissent' ? style.bad : style.warn;
  return [
    `${paint(titles[outcome])}  ${names.length === 0 ? sha256 : names.map(printable).join(', ')}`,
    ...(names.length === 0 ? [] : [`  sha256      ${sha256}`]),
    `  agree       ${agree.length} of ${require} required${agree.length === 0 ? '' : `: ${namesOf(agree)}`}`,
    ...dissent.map((each) => `  dissents    ${opinionText(each)}`),
    ...abstain.map((each) => `  undecided   ${opinionText(each)}`),
  ];
}

function namesOf(opinions: readonly Opinion[]): string {
  return opinions.map(({ rebuilder }) => printable(rebuilder)).join(', ');
}

function opinionText({ rebuilder, verdict, reason, got }: Opinion): string {
  const words = [verdict, reason].filter((each) => each !== undefined).join(': ');
  const other = got === undefined ? '' : `got ${got}`;
  return printable(`${rebuilder} (${words}${words !== '' && other !== '' ? ', ' : ''}${other})`);
}

function uncountedLine(
  title: string,
  { file, document, rebuilders }: Uncounted<unknown>,
  words: string,
): string {
  const place = document === 1 ? '' : `, document ${document}`;
  const whose = rebuilders.length === 0 ? '' : ` (${rebuilders.map(printable).join(', ')})`;
  return `${title}  ${printable(file)}${place}${whose}: ${words}`;
}

/** The decision as `--format json` prints it. */
export function attestationValue({ outcome, require, subjects, ignored, refused }: AttestationDecision) {
  return {
    schema: 'wolfi-repro/attestation-decision/1',
    outcome,
    require,
    subjects,
    ignored,
    refused,
  };
}

/** What was listed and left out, as `--format json` prints it. */
export function gatedIndexValue({ path, require, listed, leftOut, ignored, refused }: GatedIndex) {
  return {
    schema: 'wolfi-repro/gated-index/1',
    path: path ?? null,
    require,
    listed,
    leftOut,
    ignored,
    refused,
  };
}
