/** Scans by a program of our own in syft's place; the real one is part of test/conformance/production.test.ts. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { contentOf, emptyContent, type TreeEntry, treeOf } from '../../src/build/tree.ts';
import { scanWithSyft } from '../../src/engine/syft.ts';
import { Failure } from '../../src/failure.ts';

const work = mkdtempSync(join(tmpdir(), 'syft-'));
after(() => rmSync(work, { recursive: true, force: true }));

function entry(path: string, type: TreeEntry['type'], more: Partial<TreeEntry> = {}): TreeEntry {
  return { path, type, mode: 0o755, uid: 0, gid: 0, target: '', xattrs: [], content: emptyContent, ...more };
}

const tree = treeOf([
  entry('usr', 'directory'),
  entry('usr/b\udcffd', 'file', { content: contentOf(Buffer.from('content')) }),
  entry('outside', 'symlink', { target: '/' }),
  entry('pipe', 'fifo'),
]);

let programs = 0;

/** A shell script that sees what syft would see. */
function program(script: string): string {
  programs += 1;
  const path = join(work, `program-${programs}`);
  writeFileSync(path, `#!/bin/sh\nPATH=/usr/bin:/bin\n${script}\n`, { mode: 0o755 });
  return path;
}

const printing = `
for word in "$@"; do case $word in spdx-json=*) spdx=\${word#*=};; syft-json=*) syft=\${word#*=};; esac; done
id=0123456789abcdef
echo '{"packages":[{"name":"a","SPDXID":"SPDXRef-Package-gem-a-'$id'","downloadLocation":"NONE","filesAnalyzed":false}]}' > "$spdx"
echo '{"artifacts":[{"id":"'$id'","type":"gem","locations":[{"path":"/a"}]}]}' > "$syft"
`;

function scan(script: string) {
  const directory = join(work, `scan-${programs}`);
  const signal = new AbortController().signal;
  return scanWithSyft(tree, { program: program(script), directory, name: 'demo', version: '1-r0', signal });
}

describe('a scan', () => {
  it('gives what the program printed', async () => {
    const found = await scan(printing);
    assert.deepEqual(
      found.map(({ element, type, location }) => [element.name, type, location]),
      [['a', 'gem', '/a']],
    );
  });

  it('is of the tree: files, folders and links as they are, nothing written through a link', async () => {
    const list = join(work, 'list');
    await scan(`${printing}
cd "\${2#dir:}" && find . | LC_ALL=C sort > ${list}; readlink outside >> ${list}; cat usr/b* >> ${list}`);
    assert.equal(readFileSync(list, 'latin1'), '.\n./outside\n./usr\n./usr/b\xffd\n/\ncontent');
  });

  it('names the package and the selection of cataloguers', async () => {
    const list = join(work, 'arguments');
    await scan(`${printing}\nprintf '%s\\n' "$@" > ${list}`);
    const words = readFileSync(list, 'utf8');
    for (const wanted of [
      '--override-default-catalogers\nimage\n',
      '--source-name\ndemo\n',
      '--source-version\n1-r0\n',
    ]) {
      assert.ok(words.includes(wanted), words);
    }
  });

  it('leaves nothing behind', async () => {
    await scan(printing);
    assert.ok(!existsSync(join(work, `scan-${programs - 1}`)));
  });

  it('fails where the program fails, or prints something else', async () => {
    for (const script of ['echo no >&2; exit 3', `${printing}\necho nothing > "$spdx"`]) {
      await assert.rejects(
        scan(script),
        (failure) => failure instanceof Failure && failure.code === 'unsupported',
      );
    }
  });
});

describe('a tree with a path that leaves it', () => {
  it('is not written', async () => {
    const hostile = treeOf([entry('../x', 'file')]);
    const scanning = scanWithSyft(hostile, {
      program: program(printing),
      directory: join(work, 'hostile'),
      name: 'demo',
      version: '1-r0',
      signal: new AbortController().signal,
    });
    await assert.rejects(scanning, (failure) => failure instanceof Failure && failure.code === 'internal');
    assert.ok(!existsSync(join(work, 'x')));
  });
});
