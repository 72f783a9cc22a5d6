/** The dataset as JSON lines and as CSV. */
import { escapeSteering } from '../report/json-report.ts';
import { type Column, type ColumnValue, columns } from './columns.ts';
import type { Observation } from './observations.ts';

/** JSON lines: an object for each row, members in the order of the columns, `null` where a value is empty. */
export function* jsonLines(rows: Iterable<Observation>): Generator<string> {
  for (const row of rows) {
    const members = columns.map((each) => [each.name, jsonValue(each, each.of(row))]);
    yield `${escapeSteering(JSON.stringify(Object.fromEntries(members)))}\n`;
  }
}

function jsonValue({ type }: Column, value: ColumnValue): ColumnValue {
  return type === 'time' && typeof value === 'number' ? timeText(value) : value;
}

/** CSV as RFC 4180 has it: a header, lines that end with CR and LF. A list is JSON, an empty value is nothing at all. */
export function* csvLines(rows: Iterable<Observation>): Generator<string> {
  yield `${columns.map(({ name }) => name).join(',')}\r\n`;
  for (const row of rows)
    yield `${columns.map((each) => csvCell(jsonValue(each, each.of(row)))).join(',')}\r\n`;
}

/** What spreadsheets take for a formula gets an apostrophe in front, as they write it themselves. */
const formula = /^[=+\-@\t\r]/;

function csvCell(value: ColumnValue): string {
  if (value === null) return '';
  if (typeof value === 'number') return `${value}`;
  const plain = typeof value === 'string' ? value : JSON.stringify(value);
  const text = escapeSteering(formula.test(plain) ? `'${plain}` : plain);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** `2026-11-30T12:00:00.000Z`. */
function timeText(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
