/** The formats of reports, apart from their renderers, so that help and usage errors need not load those. */
export const reportFormatNames = ['text', 'json', 'jsonl', 'markdown', 'html', 'sarif', 'junit'] as const;

export type ReportFormat = (typeof reportFormatNames)[number];

/** Those of two sides that are compared by themselves: there is no verdict that the others are made for. */
export const diffFormatNames = ['text', 'json', 'markdown', 'html'] as const;

export type DiffFormat = (typeof diffFormatNames)[number];

/** By which the name of a file says its format. */
export const reportEndings: Readonly<Record<ReportFormat, string>> = {
  text: '.txt',
  json: '.json',
  jsonl: '.jsonl',
  markdown: '.md',
  html: '.html',
  sarif: '.sarif',
  junit: '.xml',
};
