import type { Detail } from './detail.ts';

/** What a report may say that is not in its result: which program wrote it, and where its pages are. */
export interface ReportContext {
  /** The version of this program. */
  readonly version?: string;
  /** The address below which `docs/…` is found; without it pages are named and not linked. */
  readonly docsUrl?: string;
  /** How much text says of each package; `usual` where undefined. */
  readonly detail?: Detail;
}

/** The address of a page; undefined where none is known. */
export function pageAddress({ docsUrl }: ReportContext, page: string): string | undefined {
  return docsUrl === undefined ? undefined : `${docsUrl}/${page}`;
}
