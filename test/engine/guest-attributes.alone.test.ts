import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setGuestAttributes } from '../../src/engine/guest-attributes.ts';
import { callerIdMap } from '../../src/execute/sandbox/id-map.ts';
import { failure } from '../support/failures.ts';
import { temporaryFolder } from '../support/folder.ts';

const { uid, gid, username } = userInfo();
const ids = callerIdMap({ uid, gid, name: username });

test('attributes of guest files are set, and nothing else about them changes', async (context) => {
  const folder = temporaryFolder(context);
  const root = join(folder, 'root');
  mkdirSync(join(root, 'usr/bin'), { recursive: true });
  const file = join(root, 'usr/bin/tool');
  writeFileSync(file, 'content');
  chmodSync(file, 0o555);
  if (!takesAttributes(folder)) {
    context.skip('the file system of temporary files takes no extended attributes');
    return;
  }
  const xattrs = new Map([
    ['user.one', Buffer.from('v\0w')],
    ['user.two', Buffer.from('x')],
  ]);
  await setGuestAttributes(root, [{ path: 'usr/bin/tool', mode: 0o4555, xattrs }], ids);
  const archive = execFileSync('tar', ['-c', '--format=pax', '--xattrs', '-C', root, 'usr/bin/tool']);
  assert.ok(archive.includes('SCHILY.xattr.user.one=v\0w\n'));
  assert.ok(archive.includes('SCHILY.xattr.user.two=x\n'));
  assert.deepEqual([readFileSync(file, 'utf8'), statSync(file).mode & 0o7777], ['content', 0o555]);
  assert.deepEqual(readdirSync(folder).sort(), ['probe', 'root']);
});

test('a file of several pieces keeps its content', async (context) => {
  const folder = temporaryFolder(context);
  const root = join(folder, 'root');
  mkdirSync(root);
  if (!takesAttributes(folder)) {
    context.skip('the file system of temporary files takes no extended attributes');
    return;
  }
  const content = randomBytes(3 * 1024 * 1024 + 4097);
  writeFileSync(join(root, 'large'), content);
  const xattrs = new Map([['user.one', Buffer.from('v')]]);
  await setGuestAttributes(root, [{ path: 'large', mode: 0o644, xattrs }], ids);
  assert.ok(readFileSync(join(root, 'large')).equals(content));
});

test('an attribute that cannot be set ends the build', async (context) => {
  const root = join(temporaryFolder(context), 'root');
  mkdirSync(root);
  writeFileSync(join(root, 'a'), '');
  const xattrs = new Map([['nonsense', Buffer.from('x')]]);
  await assert.rejects(
    setGuestAttributes(root, [{ path: 'a', mode: 0o644, xattrs }], ids),
    failure('unsupported'),
  );
});

function takesAttributes(folder: string): boolean {
  const probe = join(folder, 'probe');
  writeFileSync(probe, '');
  const code = 'import os, sys; os.setxattr(sys.argv[1], "user.probe", b"x")';
  return spawnSync('python3', ['-c', code, probe]).status === 0;
}
