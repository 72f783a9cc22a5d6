/** The formats of reports, apart from their renderers, so that help and usage errors need not load those. */
export const reportFormatNames = ['text', 'json', 'jsonl', 'markdown', 'html', 'sarif', 'junit'] as const;

export type ReportFormat = (typeof reportFormatNames)[number];
