/**
 * Results as they come. Printed are those before which nothing is missing any more, so that what was printed in the end is the same in every run. A
 * file of JSON lines gets each result at once, so that a run that is killed leaves what it judged; at the end its lines have the order of the packages.
 */
import { closeSync, constants, fdatasyncSync, openSync, writeSync } from 'node:fs';

import { basename, dirname } from 'node:path';
import { busy } from '../busy.ts';
import { writeBelow } from '../folders.ts';
import { parseFileName } from '../names.ts';
import type { BegunRun } from '../report/jsonl-report.ts';
import type { ReportWriter } from '../report/text-report.ts';
import type { Timings } from '../report/timings.ts';
import type { StatedPackage, StatedRun } from '../verdict/stated.ts';
import { printData, terminalColumns, terminalStyle } from './output.ts';
import type { RawOptions } from './raw-options.ts';
import { type Output, printReports, reportContext, writeReport, writeReports } from './reports.ts';

/** Writes the results of one run. */
export class ResultStream {
  readonly #raw: RawOptions;
  readonly #outputs: readonly Output[];
  readonly #files: readonly LinesFile[];
  readonly #early = new Map<number, StatedPackage>();
  #writer: ReportWriter | undefined;
  #next = 0;

  private constructor(raw: RawOptions, outputs: readonly Output[]) {
    this.#raw = raw;
    this.#outputs = outputs;
    this.#files = outputs.filter(({ format }) => format === 'jsonl').map(({ path }) => new LinesFile(path));
  }

  /** Opens the files that are written to as results come, and says who judges. Fails with `usage` where one cannot be written. */
  static async open(raw: RawOptions, outputs: readonly Output[], run: BegunRun): Promise<ResultStream> {
    const stream = new ResultStream(raw, outputs);
    const isPrinted = raw.format === 'jsonl';
    if (stream.#files.length === 0 && !isPrinted) return stream;
    const { runsLine } = await import('../report/jsonl-report.ts');
    const first = runsLine([run], reportContext(raw));
    for (const file of stream.#files) file.begin(first);
    if (isPrinted) printData(first);
    return stream;
  }

  /** @param at the place of the package among all that were asked for */
  async add(result: StatedPackage, at: number): Promise<void> {
    if (this.#files.length > 0) {
      const { packageLine } = await import('../report/jsonl-report.ts');
      const line = busy(() => packageLine(result));
      for (const file of this.#files) file.add(line, at);
    }
    const writer = await this.#printer();
    if (writer === undefined) return;
    this.#early.set(at, result);
    for (let each = this.#early.get(this.#next); each !== undefined; each = this.#early.get(this.#next)) {
      this.#early.delete(this.#next);
      this.#next += 1;
      const known = each;
      printData(busy(() => writer.add(known)));
    }
  }

  /** Prints what is said of all, and everything in the formats that need the whole. */
  async end(run: StatedRun, timings?: Timings): Promise<void> {
    const writer = await this.#printer();
    if (writer !== undefined) printData(busy(() => writer.end(run, timings)));
    if (this.#files.length > 0) {
      const { endLine } = await import('../report/jsonl-report.ts');
      const last = endLine(run.packages.length);
      for (const file of this.#files) await file.end(last);
    }
    const others = this.#outputs.filter(({ format }) => format !== 'jsonl');
    await (writer === undefined ? printReports : writeReports)(run, this.#raw, others, timings);
  }

  /** Closes the files of a run that came to nothing. */
  close(): void {
    for (const file of this.#files) file.close();
  }

  async #printer(): Promise<ReportWriter | undefined> {
    const { format = 'text', color } = this.#raw;
    if (this.#writer !== undefined || (format !== 'text' && format !== 'jsonl')) return this.#writer;
    if (format === 'text') {
      const { textWriter } = await import('../report/text-report.ts');
      this.#writer ??= textWriter(terminalStyle(color), terminalColumns(), reportContext(this.#raw));
    } else {
      const { packageLine, endLine } = await import('../report/jsonl-report.ts');
      this.#writer ??= { add: packageLine, end: ({ packages }) => endLine(packages.length) };
    }
    return this.#writer;
  }
}

/** A file of JSON lines that is written to as results come. */
class LinesFile {
  readonly #path: string;
  readonly #lines: { readonly at: number; readonly line: string }[] = [];
  #first = '';
  #file: number | undefined;

  constructor(path: string) {
    this.#path = path;
    writeReport(path, '');
    this.#file = openSync(path, constants.O_WRONLY | constants.O_APPEND | constants.O_NOFOLLOW);
  }

  begin(line: string): void {
    this.#first = line;
    this.#append(line);
  }

  add(line: string, at: number): void {
    this.#lines.push({ at, line });
    this.#append(line);
  }

  /** Writes the last line, and puts the lines into the order of the packages, aside, so that there is no moment at which the file lacks any. */
  async end(last: string): Promise<void> {
    this.#append(last);
    this.close();
    const sorted = [...this.#lines].sort((a, b) => a.at - b.at);
    if (sorted.every((each, index) => each === this.#lines[index])) return;
    const name = parseFileName(basename(this.#path));
    const text = [this.#first, ...sorted.map(({ line }) => line), last].join('');
    if (name === undefined) writeReport(this.#path, text);
    else await writeBelow(dirname(this.#path), name, [Buffer.from(text)]);
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  #append(line: string): void {
    if (this.#file === undefined) return;
    const bytes = Buffer.from(line);
    for (let from = 0; from < bytes.length; ) from += writeSync(this.#file, bytes, from);
    flush(this.#file);
  }
}

/** Asks for the bytes to be on the disk. What is not on one, such as a pipe, has nothing to ask for. */
function flush(file: number): void {
  try {
    fdatasyncSync(file);
  } catch {
    // EINVAL and EROFS of special files (fdatasync(2)); what cannot be written at all has failed before.
  }
}
