/** Scans by programs of our own in syft's place, in this machine's sandbox; the real one is part of test/conformance/production.test.ts. */
import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { sha256 } from '../../src/digest.ts';
import type { SyftListing } from '../../src/emit/sbom/production/syft-output.ts';
import { scanWithSyft } from '../../src/engine/syft.ts';
import { type BuildLimits, completeLimits } from '../../src/execute/sandbox/sandbox.ts';
import { type Tree, type TreeEntry, treeOf } from '../../src/execute/tree.ts';
import { Failure } from '../../src/failure.ts';
import { contentOf, emptyContent } from '../../src/formats/content.ts';
import { labOptions, sandbox } from '../conformance/lab-run.ts';

const work = mkdtempSync('/var/tmp/wolfi-repro-syft-');
after(() => rmSync(work, { recursive: true, force: true }));

function entry(path: string, type: TreeEntry['type'], more: Partial<TreeEntry> = {}): TreeEntry {
  return { path, type, mode: 0o755, uid: 0, gid: 0, target: '', xattrs: [], content: emptyContent, ...more };
}

const large = Buffer.alloc(3 * 1024 * 1024 + 17, 'large');
const tree = treeOf([
  entry('usr', 'directory'),
  entry('usr/b\udcffd', 'file', { content: contentOf(Buffer.from('content')) }),
  entry('usr/large', 'file', { content: contentOf(large), mode: 0 }),
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

/** Prints one element, whose name is what `$said` holds, in hex: what is seen inside comes out like this. */
const printing = `
for word in "$@"; do case $word in spdx-json=*) spdx=\${word#*=};; syft-json=*) syft=\${word#*=};; esac; done
id=0123456789abcdef
name=$(printf %s "\${said-nothing}" | od -An -v -tx1 | tr -d ' \\n')
echo '{"packages":[{"name":"'$name'","SPDXID":"SPDXRef-Package-gem-a-'$id'","downloadLocation":"NONE","filesAnalyzed":false}]}' > "$spdx"
echo '{"artifacts":[{"id":"'$id'","type":"gem","locations":[{"path":"/a"}]}],"descriptor":{"version":"1.2.3"}}' > "$syft"
`;

interface Scanned {
  readonly tree?: Tree;
  readonly limits?: Partial<BuildLimits>;
  readonly program?: string;
}

function scan(script: string, given: Scanned = {}): Promise<SyftListing> {
  const { machine } = labOptions();
  const path = given.program ?? program(script);
  return scanWithSyft(given.tree ?? tree, {
    program: path,
    directory: join(work, 'scan'),
    name: 'demo',
    version: '1-r0',
    machine: { ...machine, limits: completeLimits(given.limits ?? {}) },
  });
}

/** What a script says of what it sees. */
async function said(script: string): Promise<string> {
  const { printed } = await scan(`${script}\n${printing}`);
  return Buffer.from(printed[0]!.element.name, 'hex').toString('latin1');
}

const lacks = sandbox === 'bubblewrap' ? false : 'no sandbox with namespaces here, see `wolfi-repro doctor`';

describe('a scan', { skip: lacks, concurrency: false }, () => {
  it('gives what the program printed, and which version it is', async () => {
    const { printed, version } = await scan(printing);
    assert.deepEqual(
      printed.map(({ type }) => type),
      ['gem'],
    );
    assert.equal(version, '1.2.3');
  });

  it('is of the tree: files, folders and links as they are, nothing written through a link', async () => {
    const seen = await said(`
said=$(cd "\${2#dir:}" && find . | LC_ALL=C sort; readlink outside; cat usr/b*; sha256sum < usr/large)`);
    assert.equal(seen, `.\n./outside\n./usr\n./usr/b\xffd\n./usr/large\n/\ncontent${sha256(large)}  -`);
  });

  it('names the package and the selection of cataloguers', async () => {
    const words = (await said('said="$*"')).split(' -o ')[0];
    assert.equal(
      words,
      'scan dir:/scan/tree --override-default-catalogers image --select-catalogers -sbom,-elf-package,-rpm ' +
        '--source-name demo --source-version 1-r0 --source-supplier chainguard',
    );
  });

  it('sees nothing of the machine but its programs, and can change nothing that outlives it', async () => {
    const secret = join(work, 'secret');
    writeFileSync(secret, 'secret');
    const seen = await said(`
said=
cat ${secret} /etc/shadow 2>/dev/null && said="$said read"
for file in "\${2#dir:}/usr/new" /usr/new /scan/syft; do echo > "$file" && said="$said $file"; done 2>/dev/null
mount -o remount,rw "\${2#dir:}" 2>/dev/null && said="$said mount"
chown 1 "\${2#dir:}/usr" 2>/dev/null && said="$said chown"
said="$said $(id -u) $(grep CapEff /proc/self/status)"`);
    assert.equal(seen.trim(), '0 CapEff:\t0000000000000000');
  });

  it('has no network', async (test) => {
    let contacts = 0;
    const server = createServer((socket) => {
      contacts += 1;
      socket.destroy();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    test.after(() => server.close());
    const address = server.address();
    const port = typeof address === 'object' ? address!.port : 0;
    const seen = await said(`bash -c 'exec 3<>/dev/tcp/127.0.0.1/${port}' 2>/dev/null && said=reached`);
    assert.equal(seen, 'nothing');
    assert.equal(contacts, 0);
  });

  it('is made by a program that others cannot reach', async () => {
    const closed = join(work, 'closed');
    mkdirSync(closed, { mode: 0o700 });
    renameSync(program(printing), join(closed, 'syft'));
    chmodSync(join(closed, 'syft'), 0o700);
    const { printed } = await scan('', { program: join(closed, 'syft') });
    assert.equal(printed.length, 1);
  });

  it('leaves nothing behind', async () => {
    await scan(printing);
    assert.ok(!existsSync(join(work, 'scan')));
  });

  const refused: readonly (readonly [what: string, script: string])[] = [
    ['the program fails', 'echo no >&2; exit 3'],
    ['it prints no JSON', `${printing}\necho nothing > "$spdx"`],
    ['it prints nothing', 'exit 0'],
    ['it puts a link in the place of what it prints', `${printing}\nln -sf /etc/passwd "$spdx"`],
    ['it puts a pipe there', `${printing}\nrm "$spdx"; mkfifo "$spdx"`],
    ['it puts a folder there', `${printing}\nrm "$spdx"; mkdir "$spdx"`],
    ['it prints too much', `${printing}\ntruncate -s 65M "$spdx"`],
  ];
  for (const [what, script] of refused) {
    it(`is refused where ${what}`, async () => {
      await assert.rejects(
        scan(script),
        (failure) => failure instanceof Failure && failure.code === 'unsupported',
      );
    });
  }

  it('is refused where the program cannot be started', async () => {
    const path = join(work, 'no-program');
    writeFileSync(path, 'text', { mode: 0o644 });
    await assert.rejects(
      scan('', { program: path }),
      (failure) => failure instanceof Failure && failure.code === 'unsupported',
    );
  });

  const beyond: readonly (readonly [what: string, script: string, limits: Partial<BuildLimits>])[] = [
    ['time', 'sleep 60', { stepSeconds: 1 }],
    ['disk', 'head -c 64M /dev/zero > file; sleep 5', { diskBytes: 8 * 1024 * 1024 }],
    ['processes', 'for i in $(seq 40); do sleep 5 & done; wait', { processes: 12 }],
  ];
  for (const [what, script, limits] of beyond) {
    it(`ends at the limit on ${what}`, async () => {
      await assert.rejects(
        scan(script, { limits }),
        (failure) => failure instanceof Failure && failure.code === 'build-limit' && failure.got === what,
      );
    });
  }
});

describe('a tree that cannot be scanned', () => {
  const trees: readonly (readonly [what: string, path: string, code: string])[] = [
    ['a path that leaves it', '../x', 'internal'],
    ['a name that no disk takes', 'x'.repeat(300), 'unsupported'],
  ];
  for (const [what, path, code] of trees) {
    it(`is refused for ${what}, and nothing is run`, async () => {
      await assert.rejects(
        scan('', { tree: treeOf([entry(path, 'file')]) }),
        (failure) => failure instanceof Failure && failure.code === code,
      );
      assert.ok(!existsSync(join(work, 'x')));
    });
  }
});
