/** A PostgreSQL of the test's own, of Debian's packages, in a folder of its own and on a socket in it. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Folder of the server's programs; undefined where it is not installed. Debian does not put them on the search path. */
export const postgresPrograms: string | undefined = findPrograms();

function findPrograms(): string | undefined {
  const versions = '/usr/lib/postgresql';
  if (!existsSync(versions)) return undefined;
  const folders = readdirSync(versions).map((version) => join(versions, version, 'bin'));
  return folders.find((folder) => existsSync(join(folder, 'initdb')));
}

/** The server refuses to run as root, and asks for the name of whoever it runs as: `nobody` is there on every Debian. */
const ids: { readonly uid?: number; readonly gid?: number } =
  process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

export interface Postgres {
  /** Address of a database, by the socket. */
  url(database?: string): string;
  /** Address by a port on the loopback, whose connections can be cut. */
  readonly cuttable: (database?: string) => string;
  /** Ends all connections of that port, and refuses new ones for a time. */
  cut(milliseconds: number): Promise<void>;
  /** As a power failure would, where `how` is `crash`. */
  restart(how: 'crash' | 'fast', downMilliseconds?: number): Promise<void>;
  createDatabase(name: string): void;
  /** Runs SQL and returns what psql prints without headers. */
  sql(text: string, database?: string): string;
  stop(): Promise<void>;
}

export async function startPostgres(programs: string): Promise<Postgres> {
  // The path of a socket has at most 107 bytes (unix(7)).
  const folder = mkdtempSync('/tmp/wolfi-repro-pg-');
  if (ids.uid !== undefined) chownSync(folder, ids.uid, ids.gid!);
  const data = join(folder, 'data');
  const made = spawnSync(
    join(programs, 'initdb'),
    [
      '-D',
      data,
      '-U',
      'tester',
      '--auth=trust',
      '--no-sync',
      '-E',
      'UTF8',
      '--locale=C',
      '--no-instructions',
    ],
    { ...ids, cwd: folder, encoding: 'utf8', env: { PATH: '/usr/bin:/bin' } },
  );
  if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr}`);
  let server = await begin(programs, folder);
  // A test that fails on its way must not leave a server behind.
  process.once('exit', () => server.kill('SIGQUIT'));
  const proxy = await startProxy(join(folder, '.s.PGSQL.5432'));
  const sql = (text: string, database = 'postgres') => {
    const argv = ['-h', folder, '-U', 'tester', '-d', database, '-Atqc', text];
    const { status, stdout, stderr } = spawnSync(join(programs, 'psql'), argv, { encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
    return stdout.trim();
  };
  return {
    url: (database = 'postgres') => `postgres:///${database}?host=${folder}&user=tester`,
    cuttable: (database = 'postgres') => `postgres://tester@127.0.0.1:${proxy.port}/${database}`,
    cut: proxy.cut,
    async restart(how, downMilliseconds = 0) {
      await end(server, how === 'crash' ? 'SIGQUIT' : 'SIGINT');
      await sleep(downMilliseconds);
      server = await begin(programs, folder);
    },
    createDatabase: (name) => void sql(`create database ${name}`),
    sql,
    async stop() {
      await proxy.close();
      await end(server, 'SIGQUIT');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function begin(programs: string, folder: string): Promise<ChildProcess> {
  const settings = [
    'fsync=off',
    'listen_addresses=',
    'max_connections=200',
    'shared_buffers=32MB',
    'jit=off',
  ];
  const argv = ['-D', join(folder, 'data'), '-k', folder, ...settings.flatMap((each) => ['-c', each])];
  const server = spawn(join(programs, 'postgres'), argv, { ...ids, cwd: folder, stdio: 'ignore' });
  for (let tries = 0; tries < 600 && server.exitCode === null; tries += 1) {
    const asked = spawnSync(join(programs, 'pg_isready'), ['-q', '-h', folder]);
    if (asked.status === 0) return server;
    await sleep(50);
  }
  throw new Error('PostgreSQL does not start');
}

async function end(server: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const ended = new Promise((resolve) => server.once('exit', resolve));
  server.kill(signal);
  await ended;
}

/** Forwards a port of the loopback to the server's socket. */
async function startProxy(socket: string) {
  const open = new Set<Socket>();
  let refusing = false;
  const server: Server = createServer((client) => {
    if (refusing) return void client.resetAndDestroy();
    const upstream = connect(socket);
    for (const side of [client, upstream]) {
      open.add(side);
      side.on('error', () => undefined);
      side.on('close', () => {
        open.delete(side);
        client.destroy();
        upstream.destroy();
      });
    }
    client.pipe(upstream);
    upstream.pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const sever = () => {
    for (const side of open) side.destroy();
  };
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    async cut(milliseconds: number) {
      refusing = true;
      sever();
      await sleep(milliseconds);
      refusing = false;
    },
    async close() {
      sever();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
