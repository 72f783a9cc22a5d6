/** What is being done, as a line: which package of how many, for how long, what of it, and what its program said last. */
import { printable } from '../bytes.ts';
import type { DiffProgress } from '../diff.ts';
import type { ProgressEvent, Stage } from '../flow/run-options.ts';

/** Events that say what is being done; the others are told once. */
export type Doing =
  | Extract<ProgressEvent, { kind: 'stage' | 'build' | 'unpack' | 'step' | 'output' | 'transfer' }>
  | DiffProgress;

const stageWords: Readonly<Record<Stage | DiffProgress['stage'], string>> = {
  read: 'reading',
  plan: 'pinning inputs',
  wait: 'waiting for its build',
  rebuild: 'rebuilding',
  compare: 'comparing',
  explain: 'looking for causes',
};

/** What is known of one package, or of whatever else is worked on. */
interface Work {
  readonly subject: string;
  /** When its stage began, in milliseconds. */
  since: number;
  places: readonly number[];
  /** What is done, such as `rebuilding`. */
  stage: string;
  /** Which of several builds; empty for the first. */
  build: string;
  /** What of the stage: a step, a count, a download. */
  detail: string;
  /** The last line of the running step. */
  said: string;
}

/** Everything that is under way. */
export class WorkUnderWay {
  readonly #works = new Map<string, Work>();
  #last: Work | undefined;
  /** The number of packages that there are to do; one or none is not said. */
  total = 0;

  /** Takes an event. Returns whether it begins something, which is worth a line of its own. */
  take(event: Doing, now: number): boolean {
    if (event.kind === 'transfer') {
      const work = this.#last ?? this.#workOf('', now);
      work.detail = transferText(event);
      work.said = '';
      return false;
    }
    const work = this.#workOf(event.subject, now);
    this.#last = work;
    switch (event.kind) {
      case 'stage': {
        work.stage = stageWords[event.stage];
        work.places = 'places' in event ? event.places : [];
        Object.assign(work, { since: now, build: '', detail: '', said: '' });
        return event.stage !== 'wait';
      }
      case 'build': {
        const of = event.of === undefined ? '' : ` of ${event.of}`;
        const what = event.what === '' ? '' : ` (${event.what})`;
        const build = `build ${event.number}${of}${what}`;
        Object.assign(work, { since: now, stage: stageWords.rebuild, build, detail: '', said: '' });
        return true;
      }
      case 'unpack':
        work.detail = event.done === event.of ? '' : `unpacking ${event.done}/${event.of}`;
        return false;
      case 'step':
        work.detail = stepText(event);
        work.said = '';
        return true;
      case 'output':
        work.said = lastLine(event.bytes) ?? work.said;
        return false;
    }
  }

  /** A package of which there is a result. */
  finish(place: number): void {
    for (const [subject, work] of this.#works) {
      if (!work.places.includes(place)) continue;
      work.places = work.places.filter((each) => each !== place);
      if (work.places.length > 0) continue;
      this.#works.delete(subject);
      if (this.#last === work) this.#last = [...this.#works.values()].at(-1);
    }
  }

  /** The line; undefined where nothing is under way. */
  text(now: number): string | undefined {
    const work = this.#last;
    if (work === undefined) return undefined;
    const [place] = work.places;
    const number = place === undefined || this.total < 2 ? [] : [`[${place + 1}/${this.total}]`];
    const time = elapsed(now - work.since);
    const detail = work.detail === '' ? work.stage : work.detail;
    const doing = [work.build, detail].filter((part) => part !== '').join(': ');
    const head = [...number, printable(work.subject), ...(time === '' ? [] : [time]), doing];
    return `${head.filter((part) => part !== '').join(' ')}${work.said === '' ? '' : `: ${work.said}`}`;
  }

  #workOf(subject: string, now: number): Work {
    const known = this.#works.get(subject);
    if (known !== undefined) return known;
    const work: Work = { subject, since: now, places: [], stage: '', build: '', detail: '', said: '' };
    this.#works.set(subject, work);
    return work;
  }
}

/** Minutes and seconds, hours before them where there are any; empty below a second. */
export function elapsed(milliseconds: number): string {
  const all = Math.floor(milliseconds / 1000);
  if (all < 1) return '';
  const two = (number: number) => String(number).padStart(2, '0');
  const [hours, minutes, seconds] = [Math.floor(all / 3600), Math.floor(all / 60) % 60, all % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
}

/** A line that fits; one that is cut ends with an ellipsis. */
export function fitted(text: string, columns: number): string {
  const characters = [...text];
  return characters.length <= columns ? text : `${characters.slice(0, columns - 1).join('')}…`;
}

/** The most bytes of the end of an output in which its last line is looked for. */
const mostLineBytes = 400;

function lastLine(bytes: Uint8Array): string | undefined {
  const end = Buffer.from(bytes.subarray(Math.max(0, bytes.length - mostLineBytes))).toString('utf8');
  const line = end.split(/[\r\n]+/).findLast((each) => each.trim() !== '');
  return line === undefined ? undefined : printable(line.trim());
}

function stepText(event: Extract<ProgressEvent, { kind: 'step' }>): string {
  const of = event.package === event.subject ? '' : ` of ${printable(event.package)}`;
  const label = event.label === '' ? '' : ` (${printable(event.label)})`;
  return `step ${event.position}${of}${label}`;
}

function transferText({
  address,
  bytes,
  total,
  bytesPerSecond,
}: Extract<ProgressEvent, { kind: 'transfer' }>): string {
  const of = total === undefined ? '' : ` of ${mebibytes(total)}`;
  return `fetching ${mebibytes(bytes)}${of} MiB, ${mebibytes(bytesPerSecond)} MiB/s: ${printable(address)}`;
}

function mebibytes(bytes: number): string {
  return (bytes / (1024 * 1024)).toFixed(1);
}
