/** Values of the columns of a row. */
import { parseSha256, type Sha256 } from '../../digest.ts';
import type { JsonObject } from '../../formats/bounded-json.ts';
import { refuse } from '../../report/saved/decoder.ts';

export type StoredRow = JsonObject;

/** A number; what SQL counts or takes from a clock comes as text (pg). */
export function numberOf(row: StoredRow, column: string): number {
  const value = row[column];
  const number = typeof value === 'string' && value !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : refuse(column, 'a number');
}

export function textOf(row: StoredRow, column: string): string {
  const value = row[column];
  return typeof value === 'string' ? value : refuse(column, 'a text');
}

export function keyOf(row: StoredRow): Sha256 {
  return parseSha256(textOf(row, 'key')) ?? refuse('key', 'a SHA-256');
}
