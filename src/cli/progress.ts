/** Live progress on standard error: one line that is redrawn on a terminal, plain lines elsewhere. */
import { join } from 'node:path';
import { maskAddresses } from '../address.ts';
import { printable } from '../bytes.ts';
import type { DiffProgress } from '../diff.ts';
import type { ProgressEvent } from '../flow/run-options.ts';
import { appendBelow, folderBelow, writeNamed } from '../folders.ts';
import { logFileName } from '../names.ts';
import type { Detail } from '../report/detail.ts';
import { takenText } from '../report/words.ts';
import { recipeFileName } from '../sweep/judge/recipe-files.ts';
import { defectText } from './output.ts';
import { type Doing, fitted, WorkUnderWay } from './progress-text.ts';
import { writeError } from './standard-streams.ts';

/** What ends sooner than this is not shown. */
const quietMilliseconds = 700;

export interface Progress {
  readonly onEvent: (event: ProgressEvent | DiffProgress) => void;
  /** Says how many packages there are to do. */
  expect(total: number): void;
  /** Takes what is shown away: the result of a package is printed. */
  finish(place: number): void;
  /** Clears what is shown. */
  stop(): void;
}

/**
 * How often something is shown that changes all the time: on a terminal the line is redrawn, elsewhere, where every line stays, a long step is said to go on
 * twice a minute.
 */
const pace = { live: { redraw: 100, tick: 250 }, lines: { redraw: 5000, tick: 30_000 } } as const;

export interface ProgressOptions {
  /** A folder for the output of steps; none is kept where undefined. */
  readonly logs?: string | undefined;
  /** Whether things begin in such numbers that not all of them are shown. */
  readonly isPaced?: boolean;
  /** `quiet` shows warnings and defects alone, `verbose` lines that stay. */
  readonly detail?: Detail;
}

export function showProgress({ logs, isPaced = false, detail = 'usual' }: ProgressOptions): Progress {
  const lines = new ProgressLines(isPaced, detail);
  const warned = new Set<string>();
  const warn = (text: string) => {
    if (warned.has(text)) return;
    warned.add(text);
    lines.tell(`warning: ${printable(maskAddresses(text))}`);
  };
  return {
    onEvent(event) {
      switch (event.kind) {
        case 'warning':
          return warn(event.text);
        case 'defect':
          return lines.tell(`internal: ${printable(event.subject)}: ${defectText(event.thrown)}`);
        case 'taken':
          if (detail !== 'quiet') lines.tell(`${printable(event.subject)} is ${takenText(event.taken)}`);
          return;
        case 'recipe':
          return keepRecipe(logs, event);
        case 'output':
          keepOutput(logs, event);
          return lines.show(event);
        default:
          return lines.show(event);
      }
    },
    expect: (total) => lines.expect(total),
    finish: (place) => lines.finish(place),
    stop: () => lines.stop(),
  };
}

/** The line of what is under way, and lines that are told once. */
class ProgressLines {
  readonly #isLive: boolean;
  readonly #isQuiet: boolean;
  readonly #isPaced: boolean;
  readonly #pace: { readonly redraw: number; readonly tick: number };
  readonly #work = new WorkUnderWay();
  readonly #started = performance.now();
  #timer: NodeJS.Timeout | undefined;
  #late: NodeJS.Timeout | undefined;
  #drawn = Number.NEGATIVE_INFINITY;
  #shown = '';

  constructor(isPaced: boolean, detail: Detail) {
    const isTerminal =
      process.stderr.isTTY && process.env['TERM'] !== 'dumb' && (process.env['CI'] ?? '') === '';
    this.#isLive = isTerminal && detail !== 'verbose';
    this.#isQuiet = detail === 'quiet';
    this.#isPaced = isPaced;
    this.#pace = pace[this.#isLive ? 'live' : 'lines'];
  }

  show(event: Doing): void {
    if (this.#isQuiet) return;
    const now = performance.now();
    const begins = this.#work.take(event, now);
    this.#timer ??= setInterval(() => this.#tick(), this.#pace.tick).unref();
    const stays = !this.#isLive && event.kind === 'output';
    if ((begins && !this.#isPaced) || (!stays && this.#isDue(now))) this.#draw(now);
  }

  /** A line that stays. */
  tell(text: string): void {
    this.#clear();
    writeError(`wolfi-repro: ${text}\n`);
  }

  expect(total: number): void {
    this.#work.total = total;
  }

  finish(place: number): void {
    this.#work.finish(place);
    this.#clear();
  }

  stop(): void {
    clearInterval(this.#timer);
    clearTimeout(this.#late);
    this.#timer = undefined;
    this.#clear();
  }

  #isDue(now: number): boolean {
    return now - this.#drawn >= this.#pace.redraw;
  }

  /** Time goes on although nothing happens. */
  #tick(): void {
    const now = performance.now();
    if (now - this.#drawn >= this.#pace.tick) this.#draw(now);
  }

  #draw(now: number): void {
    const text = this.#work.text(now);
    if (text === undefined) return;
    if (now - this.#started < quietMilliseconds) {
      // What began before is still said if it goes on.
      this.#late ??= setTimeout(() => this.#draw(performance.now()), quietMilliseconds + 50).unref();
      return;
    }
    this.#drawn = now;
    if (!this.#isLive) {
      writeError(`${text}\n`);
      return;
    }
    const line = fitted(text, Math.max(20, process.stderr.columns || 80) - 1);
    if (line !== this.#shown) writeError(`\r\x1b[2K${line}`);
    this.#shown = line;
  }

  #clear(): void {
    if (this.#shown !== '') writeError('\r\x1b[2K');
    this.#shown = '';
  }
}

/** Keeps the output of each step in one file. */
function keepOutput(logs: string | undefined, event: Extract<ProgressEvent, { kind: 'output' }>): void {
  if (logs === undefined) return;
  appendBelow(folderBelow(logs), logFileName(event), event.bytes);
}

/** Keeps each recipe by its digest: packages of one build carry the same. */
function keepRecipe(
  logs: string | undefined,
  { sha256, bytes }: Extract<ProgressEvent, { kind: 'recipe' }>,
): void {
  if (logs !== undefined) writeNamed(join(folderBelow(logs), recipeFileName(sha256)), bytes);
}
