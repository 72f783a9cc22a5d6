import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { publishedNames } from '../../src/claim/published-names.ts';
import { makeKey, readParts } from '../support/apk-builder.ts';
import { publishedOf } from '../support/claims.ts';
import { failure } from '../support/failures.ts';

const sound = { pkgname: 'sample', pkgver: '1.0-r0', arch: 'x86_64' };
const linesOf = (values: Readonly<Record<string, string>>) =>
  Object.entries(values).map(([key, value]) => `${key} = ${value}`);

describe('the names of a published package', () => {
  it('are read from .PKGINFO', async () => {
    const { name, version, architecture } = publishedNames(await publishedOf());
    assert.deepEqual([name, version, architecture], ['sample', '1.0-r2', 'x86_64']);
  });

  const bad = ['../../x', '..', '/etc', 'a/b', 'a\0b', 'a\u001bb', '-rf', 'a'.repeat(5000)];
  for (const key of Object.keys(sound)) {
    it(`are refused where ${key} is not a plain name, in whichever line`, async () => {
      for (const value of bad) {
        const apk = await readParts({ pkginfo: linesOf({ ...sound, [key]: value }) });
        assert.throws(() => publishedNames(apk), failure('unsafe-name'), value);
        const twice = await readParts({ pkginfo: [...linesOf(sound), `${key} = ${value}`] });
        assert.throws(() => publishedNames(twice), failure('unsafe-name'), value);
      }
    });

    it(`are malformed without ${key}`, async () => {
      const lines = linesOf(sound).filter((line) => !line.startsWith(key));
      const apk = await readParts({ pkginfo: lines });
      assert.throws(() => publishedNames(apk), failure('malformed'));
    });
  }

  it('include that of the key that signed', async () => {
    const named = makeKey('lab.rsa.pub');
    publishedNames(await readParts({ key: named }));
    for (const name of ['..', 'a\\b', '-x', 'a\nb']) {
      const apk = await readParts({ key: { ...named, name } });
      assert.throws(() => publishedNames(apk), failure('unsafe-name'), name);
    }
  });
});
