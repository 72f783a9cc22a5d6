/** The tables of a sweep in a database, by version: what each migration adds, applied in order and never changed again. */
import { Failure } from '../../failure.ts';
import type { Database, Queries } from './postgres.ts';

/** A schema of our own, so that the database can be shared with other programs. */
const schemaName = 'wolfi_repro';

/**
 * The body of a job, an attempt or a row of a verdict is JSON, as the other store keeps it; what SQL orders, joins or counts by is a column beside it.
 * Names and digests are compared by their bytes (`collate "C"`), so that the order does not depend on the server.
 */
const migrations: readonly string[] = [
  `
create table sweep (
  id integer primary key default 1 check (id = 1),
  state text not null default 'running' check (state in ('running', 'paused', 'cancelled'))
);
insert into sweep default values;

-- What a worker must offer: a take looks at the first job of each kind that it can do, not past all that it cannot.
create table kind (
  id integer generated always as identity primary key,
  architecture text collate "C" not null,
  tags text[] not null,
  unique (architecture, tags)
);

create table job (
  key text collate "C" primary key check (key ~ '^[0-9a-f]{64}$'),
  body json not null,
  architecture text collate "C" not null,
  origin text collate "C" not null,
  version text collate "C" not null,
  kind integer not null references kind,
  priority smallint not null,
  popularity double precision not null,
  state text not null default 'queued' check (state in ('queued', 'running', 'settled', 'dead')),
  -- The number of the last attempt, which fences: only its holder may settle.
  attempt integer not null default 0,
  run_after timestamptz not null default clock_timestamp(),
  not_by text,
  -- Attempts up to this number do not decide about the next: the job was opened again after them.
  forgotten integer not null default 0,
  last_class text,
  worker text,
  -- One for each taking, so that one whose answer was lost is recognised.
  token uuid,
  started_at timestamptz,
  lease_until timestamptz,
  check ((state = 'running') = (lease_until is not null))
);
create index job_queue on job (kind, priority, popularity desc, architecture, origin, version, key)
  where state = 'queued';
create index job_lease on job (lease_until) where state = 'running';
create index job_order on job (architecture, origin, version, key);

-- What earlier attempts showed that a build needs.
create table need (
  architecture text collate "C" not null,
  origin text collate "C" not null,
  memory_bytes double precision not null,
  disk_bytes double precision not null,
  seconds double precision not null,
  primary key (architecture, origin)
);

create table attempt (
  job text collate "C" not null references job,
  number integer not null,
  worker text not null,
  token uuid unique,
  class text not null,
  body json not null,
  primary key (job, number)
);

create table verdict (
  job text collate "C" not null references job,
  name text collate "C" not null,
  attempt integer not null,
  verdict text not null,
  reason text not null,
  body json not null,
  primary key (job, name),
  foreign key (job, attempt) references attempt
);

create table worker (
  name text primary key,
  architectures text[] not null,
  tags text[] not null,
  seen_at timestamptz not null
);
`,
];

/** Any number that nothing else in the database takes as a lock of its own. */
const migrationLock = 0x776f6c66;

/**
 * Brings the tables to the version of this program, in one transaction that others wait for. Fails with `usage` where a later
 * version of the program made them.
 */
export function migrate(database: Database): Promise<void> {
  return database.transaction(async (queries) => {
    await queries.query('select pg_advisory_xact_lock($1)', [migrationLock]);
    await queries.query(`create schema if not exists ${schemaName}`);
    await queries.query(`set local search_path to ${schemaName}`);
    await queries.query('create table if not exists migration (version integer primary key)');
    const applied = await appliedVersion(queries);
    refuseLater(applied);
    for (const [index, statements] of migrations.entries()) {
      if (index < applied) continue;
      await queries.query(statements);
      await queries.query('insert into migration values ($1)', [index + 1]);
    }
  });
}

function refuseLater(applied: number): void {
  if (applied > migrations.length)
    throw new Failure(
      'usage',
      `the tables of the sweep are of version ${applied}, and this program knows ${migrations.length}`,
      { hint: 'update wolfi-repro on this machine' },
    );
}

/**
 * Whether the database has a sweep, whose tables are then of the version of this program. Nothing is changed. Fails with `usage` for tables of a different
 * version.
 */
export function requireTables(database: Database): Promise<boolean> {
  return database.transaction(async (queries) => {
    const [there] = await queries.query(`select to_regclass('${schemaName}.migration') is not null as there`);
    if (there?.['there'] !== true) return false;
    const applied = await appliedVersion(queries);
    refuseLater(applied);
    if (applied < migrations.length)
      throw new Failure(
        'usage',
        `the tables of the sweep are of version ${applied}, and this program reads version ${migrations.length}`,
        {
          hint: 'read them with the wolfi-repro that made them; the next `sweep plan` or worker of this version updates them',
        },
      );
    return true;
  });
}

async function appliedVersion(queries: Queries): Promise<number> {
  const [row] = await queries.query(
    `select coalesce(max(version), 0)::int as version from ${schemaName}.migration`,
  );
  return Number(row?.['version']);
}
