import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expectedChecksum, q1, recordedChecksum } from '../../src/apk/checksum.ts';
import { encodeBytes } from '../../src/bytes.ts';
import { type Sha1, sha1 } from '../../src/digest.ts';
import { directoryOf, fileOf, linkOf, readParts } from '../support/apk-builder.ts';

test('Q1 is the digest in base64', () => {
  assert.equal(q1(sha1(Buffer.from('abc'))), 'Q1qZk+NkcGgWq6PiVxeFDCbJzQ2J0=');
});

test('files and links carry the checksum of their content or text, and other entries carry none', async () => {
  const { data } = await readParts({
    data: [directoryOf('a'), fileOf('a/b', 'content'), linkOf('a/c', '../é'), { name: 'a/d', content: 'x' }],
  });
  const linkSha1 = (target: string): Sha1 => sha1(encodeBytes(target));
  const expected = data.entries.map((entry) => expectedChecksum(entry, linkSha1));
  assert.deepEqual(expected, [
    undefined,
    sha1(Buffer.from('content')),
    sha1(Buffer.from('../é')),
    sha1(Buffer.from('x')),
  ]);
  assert.deepEqual(data.entries.map(recordedChecksum), [undefined, expected[1], expected[2], undefined]);
});

test('a recorded checksum is given as written', async () => {
  const { data } = await readParts({
    data: [{ name: 'a', pax: [['APK-TOOLS.checksum.SHA1', Buffer.from([0x41, 0xff])]] }],
  });
  assert.equal(recordedChecksum(data.entries[0]!), 'A\xff');
});
