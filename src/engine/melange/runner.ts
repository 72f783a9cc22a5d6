/**
 * Runs inside the network namespace of a melange build: answers the recorded addresses on the loopback, starts melange,
 * ends with its exit status. Called by `melange.ts` with the path of a job.
 */
import { spawn } from 'node:child_process';
import { createReadStream, readFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Server } from 'node:net';
import type { Route } from './served.ts';

export interface Job {
  readonly routes: readonly Route[];
  /** Key and certificate for the names of https routes. */
  readonly tls: { readonly key: string; readonly certificate: string } | undefined;
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

const job = JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as Job;
const ports = new Map(job.routes.map(({ port, protocol }) => [port, protocol]));
await Promise.all([...ports].map(([port, protocol]) => listen(port, protocol)));
const [command, ...argv] = job.argv as [string, ...string[]];
const child = spawn(command, argv, { cwd: job.cwd, env: job.env, stdio: ['ignore', 'inherit', 'inherit'] });
child.on('error', (failure) => {
  process.stderr.write(`${failure.message}\n`);
  process.exit(127);
});
child.on('exit', (code) => process.exit(code ?? 1));

function listen(port: number, protocol: Route['protocol']): Promise<void> {
  const answer = answerFrom(port);
  const { tls } = job;
  const server: Server =
    protocol === 'https:' && tls !== undefined
      ? createTlsServer({ key: readFileSync(tls.key), cert: readFileSync(tls.certificate) }, answer)
      : createServer(answer);
  return new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
}

function answerFrom(port: number): RequestListener {
  return (request, response) => {
    const host = (request.headers.host ?? '').replace(/:\d+$/, '');
    const path = decodeURI((request.url ?? '').split('?', 1)[0]!);
    const route = job.routes.find((each) => each.port === port && each.host === host && each.path === path);
    if (route === undefined) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { etag: '"wolfi-repro"' });
    if (request.method === 'HEAD') response.end();
    else createReadStream(route.file).pipe(response);
  };
}
