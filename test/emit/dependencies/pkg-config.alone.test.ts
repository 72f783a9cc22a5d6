import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { analyse, file, link } from './support.ts';

describe('pkg-config files', () => {
  const content = file('Name: a\nRequires: b\nRequires.private: c >= 1\nRequires.internal: d\nProvides: e\n');

  for (const directory of [
    'usr/lib/pkgconfig',
    'usr/lib64/pkgconfig',
    'usr/share/pkgconfig',
    'usr/local/lib/pkgconfig',
    'usr/local/share/pkgconfig',
  ]) {
    it(`in ${directory} are provided and need what they require`, () => {
      const found = analyse({ [`${directory}/a-1.pc`]: content });
      assert.deepEqual(found.provides, ['pc:a-1=1.2-r3']);
      assert.deepEqual(found.runtime, ['pc:b', 'pc:c', 'pc:d']);
      assert.deepEqual(found.vendored, []);
    });
  }

  it('elsewhere are vendored and need nothing', () => {
    const found = analyse({
      'usr/lib/x86_64-linux-gnu/pkgconfig/a.pc': content,
      'lib/pkgconfig/b.pc': content,
    });
    assert.deepEqual(found, {
      runtime: [],
      provides: [],
      vendored: ['pc:a=1.2-r3', 'pc:b=1.2-r3'],
      skipped: [],
    });
  });

  it('that cannot be parsed are not even provided', () => {
    assert.deepEqual(analyse({ 'usr/lib/pkgconfig/a.pc': file('Requires: gtk+') }).provides, []);
  });

  it('that are links are left out', () => {
    const nodes = { 'usr/lib/pkgconfig/a.pc': content, 'usr/lib/pkgconfig/b.pc': link('a.pc') };
    assert.deepEqual(analyse(nodes).provides, ['pc:a=1.2-r3']);
  });

  it('may require very much', () => {
    const names = Array.from({ length: 300_000 }, (_, index) => `p${index}`);
    const nodes = { 'usr/lib/pkgconfig/a.pc': file(`Requires: ${names.join(' ')}`) };
    assert.equal(analyse(nodes).runtime.length, names.length);
  });

  it('of a size that nobody writes end the analysis', () => {
    const nodes = { 'usr/lib/pkgconfig/a.pc': file('#'.repeat(5 * 1024 * 1024)) };
    assert.throws(() => analyse(nodes), { code: 'build-limit' });
  });
});
