import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { parseSigningKey } from '../../src/apk/private-key.ts';
import { readApk } from '../../src/apk/read-apk.ts';
import { emitIndex, indexRecord } from '../../src/emit/index-archive.ts';
import { fileSource } from '../../src/inputs/store/files.ts';
import { parseIndex } from '../../src/repository/apkindex.ts';
import { lab, sharedLab, skipUnless } from '../support/lab.ts';

const key = parseSigningKey('lab.rsa', readFileSync(join(lab, 'lab.rsa')));
const versions = ['v0.17.7', 'v0.23.16', 'v0.31.9', 'v0.40.4', 'v0.45.3', 'v0.59.1'] as const;

describe('the index of a repository', () => {
  for (const version of versions) {
    it(`is what melange ${version} writes, signature included`, {
      skip: skipUnless(sharedLab, 'the larger lab is not there'),
    }, async () => {
      const folder = join(sharedLab!, 'repository', version, 'x86_64');
      const algorithm = version === 'v0.17.7' ? 'RSA' : 'RSA256';
      const emitted = emitIndex(await recordsOf(folder), '', { key, algorithm });
      assert.deepEqual(Buffer.from(emitted), readFileSync(join(folder, 'APKINDEX.tar.gz')));
    });
  }

  it('is signed so that openssl verifies it', async () => {
    const folder = join(lab, 'repository/v0.59.1/x86_64');
    const emitted = emitIndex(await recordsOf(folder), 'a description', { key, algorithm: 'RSA256' });
    const { signatures, signedBytes } = await parseIndex(emitted);
    const work = mkdtempSync(join(tmpdir(), 'wolfi-repro-test-'));
    try {
      writeFileSync(join(work, 'signature'), signatures[0]!.bytes);
      writeFileSync(join(work, 'signed'), signedBytes);
      const argv = [
        'dgst',
        '-sha256',
        '-verify',
        join(lab, 'lab.rsa.pub'),
        '-signature',
        join(work, 'signature'),
        join(work, 'signed'),
      ];
      assert.match(execFileSync('openssl', argv, { encoding: 'utf8' }), /Verified OK/);
    } finally {
      rmSync(work, { recursive: true });
    }
  });

  it('lists every package with the checksum of its control section', async () => {
    const folder = join(lab, 'repository/v0.59.1/x86_64');
    const { records } = await parseIndex(emitIndex(await recordsOf(folder), '', undefined));
    assert.equal(records.size, packagesOf(folder).length);
    assert.equal(records.of('hello-shell=1.4.2-r3')[0]?.checksum, 'Q1fGScODnPnLkOYNFyFmkcYy425ms=');
  });
});

describe('a signing key', () => {
  for (const [name, pem] of [
    ['a public key', readFileSync(join(lab, 'lab.rsa.pub'))],
    ['text that is no key', Buffer.from('nothing')],
    ['an empty file', Buffer.alloc(0)],
  ] as const) {
    it(`is refused as usage where the file is ${name}`, () => {
      assert.throws(() => parseSigningKey('x', pem), { code: 'usage' });
    });
  }
});

function packagesOf(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.apk'))
    .sort();
}

async function recordsOf(folder: string): Promise<string[]> {
  const records: string[] = [];
  for (const name of packagesOf(folder))
    records.push(indexRecord(await readApk(fileSource(join(folder, name)))));
  return records;
}
