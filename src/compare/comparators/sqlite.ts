/** SQLite databases: the header, the schema, and the rows of every table by their row id and the names of their columns. */

import { timeText } from '../../formats/byte-cursor.ts';
import { type SchemaObject, SqliteFile, sqliteMagic } from '../../formats/sqlite-file.ts';
import type { Structure } from '../../formats/structured-value.ts';
import { addAll } from '../../lists.ts';
import type { Part } from '../part.ts';
import { type Comparator, type CompareContext, hasBytesAt } from './comparator.ts';
import { numbered, unreadPart, valueParts } from './parts.ts';
import { compareStructures } from './structure.ts';

const isDatabase = (bytes: Uint8Array): boolean => hasBytesAt(bytes, [...sqliteMagic]);

export const sqlite: Comparator = {
  format: 'sqlite',
  matches: (published, rebuilt) => isDatabase(published) && isDatabase(rebuilt),
  compare(published, rebuilt, context): readonly Part[] | undefined {
    context.work.spend((published.length + rebuilt.length) >> 2);
    try {
      return compareDatabases(published, rebuilt, context);
    } catch (failure) {
      if (failure instanceof RangeError) return undefined;
      throw failure;
    }
  },
};

function compareDatabases(published: Uint8Array, rebuilt: Uint8Array, context: CompareContext): Part[] {
  const most = 8 * context.limits.members;
  const [left, right] = [new SqliteFile(published, most), new SqliteFile(rebuilt, most)];
  const [a, b] = [byName(left.schema()), byName(right.schema())];
  const parts = valueParts('sqlite', texts(a), texts(b), { prefix: 'schema: ' });
  for (const [name, object] of a) {
    const other = b.get(name);
    if (object.type !== 'table' || other === undefined || object.root === 0 || other.root === 0) continue;
    if (parts.length > context.limits.parts) {
      parts.push(unreadPart('sqlite', '', 'further tables are not compared'));
      break;
    }
    const columns = columnsOf(object.sql);
    const rows = (file: SqliteFile, { root }: SchemaObject) => rowsOf(file, root, columns);
    addAll(
      parts,
      compareStructures({ format: 'sqlite', context }, rows(left, object), rows(right, other), name),
    );
  }
  return [...parts, ...valueParts('sqlite', left.header, right.header, { prefix: 'header: ' })];
}

function byName(schema: readonly SchemaObject[]): Map<string, SchemaObject> {
  return new Map(schema.map((each) => [each.name, each]));
}

function texts(schema: ReadonlyMap<string, SchemaObject>): Map<string, string> {
  return new Map([...schema].map(([name, { type, sql }]) => [`${type} ${name}`, sql]));
}

/** Rows with ids are members by them; others are a list. */
function rowsOf(file: SqliteFile, root: number, columns: readonly string[]): Structure {
  const byId = new Map<string, Structure>();
  const list: Structure[] = [];
  for (const { id, values } of file.rows(root)) {
    const row = new Map(
      values.map((value, at) => {
        const column = columns[at] ?? `column ${at + 1}`;
        return [column, ofTime.test(column) ? withTime(value) : value];
      }),
    );
    if (id === undefined) list.push(row);
    else byId.set(id, row);
  }
  return byId.size > 0 ? byId : list;
}

/** Names of columns that hold times. */
const ofTime = /time|date|stamp|creat|modif|regist|install|_at$/i;
/** Seconds of 2001 to 2099. */
const [firstSecond, lastSecond] = [978_307_200, 4_102_444_800];

/** Seconds since 1970 with the time that they are. */
function withTime(value: string): string {
  const seconds = /^\d{9,10}$/.test(value) ? Number(value) : 0;
  return seconds >= firstSecond && seconds < lastSecond ? `${timeText(seconds)} (${value})` : value;
}

const constraints = /^(?:constraint|primary|unique|check|foreign)\b/i;

/** The names of columns in the text of CREATE TABLE; an integer primary key is stored as NULL and keeps its place. */
function columnsOf(sql: string): string[] {
  const columns: string[] = [];
  let [depth, start] = [0, 0];
  for (let at = sql.indexOf('('); at >= 0 && at < sql.length; at += 1) {
    const character = sql[at]!;
    if (character === '(') {
      depth += 1;
      if (depth === 1) start = at + 1;
    } else if (character === ')') depth -= 1;
    if (depth === 0 || (depth === 1 && character === ',')) {
      const name = columnName(sql.slice(start, at).trim());
      if (name !== undefined) columns.push(name);
      start = at + 1;
      if (depth === 0) break;
    }
  }
  return numbered(columns);
}

function columnName(definition: string): string | undefined {
  if (constraints.test(definition)) return undefined;
  const quoted = /^(?:"([^"]*)"|\[([^\]]*)\]|`([^`]*)`)/.exec(definition);
  return quoted?.[1] ?? quoted?.[2] ?? quoted?.[3] ?? /^\S+/.exec(definition)?.[0];
}
