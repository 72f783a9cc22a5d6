/** What makes two requests the same: for git, what is asked and not who asks. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { gitBody, requestKey, selectingOf } from '../../src/transcript/request-key.ts';

const type = 'application/x-git-upload-pack-request';
/** As gitprotocol-common has it. */
const line = (text: string) => `${(text.length + 4).toString(16).padStart(4, '0')}${text}`;
const fetching = (agent: string, want: string) =>
  Buffer.from(
    `${line('command=fetch')}${line(`agent=${agent}`)}${line('object-format=sha1')}0001${line('thin-pack')}${line(`want ${want}\n`)}${line('done\n')}0000`,
  );
const [commit, other] = ['a'.repeat(40), 'b'.repeat(40)];

describe('the body of a git request', () => {
  const same = gitBody(type, '', fetching('git/2.39.5', commit));

  it('is the same for two versions of git that ask for the same', () => {
    assert.ok(same !== undefined);
    assert.equal(gitBody(type, '', fetching('git/2.50.1-Linux', commit)), same);
  });

  it('is another one where something else is wanted', () => {
    assert.notEqual(gitBody(type, '', fetching('git/2.39.5', other)), same);
  });

  it('is the same where it was compressed', () => {
    assert.equal(gitBody(type, 'gzip', gzipSync(fetching('git/2.39.5', commit))), same);
  });

  it('leaves out what the older protocol says behind the first want', () => {
    const older = (agent: string) =>
      Buffer.from(`${line(`want ${commit} ofs-delta agent=${agent}\n`)}0000${line('done\n')}`);
    assert.ok(gitBody(type, '', older('git/1')) !== undefined);
    assert.equal(gitBody(type, '', older('git/1')), gitBody(type, '', older('git/2')));
  });

  const unlike: readonly (readonly [string, string, string, Uint8Array])[] = [
    ['of another type', 'application/json', '', fetching('git/2', commit)],
    ['of an unknown encoding', type, 'br', fetching('git/2', commit)],
    ['that is not compressed as it says', type, 'gzip', Buffer.from('x')],
    ['that inflates beyond the bound', type, 'gzip', gzipSync(Buffer.alloc(64 * 1024 * 1024))],
    ['of no lines', type, '', Buffer.from('zzzz')],
    ['whose line is longer than it', type, '', Buffer.from('0fffabc')],
    ['with a line of length three', type, '', Buffer.from('0003')],
  ];
  for (const [what, contentType, encoding, body] of unlike)
    it(`is known by its bytes alone where it is one ${what}`, () => {
      assert.equal(gitBody(contentType, encoding, body), undefined);
    });

  it('ends whatever the bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => void gitBody(type, '', bytes)));
  });
});

describe('a request', () => {
  const plain = { method: 'GET', url: 'https://a.example/', selecting: [], requestBody: undefined };

  it('is told apart by method, address, selecting headers and body', () => {
    const body = { sha256: 'a'.repeat(64) as never, size: 1 };
    const all = [
      plain,
      { ...plain, method: 'POST' },
      { ...plain, url: 'https://a.example/b' },
      { ...plain, selecting: [['accept', 'text/html']] as const },
      { ...plain, requestBody: body },
      { ...plain, requestBody: body, sameBody: 'b'.repeat(64) as never },
    ];
    assert.equal(new Set(all.map(requestKey)).size, all.length);
  });

  it('is selected by what selects an answer, never by credentials', () => {
    const headers = new Map([
      ['accept', 'application/json'],
      ['authorization', 'Bearer secret'],
      ['range', 'bytes=0-9'],
      ['user-agent', 'curl'],
      ['cookie', 'secret'],
    ]);
    const selecting = selectingOf((name) => headers.get(name));
    assert.deepEqual(selecting, [
      ['accept', 'application/json'],
      ['range', 'bytes=0-9'],
    ]);
    assert.deepEqual(
      selectingOf(() => '*/*')
        .map(([name]) => name)
        .includes('accept'),
      false,
    );
  });
});
