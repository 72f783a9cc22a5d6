/** What a report may say that is not in its result: which program wrote it, where its pages are, how much is said, and how long it took. */
import { home } from '../home.ts';
import { programVersion } from '../program-version.ts';
import { isKnownRun, type RunRecord } from '../verdict/run-record.ts';
import { show } from './bounds.ts';
import type { Detail } from './detail.ts';
import type { Timings } from './timings.ts';

export interface ReportContext {
  /** The version of this program; its own where undefined. */
  readonly version?: string;
  /** The address below which `docs/…` is found; where undefined, that of the pages that were published with the version. */
  readonly docsUrl?: string;
  /** How much text says of each package; `usual` where undefined. */
  readonly detail?: Detail;
  /** How long the run took; nothing is said of that where undefined. */
  readonly timings?: Timings;
}

const toolName = 'wolfi-repro';

/** The program that writes the report. */
export function writerOf({ version = programVersion }: ReportContext): { name: string; version: string } {
  return { name: toolName, version };
}

/** The address below which `docs/…` of the version that writes the report is found. */
export function pagesAddress({
  version = programVersion,
  docsUrl = `${home}/v${version}`,
}: ReportContext): string {
  return docsUrl;
}

/** The address of a page. */
export function pageAddress(context: ReportContext, page: string): string {
  return `${pagesAddress(context)}/${page}`;
}

/** The most versions that are named. */
const mostVersions = 10;

/** Which program judged and which wrote the report, where these are not the same. Versions of saved results are not trusted to be short or plain. */
export function writerText(context: ReportContext, runs: readonly RunRecord[] = []): string {
  const { name, version } = writerOf(context);
  const writer = `${name} ${version}`;
  const judges = [
    ...new Set(runs.filter(isKnownRun).map(({ tool }) => `${show(tool.name, 40)} ${show(tool.version, 40)}`)),
  ];
  if (judges.length === 0 || judges.join() === writer) return writer;
  const named = judges.slice(0, mostVersions);
  const cut = judges.length - named.length;
  return `judged by ${named.join(', ')}${cut > 0 ? ` and ${cut} more` : ''}, shown by ${writer}`;
}

/** The page that says how reports are read. */
export const reportsPage = 'docs/reports.md';
