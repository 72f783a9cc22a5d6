/** Reports that are written to files, each in the format of its ending. */
import { Address, shownTyped } from '../address.ts';
import { busy } from '../busy.ts';
import { trimmedEnd } from '../bytes.ts';
import { Failure } from '../failure.ts';
import { requireNoLink, writeNamed } from '../folders.ts';
import { isAddress } from '../inputs/store/files.ts';
import { notWritten } from '../named-path.ts';
import { type ReportFormat, reportEndings, reportFormatNames } from '../report/format-names.ts';
import type { ReportContext } from '../report/report-context.ts';
import type { Timings } from '../report/timings.ts';
import type { StatedRun } from '../verdict/stated.ts';
import { chosenDetail } from './chosen-detail.ts';
import { printData, terminalColumns, terminalStyle } from './output.ts';
import { version } from './own-version.ts';
import { requireWritableFile } from './paths.ts';
import type { RawOptions } from './raw-options.ts';

export interface Output {
  readonly path: string;
  readonly format: ReportFormat;
}

/** Fails with `usage` before anything is built, where an ending does not name a format or a file could not be written. */
export function requireOutputs(paths: readonly string[]): Output[];
export function requireOutputs<F extends ReportFormat>(
  paths: readonly string[],
  formats: readonly F[],
): { readonly path: string; readonly format: F }[];
export function requireOutputs(
  paths: readonly string[],
  formats: readonly ReportFormat[] = reportFormatNames,
): Output[] {
  return paths.map((path) => {
    requireNoLink(path);
    requireWritableFile(path);
    return { path, format: formatOf(path, formats) };
  });
}

function formatOf(path: string, formats: readonly ReportFormat[]): ReportFormat {
  const found = formats.find((format) => path.endsWith(reportEndings[format]));
  if (found !== undefined) return found;
  throw new Failure('usage', `the ending of ${shownTyped(path)} does not name a format`, {
    expected: formats.map((format) => reportEndings[format]).join(' '),
  });
}

/** Fails with `usage` where the file cannot be written after all. */
export function writeReport(path: string, text: string): void {
  try {
    writeNamed(path, Buffer.from(text));
  } catch (cause) {
    if (cause instanceof Failure) throw cause;
    throw notWritten(path, cause);
  }
}

/** Prints a run in the format that was asked for, and writes it to the files that were named. Each format is loaded when it is asked for. */
export async function printReports(
  result: StatedRun,
  raw: RawOptions,
  outputs: readonly Output[],
  timings?: Timings,
): Promise<void> {
  printData(await render(result, raw, timings));
  await writeReports(result, raw, outputs, timings);
}

/** Only writes it to files. */
export async function writeReports(
  result: StatedRun,
  raw: RawOptions,
  outputs: readonly Output[],
  timings?: Timings,
): Promise<void> {
  for (const output of outputs)
    writeReport(output.path, await renderPlain(result, output.format, raw, timings));
}

/** What reports say of this program. Fails with `usage` for an address of its pages that is none. */
export function reportContext(raw: RawOptions): ReportContext {
  const { docsUrl } = raw;
  if (docsUrl !== undefined && !isAddress(docsUrl))
    throw new Failure('usage', '--docs-url takes an address', { got: shownTyped(docsUrl) });
  const pages = docsUrl === undefined ? undefined : Address.parse(docsUrl)?.place;
  return {
    version,
    detail: chosenDetail(raw),
    ...(pages === undefined ? {} : { docsUrl: trimmedEnd(pages, '/') }),
  };
}

function withTimings(context: ReportContext, timings: Timings | undefined): ReportContext {
  return timings === undefined ? context : { ...context, timings };
}

async function render(result: StatedRun, raw: RawOptions, timings?: Timings): Promise<string> {
  const { color, format = 'text' } = raw;
  if (format !== 'text') return renderPlain(result, format, raw, timings);
  const { renderText } = await import('../report/text-report.ts');
  return busy(() => renderText(result, terminalStyle(color), terminalColumns(), reportContext(raw)));
}

async function renderPlain(
  result: StatedRun,
  format: ReportFormat,
  raw: RawOptions,
  timings?: Timings,
): Promise<string> {
  const { reportFormats } = await import('../report/formats.ts');
  return busy(() => reportFormats[format].render(result, withTimings(reportContext(raw), timings)));
}
