import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { controlFile } from '../../src/apk/apk.ts';
import { controlMember } from '../../src/apk/control-member.ts';
import { parsePkgInfo, pkgInfoValue } from '../../src/apk/pkginfo.ts';
import { readApk } from '../../src/apk/read-apk.ts';
import { sha1 } from '../../src/digest.ts';
import { fileSource } from '../../src/inputs/store/files.ts';
import { fixtures } from '../support/lab.ts';

const folders = ['v0.17.7', 'production-B'].map((name) => join(fixtures, 'lab/repository', name, 'x86_64'));
const packages = folders.flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)));

describe('the control section of a package that is held whole', () => {
  it('is what the reader of packages finds', async () => {
    assert.ok(packages.length > 5);
    for (const path of packages) {
      const apk = await readApk(fileSource(path));
      const found = controlMember(readFileSync(path));
      assert.equal(found && sha1(found.bytes), apk.control.sha1, path);
      const info = parsePkgInfo(controlFile(apk, '.PKGINFO')!);
      assert.equal(found?.installedSize, pkgInfoValue(info, 'size'), path);
    }
  });

  it('is none of anything else, and of no piece of a package', () => {
    const bytes = readFileSync(packages[0]!);
    const end = bytes.indexOf(controlMember(bytes)!.bytes) + controlMember(bytes)!.bytes.length;
    for (let cut = 0; cut < end; cut += 7) assert.equal(controlMember(bytes.subarray(0, cut)), undefined);
    for (const other of [Buffer.alloc(0), Buffer.alloc(2000), Buffer.from('text'), bytes.subarray(1)])
      assert.equal(controlMember(other), undefined);
  });
});
