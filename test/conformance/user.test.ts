/** What an ordinary user meets and root does not: modes that bind, and ids that nobody granted. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { apkOf, directoryOf, fileOf } from '../support/apk-builder.ts';
import { lab, program, root } from '../support/lab.ts';
import { labEnvironment, lacksEnvironment } from '../support/lab-environment.ts';
import { cannotSandbox, folderOf } from '../support/sandboxes.ts';
import { type Identity, identities } from '../support/users.ts';

const [asRoot, asUser, asNamedUser] = identities as [Identity, Identity, Identity];
const published = join(lab, 'repository/v0.59.1/x86_64');

function run(identity: Identity, script: string, argv: readonly string[]) {
  const line = [...identity.prefix, process.execPath, script, ...argv];
  return spawnSync(line[0]!, line.slice(1), { cwd: '/', encoding: 'utf8' });
}

describe('an ordinary user', { skip: cannotSandbox(asUser) }, () => {
  it('unpacks folders that even their owner may not write to, and removes them', () => {
    const folder = folderOf(asUser);
    const data = [
      directoryOf('closed', 0o555),
      directoryOf('closed/shut', 0o000),
      fileOf('closed/shut/file', 'text'),
      fileOf('closed/file', 'text'),
    ];
    const apk = join(folder, 'sample.apk');
    writeFileSync(apk, apkOf({ data }));
    chmodSync(apk, 0o644);
    const { stdout, stderr } = run(asUser, join(root, '.build/test/support/unpack-run.js'), [apk, folder]);
    assert.notEqual(stdout, '', stderr);
    assert.deepEqual(JSON.parse(stdout), {
      modes: [
        ['closed', 0o555],
        ['closed/shut', 0o000],
      ],
      left: false,
    });
    rmSync(folder, { recursive: true });
  });
});

const subject = join(published, 'owners-1.1-r0.apk');
const cannotVerify = lacksEnvironment(subject);

describe('a package with other owners', { skip: cannotVerify || cannotSandbox(asUser) }, () => {
  for (const [identity, verdict] of [
    [asRoot, 'reproduced'],
    [asNamedUser, 'reproduced'],
    [asUser, 'inconclusive'],
  ] as const) {
    it(`comes out ${verdict} ${identity.title}`, { skip: cannotSandbox(identity) }, () => {
      const cache = folderOf(identity);
      const { stdout, stderr } = run(identity, program, [
        ...['verify', '--allow-unsigned', '--repository', labEnvironment!, '--cache', cache],
        ...['--key', join(lab, 'lab.rsa.pub'), '--format', 'json', subject],
      ]);
      assert.notEqual(stdout, '', stderr);
      const [found] = (JSON.parse(stdout) as { packages: { verdict: string; reason?: string }[] }).packages;
      assert.equal(found!.verdict, verdict, stdout);
      if (verdict === 'inconclusive') assert.equal(found!.reason, 'ids-unavailable');
      rmSync(cache, { recursive: true, force: true });
    });
  }
});
