/** Live progress on standard error: one line that is redrawn on a terminal, plain lines elsewhere. */
import { maskAddresses } from '../address.ts';
import { printable } from '../bytes.ts';
import type { DiffProgress } from '../diff.ts';
import type { ProgressEvent, Stage } from '../flow/run-options.ts';
import { appendBelow, folderBelow } from '../folders.ts';
import { logFileName } from '../names.ts';
import type { Detail } from '../report/detail.ts';
import { takenText } from '../report/words.ts';
import { defectText } from './output.ts';
import { writeError } from './standard-streams.ts';

const stageWords: Readonly<Record<Stage | DiffProgress['stage'], string>> = {
  read: 'reading',
  plan: 'pinning inputs of',
  rebuild: 'rebuilding',
  compare: 'comparing',
  explain: 'looking for causes in',
};

/** What ends sooner than this is not shown. */
const quietMilliseconds = 700;

export interface Progress {
  readonly onEvent: (event: ProgressEvent | DiffProgress) => void;
  /** Clears what is shown. */
  stop(): void;
}

/** Where each of many files is an event: not more often than this on a terminal, and elsewhere, where every line stays. */
const paceMilliseconds = { live: 100, lines: 5000 } as const;

export interface ProgressOptions {
  /** A folder for the output of steps; none is kept where undefined. */
  readonly logs?: string | undefined;
  /** Whether events come in such numbers that not all of them are shown. */
  readonly isPaced?: boolean;
  /** `quiet` shows warnings and defects alone, `verbose` lines that stay. */
  readonly detail?: Detail;
}

export function showProgress({ logs, isPaced = false, detail = 'usual' }: ProgressOptions): Progress {
  const isTerminal =
    process.stderr.isTTY && process.env['TERM'] !== 'dumb' && (process.env['CI'] ?? '') === '';
  const live = isTerminal && detail !== 'verbose';
  const started = performance.now();
  const pace = isPaced ? paceMilliseconds[live ? 'live' : 'lines'] : 0;
  let last = Number.NEGATIVE_INFINITY;
  let shown = false;
  const show = (text: string) => {
    const now = performance.now();
    if (now - started < quietMilliseconds || now - last < pace) return;
    last = now;
    const width = Math.max(20, process.stderr.columns || 80) - 1;
    writeError(live ? `\r\x1b[2K${text.slice(0, width)}` : `${text}\n`);
    shown = live;
  };
  const clear = () => {
    if (shown) writeError('\r\x1b[2K');
    shown = false;
  };
  const tellDefect = ({ subject, thrown }: Extract<ProgressEvent, { kind: 'defect' }>) => {
    clear();
    writeError(`wolfi-repro: internal: ${printable(subject)}: ${defectText(thrown)}\n`);
  };
  const tellTaken = ({ subject, taken }: Extract<ProgressEvent, { kind: 'taken' }>) => {
    clear();
    writeError(`wolfi-repro: ${printable(subject)} is ${takenText(taken)}\n`);
  };
  const warned = new Set<string>();
  const warn = (text: string) => {
    if (warned.has(text)) return;
    warned.add(text);
    clear();
    writeError(`wolfi-repro: warning: ${printable(maskAddresses(text))}\n`);
  };
  return {
    onEvent(event) {
      if (event.kind === 'output') keepOutput(logs, event);
      else if (event.kind === 'warning') warn(event.text);
      else if (event.kind === 'defect') tellDefect(event);
      else if (detail === 'quiet') return;
      else if (event.kind === 'taken') tellTaken(event);
      else show(eventText(event));
    },
    stop: clear,
  };
}

function eventText(
  event: Exclude<ProgressEvent, { kind: 'output' | 'warning' | 'defect' | 'taken' }> | DiffProgress,
): string {
  if (event.kind === 'transfer') return transferText(event);
  const subject = printable(event.subject);
  if (event.kind === 'stage') return `${stageWords[event.stage]} ${subject}`;
  return `${subject}: step ${event.position} ${printable(event.label)}`.trimEnd();
}

function transferText({
  address,
  bytes,
  total,
  bytesPerSecond,
}: Extract<ProgressEvent, { kind: 'transfer' }>): string {
  const of = total === undefined ? '' : ` of ${mebibytes(total)}`;
  return `fetching ${printable(address)}: ${mebibytes(bytes)}${of} MiB, ${mebibytes(bytesPerSecond)} MiB/s`;
}

function mebibytes(bytes: number): string {
  return (bytes / (1024 * 1024)).toFixed(1);
}

/** Keeps the output of each step in one file. */
function keepOutput(logs: string | undefined, event: Extract<ProgressEvent, { kind: 'output' }>): void {
  if (logs === undefined) return;
  appendBelow(folderBelow(logs), logFileName(event), event.bytes);
}
