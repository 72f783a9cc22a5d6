/** What describes the files of a dataset: a Data Package (Frictionless Data, version 1) with the codebook, and a citation file. */
import type { Sha256 } from '../digest.ts';
import { escapeSteering, renderValue } from '../report/json-report.ts';
import { type ColumnType, columns, datasetVersion } from './columns.ts';

/** A file of the dataset. */
export interface DatasetFile {
  readonly path: string;
  readonly format: 'jsonl' | 'csv' | 'parquet';
  readonly bytes: number;
  readonly sha256: Sha256;
}

export interface DatasetFacts {
  readonly title: string;
  /** Version of this program that wrote the files. */
  readonly tool: string;
  /** The day of the last verdict or attempt, in UTC; undefined where there is none. */
  readonly day: string | undefined;
  /** What share of the packages reproduces, and what was not judged. */
  readonly summary: string;
  /** Who publishes it; at least one. */
  readonly authors: readonly string[];
  readonly files: readonly DatasetFile[];
}

const fieldTypes: Readonly<Record<ColumnType, object>> = {
  text: { type: 'string' },
  count: { type: 'integer' },
  number: { type: 'number' },
  time: { type: 'datetime', format: 'default' },
  list: { type: 'array' },
};

const mediaTypes: Readonly<Record<DatasetFile['format'], string>> = {
  jsonl: 'application/jsonl',
  csv: 'text/csv',
  parquet: 'application/vnd.apache.parquet',
};

/** `datapackage.json`. */
export function dataPackage({ title, summary, tool, day, files }: DatasetFacts): string {
  const fields = columns.map(({ name, type, about }) => ({ name, ...fieldTypes[type], description: about }));
  return renderValue({
    profile: 'data-package',
    name: 'wolfi-repro-verdicts',
    title,
    description: summary,
    version: `${datasetVersion}`,
    ...(day === undefined ? {} : { created: `${day}T00:00:00Z` }),
    sources: [{ title: `wolfi-repro ${tool}` }],
    resources: files.map(({ path, format, bytes, sha256 }) => ({
      profile: format === 'csv' ? 'tabular-data-resource' : 'data-resource',
      name: `verdicts-${format}`,
      path,
      format,
      mediatype: mediaTypes[format],
      encoding: 'utf-8',
      bytes,
      hash: `sha256:${sha256}`,
      schema: { fields, missingValues: [''] },
    })),
  });
}

/** `CITATION.cff` (Citation File Format 1.2.0). */
export function citation({ title, summary, tool, day, authors, files }: DatasetFacts): string {
  const lines = [
    'cff-version: 1.2.0',
    'type: dataset',
    'message: If you use this dataset, please cite it, and the digests of the files that you used.',
    `title: ${quoted(title)}`,
    `abstract: ${quoted(summary)}`,
    'authors:',
    ...authors.map((name) => `  - name: ${quoted(name)}`),
    ...(day === undefined ? [] : [`date-released: ${quoted(day)}`]),
    'keywords:',
    ...['reproducible builds', 'Wolfi', 'apk'].map((word) => `  - ${word}`),
    ...(files.length === 0 ? [] : ['identifiers:']),
    ...files.flatMap(({ path, sha256 }) => [
      '  - type: other',
      `    value: ${quoted(`sha256:${sha256}`)}`,
      `    description: ${quoted(`SHA-256 of ${path}`)}`,
    ]),
    'references:',
    '  - type: software',
    '    title: wolfi-repro',
    `    version: ${quoted(tool)}`,
    '    authors:',
    '      - name: The wolfi-repro contributors',
  ];
  return `${lines.join('\n')}\n`;
}

/** YAML 1.2 in double quotes is JSON's string. */
function quoted(text: string): string {
  return escapeSteering(JSON.stringify(text));
}
