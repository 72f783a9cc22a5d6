/**
 * The gateway to PostgreSQL (`pg`, loaded when a database is used). A connection that is lost, by a restart or by the network, is not a failure:
 * the work is done again on a new one, so all work that is handed in can be repeated.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool, PoolClient } from 'pg';
import { Address } from '../../address.ts';
import { Failure } from '../../failure.ts';
import type { JsonObject } from '../../formats/bounded-json.ts';

export interface DatabaseOptions {
  /** `postgres://…`; may hold a password, which is never shown. */
  readonly url: string;
  readonly signal: AbortSignal;
  /** How long a database that cannot be reached is asked again, in milliseconds; `Infinity` until the signal. */
  readonly patience: number;
  /** Told once when the database is lost, with the reason, and once when it is back. */
  readonly onTrouble?: (text: string) => void;
  /** Connections at once. */
  readonly connections?: number;
  /** Whether the server is to refuse every change. */
  readonly readOnly?: boolean;
}

/** One connection, inside a transaction. */
export interface Queries {
  query(text: string, values?: readonly unknown[]): Promise<readonly JsonObject[]>;
}

/** What cuts a network leave is noticed by nobody but a clock. */
const mostMilliseconds = { connect: 10_000, query: 30_000, idleInTransaction: 20_000, lock: 20_000 };

/**
 * Classes of SQLSTATE (PostgreSQL's documentation, appendix A) after which the same work can succeed: connection exceptions, transaction
 * rollbacks, insufficient resources, operator intervention (a restart), and a wait for a lock that took too long.
 */
const passing = new Set(['08', '40', '53', '57', '55']);
/** Errors of the socket itself. A socket file that is missing is a server that has not started. */
const socketErrors = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOENT', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH'],
  ...['EAI_AGAIN', 'ENOTFOUND', 'EADDRNOTAVAIL', 'ECONNABORTED'],
]);

export class Database {
  readonly #options: DatabaseOptions;
  readonly #pool: Pool;
  #troubled = false;

  private constructor(options: DatabaseOptions, pool: Pool) {
    this.#options = options;
    this.#pool = pool;
  }

  /** Fails with `usage` for an address that is not one of PostgreSQL. Nothing is contacted yet. */
  static async open(options: DatabaseOptions): Promise<Database> {
    const { url, connections = 4 } = options;
    requirePostgresAddress(url);
    const { default: pg } = await import('pg');
    const pool = new pg.Pool({
      connectionString: url,
      application_name: 'wolfi-repro',
      max: connections,
      keepAlive: true,
      connectionTimeoutMillis: mostMilliseconds.connect,
      query_timeout: mostMilliseconds.query,
      statement_timeout: mostMilliseconds.query,
      lock_timeout: mostMilliseconds.lock,
      // A worker that is stopped between two statements holds no row for longer than this.
      idle_in_transaction_session_timeout: mostMilliseconds.idleInTransaction,
    });
    // A connection that breaks while nobody uses it is replaced when the next one is asked for.
    pool.on('error', () => undefined);
    return new Database(options, pool);
  }

  /** Does work in one transaction. It is done again after a lost connection, whether or not it had been committed. */
  async transaction<T>(work: (queries: Queries) => Promise<T>): Promise<T> {
    const { signal, patience } = this.#options;
    const start = performance.now();
    for (let attempt = 0; ; attempt += 1) {
      signal.throwIfAborted();
      try {
        const result = await this.#once(work);
        this.#back();
        return result;
      } catch (failure) {
        if (!isPassing(failure) || performance.now() - start >= patience) throw asFailure(failure);
        this.#lost(failure);
        await sleep(backOff(attempt), undefined, { signal });
      }
    }
  }

  /** One statement by itself; repeated like a transaction. */
  query(text: string, values: readonly unknown[] = []): Promise<readonly JsonObject[]> {
    return this.transaction((queries) => queries.query(text, values));
  }

  async #once<T>(work: (queries: Queries) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect();
    let broken: Error | undefined;
    const onError = (error: Error) => {
      broken = error;
    };
    client.on('error', onError);
    try {
      await client.query(this.#options.readOnly === true ? 'begin read only' : 'begin');
      const result = await work(queriesOf(client));
      await client.query('commit');
      client.off('error', onError);
      client.release(broken);
      return result;
    } catch (failure) {
      // What became of the transaction is not known, and closing the connection ends it in any case.
      client.release(true);
      client.on('error', () => undefined);
      throw failure;
    }
  }

  #lost(failure: unknown): void {
    if (this.#troubled || isConflict(failure)) return;
    this.#troubled = true;
    this.#options.onTrouble?.(`the database is lost (${describe(failure)}); trying again`);
  }

  #back(): void {
    if (!this.#troubled) return;
    this.#troubled = false;
    this.#options.onTrouble?.('the database is back');
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }
}

function queriesOf(client: PoolClient): Queries {
  return {
    async query(text, values = []) {
      const { rows } = await client.query(text, [...values]);
      return rows as readonly JsonObject[];
    },
  };
}

/** The form of the address that libpq calls a connection URI. A mistyped one is not shown: it may be nothing but a password. */
function requirePostgresAddress(url: string): void {
  const place = Address.parse(url)?.place;
  if (place !== undefined && /^postgres(?:ql)?:/.test(place)) return;
  throw new Failure('usage', 'the database is not an address of PostgreSQL', {
    expected: 'postgres://HOST/DATABASE, with a user name before the host where one is needed',
  });
}

/** Doubled each time, at most 10 s, and not the same for workers that lost the same server. */
function backOff(attempt: number): number {
  return Math.min(100 * 2 ** attempt, 10_000) * (0.5 + Math.random() / 2);
}

function isPassing(failure: unknown): boolean {
  if (!(failure instanceof Error)) return false;
  const { code = '' } = failure as NodeJS.ErrnoException;
  if (/^[0-9A-Z]{5}$/.test(code) && !socketErrors.has(code)) return passing.has(code.slice(0, 2));
  // pg's own errors of a connection that ended or of a time that passed have no code.
  return code === '' ? isOfConnection(failure) : socketErrors.has(code);
}

/** pg-pool 3.14 and pg 8.23: `Connection terminated …`, `timeout exceeded when trying to connect`, `Query read timeout`. */
function isOfConnection(failure: Error): boolean {
  return /^(?:Connection terminated|timeout exceeded|Query read timeout|Client has encountered a connection error)/.test(
    failure.message,
  );
}

/** Two transactions met: the next attempt follows at once and nothing is wrong. */
function isConflict(failure: unknown): boolean {
  return failure instanceof Error && String((failure as NodeJS.ErrnoException).code).startsWith('40');
}

function describe(failure: unknown): string {
  const { code, message } = failure as NodeJS.ErrnoException;
  return code ?? message;
}

function asFailure(failure: unknown): unknown {
  if (failure instanceof Failure || !(failure instanceof Error)) return failure;
  const { code = '' } = failure as NodeJS.ErrnoException;
  if (isPassing(failure))
    return new Failure('unreachable', `the database cannot be reached: ${describe(failure)}`, {
      hint: 'is the server running, and does it accept connections from here?',
    });
  // 28: invalid authorization; 3D: no such database; 42501: not allowed.
  if (/^(?:28|3D|42501)/.test(code)) return new Failure('usage', `the database refuses: ${failure.message}`);
  return failure;
}
