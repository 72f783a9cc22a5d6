/** The limits on what a report shows of a result; every format has the same limits with its own numbers. */
import { printable } from '../bytes.ts';

export interface Bounds {
  /** Characters of one value. */
  readonly value: number;
  /** Last lines of a program's output. */
  readonly outputLines: number;
  /** Rows of differences of one package, and of the whole report. */
  readonly differences: number;
  readonly allDifferences: number;
  /** Paths of differences that are shown by an example of their shape: of the whole report. */
  readonly members: number;
  /** Lines about the inside of differences: for one difference, one package, the whole report. */
  readonly lines: number;
  readonly packageLines: number;
  readonly allLines: number;
  /** Characters of all differences of the report together. */
  readonly characters: number;
}

/** What may still be shown; it is spent while a report is made. */
export class Budget {
  readonly bounds: Bounds;
  #differences: number;
  #lines: number;
  #characters: number;
  #members: number;
  #packageDifferences = 0;
  #packageLines = 0;
  #differenceLines = 0;

  constructor(bounds: Bounds) {
    this.bounds = bounds;
    this.#differences = bounds.allDifferences;
    this.#lines = bounds.allLines;
    this.#characters = bounds.characters;
    this.#members = bounds.members;
  }

  beginPackage(): void {
    this.#packageDifferences = this.bounds.differences;
    this.#packageLines = this.bounds.packageLines;
  }

  /** Whether the path of one more difference of a row is shown. */
  takeMember(): boolean {
    if (Math.min(this.#members, this.#characters) <= 0) return false;
    this.#members -= 1;
    return true;
  }

  /** Whether one more row of differences is shown. */
  takeDifference(): boolean {
    if (Math.min(this.#differences, this.#packageDifferences, this.#characters) <= 0) return false;
    this.#differences -= 1;
    this.#packageDifferences -= 1;
    this.#differenceLines = this.bounds.lines;
    return true;
  }

  /** Whether one more line about the inside of a difference is shown. */
  takeLine(): boolean {
    if (Math.min(this.#lines, this.#packageLines, this.#differenceLines, this.#characters) <= 0) return false;
    this.#lines -= 1;
    this.#packageLines -= 1;
    this.#differenceLines -= 1;
    return true;
  }

  /** Text made printable and cut; what is shown is spent. */
  show(text: string): string {
    const shown = show(text, this.bounds.value);
    this.#characters -= shown.length;
    return shown;
  }
}

/** Attacker-controlled text made printable and cut; a cut text ends with its length. */
export function show(text: string, longest: number): string {
  const shown = printable(cut(text, longest));
  if (text.length <= longest && shown.length <= longest) return shown;
  return `${cut(shown, longest)}… (${text.length} characters)`;
}

/** The beginning of a text; never half of a surrogate pair. */
function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  const last = text.charCodeAt(length - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? length - 1 : length);
}

/** The limits of the formats for programs: values of a list, characters of one text. */
export const valueBounds = { list: 10_000, text: 65_536 } as const;

/** The hint where to find more than a report shows. No format lists more than its limits allow; those of JSON are the widest. */
export const moreInJson: string = `--format json lists up to ${valueBounds.list}`;

/**
 * A plain value within the bounds. A list that is cut has its true length beside it, as `<name>Count`; where the list was cut earlier, the value
 * has that count already. A text that is cut says how long it was. A plan is complete, since its digest covers all of it.
 */
export function boundedValue(value: unknown): unknown {
  if (typeof value === 'string') {
    return value.length <= valueBounds.text
      ? value
      : `${cut(value, valueBounds.text)}… (${value.length} characters)`;
  }
  if (Array.isArray(value)) return value.slice(0, valueBounds.list).map(boundedValue);
  if (value === null || typeof value !== 'object') return value;
  const members = new Map<string, unknown>(Object.entries(value));
  return Object.fromEntries(
    [...members].flatMap(([key, member]) => {
      if (key.endsWith('Count') && Array.isArray(members.get(key.slice(0, -'Count'.length)))) return [];
      const bounded = key === 'plan' ? member : boundedValue(member);
      if (!Array.isArray(member)) return [[key, bounded]];
      const stated = members.get(`${key}Count`);
      const count = typeof stated === 'number' ? stated : member.length;
      const shown = Math.min(member.length, valueBounds.list);
      return count > shown
        ? [
            [key, bounded],
            [`${key}Count`, count],
          ]
        : [[key, bounded]];
    }),
  );
}
