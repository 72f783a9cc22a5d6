/** The authority of a build, judged by openssl. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { authorityFile } from '../../src/execute/trust-stores.ts';
import { type Authority, authorityName, makeAuthority } from '../../src/gateway/authority.ts';
import { findProgram } from '../../src/process.ts';

const without = findProgram('openssl') === undefined ? 'openssl is not installed' : false;

describe('the authority of a build', () => {
  let folder: string;
  let authority: Authority;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'wolfi-repro-authority-'));
    authority = makeAuthority();
    writeFileSync(join(folder, 'authority.pem'), authority.certificate);
  });
  after(() => rmSync(folder, { recursive: true }));

  function openssl(...argv: string[]): string {
    return execFileSync('openssl', argv, { cwd: folder, encoding: 'utf8' });
  }

  const names = [
    'files.example',
    'a.b.c.d.example',
    `${'long-label.'.repeat(20)}example`,
    'with_underscore.example',
  ];
  for (const name of names) {
    it(`certifies ${name.slice(0, 30)} so that openssl accepts it, by the strict rules`, {
      skip: without,
    }, () => {
      writeFileSync(join(folder, 'leaf.pem'), authority.credential(name).chain);
      const said = openssl(
        ...['verify', '-x509_strict', '-purpose', 'sslserver', '-CAfile', 'authority.pem'],
        ...['-verify_hostname', name, 'leaf.pem'],
      );
      assert.match(said, /: OK/);
    });
  }

  it('certifies one name and no other', { skip: without }, () => {
    writeFileSync(join(folder, 'leaf.pem'), authority.credential('files.example').chain);
    assert.throws(() =>
      openssl('verify', '-CAfile', 'authority.pem', '-verify_hostname', 'other.example', 'leaf.pem'),
    );
  });

  it('has the file name by which OpenSSL looks it up in a folder', { skip: without }, () => {
    assert.equal(`${openssl('x509', '-in', 'authority.pem', '-noout', '-hash').trim()}.0`, authorityFile);
  });

  it('has the same subject, validity and length for every build, and a key of its own', async () => {
    const other = new X509Certificate(makeAuthority().certificate);
    const own = new X509Certificate(authority.certificate);
    assert.equal(own.subject, `CN=${authorityName}`);
    for (const each of ['subject', 'issuer', 'serialNumber', 'validFrom', 'validTo'] as const)
      assert.equal(other[each], own[each], each);
    assert.equal(other.raw.length, own.raw.length);
    assert.notEqual(other.fingerprint256, own.fingerprint256);
    assert.ok(own.ca);
  });

  it('makes a certificate for a name once', () => {
    assert.equal(authority.credential('once.example'), authority.credential('once.example'));
  });
});
