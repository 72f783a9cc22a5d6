/** Java's store of authorities, judged by keytool. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { rootCertificates } from 'node:tls';
import { javaKeystore } from '../../src/execute/java-keystore.ts';
import { findProgram } from '../../src/process.ts';

const without = findProgram('keytool') === undefined ? 'keytool is not installed' : false;

describe('a keystore for Java', () => {
  it('holds every certificate of a bundle once, as keytool reads it with its password', {
    skip: without,
  }, () => {
    const some = rootCertificates.slice(0, 5);
    const folder = mkdtempSync(join(tmpdir(), 'wolfi-repro-keystore-'));
    try {
      const file = join(folder, 'cacerts');
      writeFileSync(file, javaKeystore(`# first\n${[...some, some[0]].join('\n')}\nno certificate\n`));
      const listed = execFileSync('keytool', ['-list', '-v', '-keystore', file, '-storepass', 'changeit'], {
        encoding: 'utf8',
        env: { PATH: process.env['PATH'], LC_ALL: 'C' },
      });
      const found = [...listed.matchAll(/SHA256: ([0-9A-F:]+)/g)].map(([, each]) => each).sort();
      assert.deepEqual(found, some.map((pem) => new X509Certificate(pem).fingerprint256).sort());
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('leaves out what is no certificate', () => {
    const damaged =
      '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n-----BEGIN CERTIFICATE-----\n';
    assert.deepEqual(javaKeystore(damaged), javaKeystore(''));
    assert.equal(javaKeystore('').length, 12 + 20);
  });
});
