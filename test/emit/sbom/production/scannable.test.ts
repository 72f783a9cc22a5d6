import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { unscannedPaths } from '../../../../src/emit/sbom/production/scannable.ts';
import { type TreeEntry, treeOf } from '../../../../src/execute/tree.ts';
import { type Content, contentOf, emptyContent } from '../../../../src/formats/content.ts';
import { assertLinear } from '../../../support/linear.ts';

function entry(path: string, content: Content = emptyContent, type: TreeEntry['type'] = 'file'): TreeEntry {
  return { path, type, mode: 0o644, uid: 0, gid: 0, target: '', xattrs: [], content };
}

const pathsOf = (entries: readonly TreeEntry[], scanned = false) => unscannedPaths(treeOf(entries), scanned);

/** A program with something in it, far from its beginning. */
function programWith(mark: string | Buffer, start = '\x7fELF'): Content {
  const [front, text] = [Buffer.from(start, 'latin1'), Buffer.from(mark as string, 'latin1')];
  return contentOf(
    Buffer.concat([front, Buffer.alloc(1024 * 1024 - front.length - 3), text, Buffer.alloc(9)]),
  );
}

describe('what a scan may find something in', () => {
  const named: readonly string[] = [
    'usr/lib/python3.12/site-packages/foo-1.dist-info/METADATA',
    'usr/lib/python3.12/site-packages/foo.egg-info',
    'usr/lib/python3.12/site-packages/foo.egg-info/PKG-INFO',
    'usr/lib/ruby/gems/3.2.0/specifications/default/json-2.6.gemspec',
    'usr/lib/node_modules/npm/package.json',
    'package.json',
    'usr/share/java/app.jar',
    'usr/share/java/App.WAR',
    'usr/share/app/bundle.zip',
    'usr/lib/R/library/foo/DESCRIPTION',
    'usr/lib/dotnet/app.deps.json',
    'usr/lib/dotnet/app.dll',
    'usr/share/php/vendor/composer/installed.json',
    'usr/share/php/.registry/.channel.pecl.php.net/redis.reg',
    'usr/lib/lua/foo-1.0-1.rockspec',
    'usr/lib/jvm/java-21/release',
    'boot/vmlinuz-6.1',
    'usr/lib/modules/6.1/kernel/fs/ext4.ko',
    'lib/apk/db/installed',
    'var/lib/dpkg/status',
    'var/lib/dpkg/status.d/base',
    'srv/wp-content/plugins/akismet/akismet.php',
    'usr/share/models/small.gguf',
    'opt/bitnami/redis/.spdx-redis.spdx',
    'usr/bin/helm',
  ];
  for (const path of named) {
    it(`is told by its path: ${path}`, () => assert.deepEqual(pathsOf([entry(path)]), [path]));
  }

  const marked: readonly (readonly [what: string, content: Content])[] = [
    ['Go', programWith('\xff Go buildinf:')],
    ['Rust', programWith('.dep-v0')],
    ['a native image of Java', programWith('svm_version_info')],
    ['a bundle of .NET', programWith(Buffer.from('8b1202b96a612038727b930214d7a032', 'hex'))],
    ['Go for another system', programWith('\xff Go buildinf:', 'MZ')],
    ['a packed program', programWith('UPX!')],
  ];
  for (const [what, content] of marked) {
    it(`is told by what is in a program: ${what}`, () => {
      assert.deepEqual(pathsOf([entry('usr/bin/tool', content)]), ['usr/bin/tool']);
    });
  }

  it('is nothing in libraries, scripts and texts, whatever they are about', () => {
    const entries = [
      entry('usr/lib/libz.so.1', programWith('nothing')),
      entry(
        'usr/bin/script',
        contentOf(Buffer.from('#!/bin/sh\necho "\xff Go buildinf:" .dep-v0\n', 'latin1')),
      ),
      entry('usr/share/perl5/JSON.pm'),
      entry('usr/share/doc/descriptions'),
      entry('usr/share/releases'),
      entry('usr/share/fonts/dist-information.ttf'),
      entry('usr/lib/kernels.h'),
      entry('etc/package.json.example'),
    ];
    assert.deepEqual(pathsOf(entries), []);
  });

  it('is told by the end of a path alone where folders are links', () => {
    const link = (path: string, target: string) => ({ ...entry(path, emptyContent, 'symlink'), target });
    const [folder, module] = [entry('usr/data', emptyContent, 'directory'), entry('usr/data/ext4.ko')];
    assert.deepEqual(pathsOf([folder, module]), []);
    for (const target of ['../data', '/usr/data', '../lib/../data/.', 'link', '/']) {
      const links = [link('usr/lib/modules', target), link('usr/lib/link', '../data')];
      assert.deepEqual(pathsOf([folder, module, ...links]), [module.path], target);
    }
    const library = entry('usr/lib/libz.so.1.3');
    for (const target of ['libz.so.1.3', '/usr/lib/libz.so.1.3', 'libz.so', 'elsewhere', 'libz.so.1']) {
      const links = [link('usr/lib/libz.so.1', target), link('usr/lib/libz.so', 'libz.so.1')];
      assert.deepEqual(pathsOf([folder, module, library, ...links]), [], target);
    }
  });

  it('is a link that is named like it', () => {
    const link = { ...entry('usr/share/app.jar', emptyContent, 'symlink'), target: 'app.data' };
    assert.deepEqual(pathsOf([entry('usr/share/app.data'), link]), ['usr/share/app.jar']);
  });

  it('is named by at most a few paths', () => {
    const entries = Array.from({ length: 9 }, (_, at) => entry(`usr/share/${at}.jar`));
    assert.equal(pathsOf(entries).length, 5);
  });

  it('is only what no stock syft looks into where a stock syft scanned', () => {
    const own = ['pip/_vendor/vendor.txt', 'usr/share/a.whl', 'usr/share/angular-route.min.js'];
    const entries = [...own, 'usr/a.jar'].map((path) => entry(path));
    assert.deepEqual(
      pathsOf([...entries, entry('usr/bin/tool', programWith('\xff Go buildinf:'))], true),
      own,
    );
  });

  it('is looked for in paths of extreme length in a time that grows with them', () => {
    assertLinear(2000, (size) => {
      const paths = ['lib/modules/', 'library/taps/', 'lib/pacman/local/', 'db/pkg/'].map((start) =>
        entry(`${start}${'a/'.repeat(size)}x`),
      );
      assert.deepEqual(pathsOf(paths), []);
    });
  });
});
