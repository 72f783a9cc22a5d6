import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { columns } from '../../src/dataset/columns.ts';
import { citation, type DatasetFacts, dataPackage } from '../../src/dataset/data-package.ts';
import { csvLines, jsonLines } from '../../src/dataset/dataset-lines.ts';
import { readObservations } from '../../src/dataset/observations.ts';
import { parquetFile } from '../../src/dataset/parquet.ts';
import { sha256 } from '../../src/digest.ts';
import { temporaryFolder } from '../support/folder.ts';
import { root } from '../support/lab.ts';
import { askPython, lacksModule } from '../support/python.ts';
import {
  firstDay,
  makeAttempt,
  makeJob,
  makeRepository,
  makeRows,
  recordsOf,
} from '../support/sweep-records.ts';

const made = makeRepository(300);
const rows = await readObservations(recordsOf(made));

describe('the rows of the dataset', () => {
  it('are one for each package and attempt, and one for each package that nobody attempted', async () => {
    const job = makeJob({ origin: 'a', version: '1-r0', names: ['a-doc', 'a'] });
    const other = makeJob({ origin: 'b', version: '1-r0' });
    const attempts = [makeAttempt(job, 2, 'settled', firstDay), makeAttempt(job, 1, 'network', firstDay)];
    const verdicts = makeRows(job, firstDay, { attempt: 2 });
    const found = await readObservations(recordsOf({ jobs: [other, job], attempts, verdicts }));
    assert.deepEqual(
      found.map(({ listed, number, attempt, verdict }) => [
        listed.name,
        number,
        attempt?.class,
        verdict?.verdict,
      ]),
      [
        ['a', 1, 'network', undefined],
        ['a', 2, 'settled', 'reproduced'],
        ['a-doc', 1, 'network', undefined],
        ['a-doc', 2, 'settled', 'reproduced'],
        ['b', 0, undefined, undefined],
      ],
    );
  });

  it('do not depend on the order in which records come, in any format', async () => {
    const reversed = await readObservations(
      recordsOf({
        jobs: made.jobs.toReversed(),
        attempts: made.attempts.toReversed(),
        verdicts: made.verdicts.toReversed(),
      }),
    );
    const all = (of: typeof rows) => [
      [...jsonLines(of)].join(''),
      [...csvLines(of)].join(''),
      sha256(parquetFile(of, '0.1.0')),
    ];
    assert.deepEqual(all(reversed), all(rows));
  });
});

describe('the columns', () => {
  it('are those of the codebook', () => {
    const path = join(root, 'docs/dataset.md');
    const page = readFileSync(path, 'utf8');
    const table = columns.map(({ name, type, about }) => `| \`${name}\` | ${type} | ${about} |\n`).join('');
    const written = page.replace(/(^\| column \|.*\n\| ---.*\n)(?:\|.*\n)+/m, (_, head) => `${head}${table}`);
    if ((process.env['UPDATE_CODEBOOK'] ?? '') === '') assert.equal(page, written);
    else writeFileSync(path, written);
  });

  it('have each something to say somewhere in a sweep', () => {
    const unused = columns.filter(({ of }) => rows.every((row) => of(row) === null));
    assert.deepEqual(
      unused.map(({ name }) => name),
      ['log', 'result'],
    );
  });
});

it('gives nothing to a spreadsheet that it would take for a formula, and quotes what has a comma', async () => {
  const job = { ...makeJob({ origin: 'a', version: '1-r0' }), commit: '=cmd("a",1)' };
  const [, line] = [
    ...csvLines(await readObservations(recordsOf({ jobs: [job], attempts: [], verdicts: [] }))),
  ];
  assert.ok(line!.includes(`,"'=cmd(""a"",1)",`), line);
});

describe('what others read of it', () => {
  const expected = [...jsonLines(rows)].map((line) => JSON.parse(line));

  it('Arrow: every value of the Parquet file, and its types', { skip: lacksModule('pyarrow') }, (test) => {
    const file = join(temporaryFolder(test), 'verdicts.parquet');
    writeFileSync(file, parquetFile(rows, '0.1.0'));
    const program = `
import json, sys, datetime
import pyarrow.parquet as parquet
table = parquet.read_table(sys.argv[1])
def plain(value):
    return value.isoformat(timespec='milliseconds').replace('+00:00', '') + 'Z' if isinstance(value, datetime.datetime) else value
print(json.dumps({'types': [str(each) for each in table.schema.types], 'rows': [{k: plain(v) for k, v in row.items()} for row in table.to_pylist()]}))`;
    const read = askPython(program, file) as { types: string[]; rows: unknown[] };
    const types = {
      text: 'string',
      count: 'int64',
      number: 'double',
      time: 'timestamp[ms, tz=UTC]',
      list: 'list<element: string not null>',
    };
    assert.deepEqual(
      read.types,
      columns.map(({ type }) => types[type]),
    );
    assert.deepEqual(read.rows, expected);
  });

  it('DuckDB: the same answers from Parquet, CSV and JSON lines', { skip: lacksModule('duckdb') }, (test) => {
    const folder = temporaryFolder(test);
    writeFileSync(join(folder, 'verdicts.parquet'), parquetFile(rows, '0.1.0'));
    writeFileSync(join(folder, 'verdicts.csv'), [...csvLines(rows)].join(''));
    writeFileSync(join(folder, 'verdicts.jsonl'), [...jsonLines(rows)].join(''));
    const program = `
import json, sys, duckdb
def ask(file):
    source = f"read_json('{file}', format='newline_delimited')" if file.endswith('jsonl') else f"'{file}'"
    return duckdb.sql(f"select architecture, verdict, count(*), sum(size), sum(wall_seconds)::double, min(judged_at)::timestamp::text from {source} group by all order by all").fetchall()
print(json.dumps([[[str(cell) for cell in row] for row in ask(sys.argv[1] + '/verdicts.' + end)] for end in ['parquet', 'csv', 'jsonl']]))`;
    const [parquet, csv, json] = askPython(program, folder) as unknown[][];
    assert.ok(parquet!.length > 6);
    assert.deepEqual(csv, parquet);
    assert.deepEqual(json, parquet);
  });

  const facts: DatasetFacts = {
    title: 'Verdicts: “all” of #it',
    tool: '0.1.0',
    day: '2026-11-30',
    summary: '1 of 2 judged packages reproduce (50.0 %); every one was judged',
    authors: ['A: person', '"quoted"'],
    files: [{ path: 'verdicts.csv', format: 'csv', bytes: 9, sha256: sha256(Buffer.from('')) }],
  };

  it('cffconvert: the citation file', { skip: lacksModule('cffconvert') }, (test) => {
    const file = join(temporaryFolder(test), 'CITATION.cff');
    writeFileSync(file, citation(facts));
    const program = `
import json, sys
from cffconvert import Citation
citation = Citation(open(sys.argv[1]).read())
citation.validate()
print(json.dumps(json.loads(json.dumps(citation.cffobj, default=str))))`;
    const read = askPython(program, file) as Record<string, unknown>;
    assert.equal(read['title'], facts.title);
    assert.deepEqual(
      read['authors'],
      facts.authors.map((name) => ({ name })),
    );
  });

  it('Frictionless: the data package', { skip: lacksModule('frictionless') }, (test) => {
    const folder = temporaryFolder(test);
    const csv = Buffer.from([...csvLines(rows)].join(''));
    writeFileSync(join(folder, 'verdicts.csv'), csv);
    const files = [{ path: 'verdicts.csv', format: 'csv', bytes: csv.length, sha256: sha256(csv) }] as const;
    writeFileSync(join(folder, 'datapackage.json'), dataPackage({ ...facts, files }));
    const program = `
import json, sys
from frictionless import validate
report = validate(sys.argv[1] + '/datapackage.json')
print(json.dumps({'valid': report.valid, 'errors': report.flatten(['type', 'note'])[:5], 'rows': report.tasks[0].stats.get('rows')}))`;
    assert.deepEqual(askPython(program, folder), { valid: true, errors: [], rows: rows.length });
  });
});
