/** A git repository over HTTP, by git's own upload-pack (git's Documentation/gitprotocol-http.txt). */
import { spawnSync } from 'node:child_process';
import type { IncomingMessage } from 'node:http';
import type { Answering } from './registry.ts';

const identity = {
  GIT_AUTHOR_NAME: 'a',
  GIT_AUTHOR_EMAIL: 'a@example.com',
  GIT_AUTHOR_DATE: '2024-01-01T00:00:00Z',
  GIT_COMMITTER_NAME: 'a',
  GIT_COMMITTER_EMAIL: 'a@example.com',
  GIT_COMMITTER_DATE: '2024-01-01T00:00:00Z',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
};

/** What git writes; fails where git does. */
export function git(folder: string, argv: readonly string[], input?: Uint8Array, environment = {}): Buffer {
  const env = { PATH: process.env['PATH']!, HOME: folder, ...identity, ...environment };
  const { status, stdout, stderr } = spawnSync('git', argv, { cwd: folder, env, input, maxBuffer: 1 << 28 });
  if (status !== 0) throw new Error(`git ${argv.join(' ')}: ${stderr}`);
  return stdout;
}

/** Serves the repository in a folder as `/p.git`. */
export function gitServer(folder: string): Answering {
  return (path, request, _origin, body) => {
    const version = protocolOf(request);
    if (path.startsWith('/p.git/info/refs')) {
      const refs = git(
        folder,
        ['upload-pack', '--stateless-rpc', '--http-backend-info-refs', '.'],
        undefined,
        version,
      );
      const head = 'GIT_PROTOCOL' in version ? '' : '001e# service=git-upload-pack\n0000';
      const headers = { 'content-type': 'application/x-git-upload-pack-advertisement' };
      return { body: Buffer.concat([Buffer.from(head), refs]), headers };
    }
    if (path !== '/p.git/git-upload-pack') return undefined;
    const answer = git(folder, ['upload-pack', '--stateless-rpc', '.'], body, version);
    return { body: answer, headers: { 'content-type': 'application/x-git-upload-pack-result' } };
  };
}

function protocolOf({ headers }: IncomingMessage): Record<string, string> {
  const protocol = headers['git-protocol'];
  return typeof protocol === 'string' ? { GIT_PROTOCOL: protocol } : {};
}
