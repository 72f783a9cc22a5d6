/**
 * Failures are exceptions with a code from a closed list; findings (differences, contradictions) are
 * values and never thrown. Each code belongs to one verdict, so code that catches a failure need not read
 * its message.
 */
import { maskAddresses } from './address.ts';

/** Every code, by its class: the one list from which types and tables follow. */
const codesByClass = {
  /** The published file is refused: it contradicts its own signature, digests, format or name. */
  rejected: [
    'malformed',
    'duplicate-entry',
    'signature-invalid',
    'index-mismatch',
    'datahash-mismatch',
    'datahash-missing',
    'checksum-mismatch',
    'unsafe-entry',
    'limit-exceeded',
    'contradiction',
    'unsafe-name',
    'unsafe-recipe',
  ],
  /** No statement about the package is possible. */
  inconclusive: [
    'unsigned',
    'unknown-key',
    'no-recipe',
    'recipe-unreadable',
    'environment-unavailable',
    'environment-invalid',
    'environment-substituted',
    'source-unavailable',
    'source-mismatch',
    'source-unpinned',
    'recipe-files-unavailable',
    'network-required',
    'request-unrecorded',
    'request-unanswered',
    'answers-unproven',
    'gateway-in-output',
    'transcript-invalid',
    'transcript-incomplete',
    'package-unavailable',
    'index-rolled-back',
    'address-refused',
    'unreachable',
    'bundle-invalid',
    'disk-unavailable',
    'ids-unavailable',
    'sandbox-unavailable',
    'build-limit',
    'architecture-unavailable',
    'emulated',
    'engines-disagree',
    'scan-needed',
    'unsupported',
    'unsupported-format',
    'file-changed',
    'cancelled',
  ],
  /** A recorded step did not succeed in the recorded environment. */
  'build-failed': ['step-failed', 'assertion-failed', 'output-missing'],
  /** The command line is wrong, which concerns the whole run. */
  usage: ['usage'],
  /** A defect of this program. */
  internal: ['internal'],
} as const;

export type FailureClass = keyof typeof codesByClass;
export type RejectedReason = (typeof codesByClass)['rejected'][number];
export type InconclusiveReason = (typeof codesByClass)['inconclusive'][number];
export type BuildFailedReason = (typeof codesByClass)['build-failed'][number];
export type FailureCode = (typeof codesByClass)[FailureClass][number];

/** Every code with its class, for tables that must be complete. */
export const failureClasses: Readonly<Record<FailureCode, FailureClass>> = Object.fromEntries(
  Object.entries(codesByClass).flatMap(([each, codes]) => codes.map((code) => [code, each])),
) as Record<FailureCode, FailureClass>;

/** Bounds that a step or a build can exceed. */
export const exceededLimits = ['time', 'memory', 'processes', 'disk'] as const;
export type ExceededLimit = (typeof exceededLimits)[number];

/** The details of a failure. None of them shows a secret of an address, whoever wrote it. */
export interface FailureDetails {
  /** What was expected. */
  readonly expected?: string;
  /** What was found; attacker-controlled where it comes from a package. */
  readonly got?: string;
  /** The script of a step that printed nothing; attacker-controlled. */
  readonly script?: string;
  /** What the reader can do next. */
  readonly hint?: string;
  /** With `build-limit`: the bound that more of would help. */
  readonly exceeded?: ExceededLimit;
  readonly cause?: unknown;
}

/** The one exception type of the project. */
export class Failure extends Error {
  readonly code: FailureCode;
  readonly expected?: string;
  readonly got?: string;
  readonly script?: string;
  readonly hint?: string;
  readonly exceeded?: ExceededLimit;

  constructor(code: FailureCode, message: string, details: FailureDetails = {}) {
    super(maskAddresses(message), details.cause === undefined ? {} : { cause: details.cause });
    this.name = 'Failure';
    this.code = code;
    if (details.expected !== undefined) this.expected = maskAddresses(details.expected);
    if (details.got !== undefined) this.got = maskAddresses(details.got);
    if (details.script !== undefined) this.script = maskAddresses(details.script);
    if (details.hint !== undefined) this.hint = maskAddresses(details.hint);
    if (details.exceeded !== undefined) this.exceeded = details.exceeded;
  }

  get class(): FailureClass {
    return failureClasses[this.code];
  }
}

/** Whether a place could not be reached, which says nothing about what other places have. */
export function isUnreached(failure: unknown): failure is Failure {
  return failure instanceof Failure && (failure.code === 'unreachable' || failure.code === 'address-refused');
}

/**
 * Whether the bytes of a file are at fault: damaged, hostile, or of a different format. Where the file is not the published one, that must
 * not count against the published one.
 */
export function isFaultOfFile(failure: unknown): failure is Failure {
  return (
    failure instanceof Failure && (failure.class === 'rejected' || failure.code === 'unsupported-format')
  );
}

const mostTried = 10;

/** The failed attempts, one on each line, sorted; undefined where there were none. */
export function describeTried(failures: readonly Failure[]): string | undefined {
  const lines = [...new Set(failures.map(({ message }) => message))].sort();
  if (lines.length === 0) return undefined;
  const more = lines.length - mostTried;
  return [...lines.slice(0, mostTried), ...(more > 0 ? [`and ${more} more`] : [])].join('\n');
}

/**
 * What was thrown while one package was judged, as the failure of that package: every unexpected error is `internal`, or `cancelled` once the run
 * was cancelled. `usage` is about the whole run and is thrown on.
 */
export function failureOfPackage(thrown: unknown, signal: AbortSignal): Failure {
  const failure = asFailure(thrown);
  if (failure instanceof Failure) {
    if (failure.class === 'usage') throw failure;
    return failure;
  }
  if (signal.aborted) return new Failure('cancelled', 'the run was cancelled', { cause: thrown });
  return new Failure('internal', `wolfi-repro has a defect: ${describeDefect(thrown)}`, { cause: thrown });
}

const mostDefectText = 200;

/** The text of a defect. Reports must not hold paths of this machine, and messages of system calls do. */
function describeDefect(thrown: unknown): string {
  if (!(thrown instanceof Error)) return 'something was thrown that is not an error';
  const { name, message, code, syscall } = thrown as NodeJS.ErrnoException;
  if (syscall !== undefined) return `${syscall}: ${code}`;
  return message.includes('/') ? name : `${name}: ${message}`.slice(0, mostDefectText);
}

/** Errors of a machine that refuses a file (errno(3)): what it says, and what to do. */
const refusals = {
  ENOSPC: ['its disk is full', 'make room below the cache folder, or name a different one with --cache'],
  EDQUOT: [
    'the quota of this user is used up',
    'make room below the cache folder, or name a different one with --cache',
  ],
  EROFS: ['its file system is read-only', 'name a cache folder on a different file system with --cache'],
  EACCES: [
    'this user has no permission',
    'give this user the permission, or name a different folder with --cache',
  ],
  EPERM: [
    'this user has no permission',
    'give this user the permission, or name a different folder with --cache',
  ],
  EIO: ['the device failed', 'look at the log of the kernel (dmesg)'],
  EMFILE: ['too many files are open', 'allow more with `ulimit -n`, or lower --jobs'],
  ENFILE: ['too many files are open on it', 'try again when less is running'],
} as const;

function refusalOf(code: string | undefined): readonly [why: string, hint: string] | undefined {
  return Object.entries(refusals).find(([each]) => each === code)?.[1];
}

/** The path that a machine refused: it is for whoever runs the program, and in no report. */
export function refusedPath({ code, cause }: Failure): string | undefined {
  const { path } = (cause ?? {}) as NodeJS.ErrnoException;
  return code === 'disk-unavailable' && typeof path === 'string' ? path : undefined;
}

/** What was thrown; as `disk-unavailable` where the machine's files or disk caused it, which is not a defect and says nothing about a package. */
export function asFailure(thrown: unknown): unknown {
  if (thrown instanceof Failure || !(thrown instanceof Error)) return thrown;
  const { code, syscall } = thrown as NodeJS.ErrnoException;
  // Where folders are made with their parents on a read-only disk (EROFS), Node reports that one is missing.
  const refusal = refusalOf(code === 'ENOENT' && syscall === 'mkdir' ? 'EROFS' : code);
  if (refusal === undefined || syscall === undefined || syscall === 'connect') return thrown;
  const [why, hint] = refusal;
  return new Failure('disk-unavailable', `this machine refuses to ${syscall} a file: ${why} (${code})`, {
    cause: thrown,
    hint,
  });
}
