/** The formats of reports, apart from their renderers, so that help and usage errors need not load those. */
export const reportFormatNames = ['text', 'json', 'jsonl', 'markdown', 'html', 'sarif', 'junit'] as const;

export type ReportFormat = (typeof reportFormatNames)[number];

/** The endings by which the name of a file shows its format. */
export const reportEndings: Readonly<Record<ReportFormat, string>> = {
  text: '.txt',
  json: '.json',
  jsonl: '.jsonl',
  markdown: '.md',
  html: '.html',
  sarif: '.sarif',
  junit: '.xml',
};
