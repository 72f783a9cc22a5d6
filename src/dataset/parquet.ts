/** The dataset as Parquet. */
import { ByteWriter, type ColumnSource, ParquetWriter, type SchemaElement } from 'hyparquet-writer';
import { type Column, type ColumnType, type ColumnValue, columns, datasetVersion } from './columns.ts';
import type { Observation } from './observations.ts';

/** Rows of a group, which are held at once as columns. */
const rowsOfGroup = 50_000;

/** The whole file. Values are compressed with Snappy; the same rows and the same version of this program give the same bytes. */
export function parquetFile(rows: readonly Observation[], tool: string): Uint8Array {
  const writer = new ByteWriter();
  const parquet = new ParquetWriter({
    writer,
    schema: [{ name: 'verdicts', num_children: columns.length }, ...columns.flatMap(schemaOf)],
    kvMetadata: [{ key: 'wolfi-repro:dataset', value: `${datasetVersion}` }],
    createdBy: `wolfi-repro version ${tool}`,
  });
  for (let at = 0; at < rows.length; at += rowsOfGroup) {
    const group = rows.slice(at, at + rowsOfGroup);
    const columnData = columns.map((each) => sourceOf(each, group));
    parquet.write({ columnData, rowGroupSize: rowsOfGroup });
  }
  parquet.finish();
  return writer.getBytes();
}

const scalars: Readonly<Record<Exclude<ColumnType, 'list'>, Omit<SchemaElement, 'name'>>> = {
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  count: { type: 'INT64' },
  number: { type: 'DOUBLE' },
  time: { type: 'INT64', converted_type: 'TIMESTAMP_MILLIS' },
};

/** A list is the group of three levels that parquet-format prescribes (its page on logical types, “Lists”). */
function schemaOf({ name, type }: Column): SchemaElement[] {
  if (type !== 'list') return [{ name, ...scalars[type], repetition_type: 'OPTIONAL' }];
  return [
    { name, converted_type: 'LIST', repetition_type: 'OPTIONAL', num_children: 1 },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
    { name: 'element', ...scalars.text, repetition_type: 'REQUIRED' },
  ];
}

function sourceOf({ name, type, of }: Column, rows: readonly Observation[]): ColumnSource {
  return { name, data: rows.map((row) => storedValue(type, of(row))) };
}

function storedValue(type: ColumnType, value: ColumnValue): unknown {
  if (typeof value !== 'number') return value;
  if (type === 'count') return BigInt(value);
  return type === 'time' ? new Date(value) : value;
}
