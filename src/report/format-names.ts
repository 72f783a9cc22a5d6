/** The formats of reports, apart from their renderers, so that help and usage errors need not load those. */
export const reportFormatNames = [
  'text',
  'json',
  'jsonl',
  'markdown',
  'summary',
  'html',
  'sarif',
  'junit',
  'github',
  'codequality',
] as const;

export type ReportFormat = (typeof reportFormatNames)[number];

/** The endings by which the name of a file shows its format. */
export const reportEndings: Readonly<Record<ReportFormat, string>> = {
  text: '.txt',
  json: '.json',
  jsonl: '.jsonl',
  markdown: '.md',
  summary: '.summary',
  html: '.html',
  sarif: '.sarif',
  junit: '.xml',
  github: '.github',
  codequality: '.codequality',
};

/** The formats of inspections. */
export const inspectionFormats = [
  'text',
  'json',
  'markdown',
  'html',
] as const satisfies readonly ReportFormat[];

export type InspectionFormat = (typeof inspectionFormats)[number];
