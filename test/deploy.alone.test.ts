/** What `deploy/` has for a rebuilder, judged by what would read it. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { findProgram } from '../src/process.ts';
import { temporaryFolder } from './support/folder.ts';
import { program, root, skipUnless } from './support/lab.ts';
import { postgresPrograms, startPostgres } from './support/postgres.ts';

const deploy = (name: string) => join(root, 'deploy', name);
const unit = readFileSync(deploy('wolfi-repro-worker@.service'), 'utf8');
const compose = parse(readFileSync(deploy('compose.yaml'), 'utf8'));

describe('units for systemd', () => {
  it('are understood by systemd, as a wrong one is not', {
    skip: skipUnless(findProgram('systemd-analyze'), 'systemd is not installed'),
  }, (test) => {
    const folder = temporaryFolder(test);
    const said = (text: string) => {
      const path = join(folder, 'wolfi-repro-worker@1.service');
      writeFileSync(path, text);
      const { stdout, stderr } = spawnSync('systemd-analyze', ['verify', path], { encoding: 'utf8' });
      return `${stdout}${stderr}`.split('\n').filter((line) => line.includes('wolfi-repro-worker'));
    };
    assert.deepEqual(said(unit), []);
    assert.notDeepEqual(said(unit.replace('KillMode=mixed', 'KillMode=mixd')), []);
  });
});

describe('the calls of workers', () => {
  /** With an address that is refused once everything else was understood. */
  const refused = (argv: readonly string[]) =>
    spawnSync(process.execPath, [program, ...argv], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], WOLFI_REPRO_DATABASE: 'mysql://db.example/x' },
    });

  /** The words of both, with their own paths below a folder of the test. */
  function callsBelow(folder: string): readonly (readonly string[])[] {
    const [, called = ''] = /^ExecStart=\/usr\/bin\/env wolfi-repro (.*)$/m.exec(unit) ?? [];
    const variables = Object.fromEntries(
      [...readFileSync(deploy('wolfi-repro-worker.env'), 'utf8').matchAll(/^#?([A-Z_]+)=(.*)$/gm)].map(
        ([, name, value]) => [name!, value!],
      ),
    );
    const fromUnit = called.replace(
      /\$\{(\w+)\}/g,
      (_, name: string) => variables[name] ?? assert.fail(name),
    );
    const calls = [fromUnit.split(' '), compose.services.worker.command as string[]];
    return calls.map((argv) => argv.map((word) => (word.startsWith('/') ? join(folder, word) : word)));
  }

  it('are those of a worker that makes the tables of a database, waits for jobs there, and ends at SIGTERM', {
    skip: skipUnless(postgresPrograms, 'PostgreSQL is not installed'),
  }, async (test) => {
    const folder = temporaryFolder(test);
    const postgres = await startPostgres(postgresPrograms!);
    try {
      mkdirSync(join(folder, 'bin'));
      const script = `#!/bin/sh\nexec ${process.execPath} ${program} "$@"\n`;
      writeFileSync(join(folder, 'bin/wolfi-repro'), script, { mode: 0o755 });
      const environment = {
        PATH: `${join(folder, 'bin')}:/usr/bin:/bin`,
        WOLFI_REPRO_DATABASE: postgres.url(),
      };
      for (const argv of callsBelow(folder)) {
        const child = spawn('/usr/bin/env', ['wolfi-repro', ...argv], { env: environment });
        const ended = once(child, 'exit');
        let said = '';
        for await (const piece of child.stderr) {
          said += String(piece);
          if (said.includes('waits for jobs') && !child.killed) child.kill('SIGTERM');
        }
        assert.deepEqual(await ended, [0, null], said);
        assert.equal(postgres.sql('select count(*) from wolfi_repro.migration'), '1');
      }
    } finally {
      await postgres.stop();
    }
  });

  it('have options that the program knows', (test) => {
    for (const placed of callsBelow(temporaryFolder(test))) {
      const { status, stderr } = refused(placed);
      assert.equal(status, 2, stderr);
      assert.match(stderr, /postgres:\/\/HOST\/DATABASE/);
    }
  });
});

describe('the entry point of the container', () => {
  it('hands on its arguments, and the password of the database to nobody but the program', {
    skip: skipUnless(findProgram('bwrap'), 'bubblewrap is not installed'),
  }, (test) => {
    const folder = temporaryFolder(test);
    const [secret, shown] = ['s3cr3t of a file', join(folder, 'dist/bin')];
    mkdirSync(shown, { recursive: true });
    copyFileSync(deploy('entrypoint.sh'), join(folder, 'entrypoint.sh'));
    chmodSync(join(folder, 'entrypoint.sh'), 0o755);
    const script = 'console.log(JSON.stringify([process.argv.slice(2), process.env.PGPASSWORD ?? null]))';
    writeFileSync(join(shown, 'wolfi-repro.js'), script);
    writeFileSync(join(folder, 'password'), `${secret}\n`);
    const argv = ['worker', '--cache', '/a folder'];
    const started = (more: readonly string[]) => {
      const inside = [
        '--ro-bind',
        '/',
        '/',
        '--dev',
        '/dev',
        '--proc',
        '/proc',
        '--tmpfs',
        '/opt',
        '--tmpfs',
        '/run',
      ];
      const { stdout, stderr } = spawnSync(
        'bwrap',
        [
          ...inside,
          '--ro-bind',
          folder,
          '/opt/wolfi-repro',
          ...more,
          '/opt/wolfi-repro/entrypoint.sh',
          ...argv,
        ],
        { encoding: 'utf8', env: { PATH: process.env['PATH'] } },
      );
      assert.notEqual(stdout, '', stderr);
      return JSON.parse(stdout) as unknown;
    };
    const [{ file }] = Object.values(compose.secrets as Record<string, { file: string }>) as [
      { file: string },
    ];
    assert.equal(file, 'db-password.txt');
    assert.deepEqual(started(['--ro-bind', join(folder, 'password'), '/run/secrets/db-password']), [
      argv,
      secret,
    ]);
    assert.deepEqual(started([]), [argv, null]);
  });
});
