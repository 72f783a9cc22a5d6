/** Two recordings of one build beside each other: same requests with other answers, and other requests. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { diff } from '../../src/diff.ts';
import { sha256 } from '../../src/digest.ts';
import {
  makeTranscript,
  type RecordedExchange,
  type Transcript,
  transcriptBytes,
} from '../../src/transcript/transcript.ts';

const folder = mkdtempSync(join(tmpdir(), 'wolfi-repro-answers-'));
after(() => rmSync(folder, { recursive: true }));

function exchange(url: string, text: string, more: Partial<RecordedExchange> = {}): RecordedExchange {
  const body = { sha256: sha256(Buffer.from(text)), size: text.length };
  return {
    method: 'GET',
    url,
    selecting: [],
    requestBody: undefined,
    status: 200,
    headers: [],
    body,
    ...more,
  };
}

async function differences(left: Transcript, right: Transcript) {
  const paths = [left, right].map((transcript, index) => {
    const path = join(folder, `${index}.json`);
    writeFileSync(path, transcriptBytes(transcript));
    return path;
  });
  const result = await diff(paths[0]!, paths[1]!);
  assert.equal(result.kind, 'trees');
  return result.kind === 'trees'
    ? result.comparison.differences.map(({ kind, path }) => `${kind} ${path}`).sort()
    : [];
}

describe('two transcripts', () => {
  const tag = 'https://git.example/a.git/info/refs';
  const list = 'https://registry.example/list';

  it('are the same where every request was answered alike', async () => {
    const one = makeTranscript([exchange(tag, 'a'), exchange(list, 'b')], []);
    assert.deepEqual(await differences(one, one), []);
  });

  it('differ by request: in what was answered, and in what was asked', async () => {
    const before = makeTranscript(
      [exchange(tag, 'a'), exchange(list, 'b'), exchange(`${list}/old`, 'x')],
      [],
    );
    const later = makeTranscript(
      [exchange(tag, 'moved'), exchange(list, 'b'), exchange(`${list}/new`, 'x')],
      [],
    );
    const found = await differences(before, later);
    assert.equal(found.length, 3);
    assert.ok(found.includes(`content GET ${tag}`));
    assert.ok(found.some((each) => each.endsWith(`GET ${list}/old`)));
    assert.ok(found.some((each) => each.endsWith(`GET ${list}/new`)));
  });

  it('differ where a request got an answer in one of them alone', async () => {
    const answered = makeTranscript([exchange(list, 'b')], []);
    const { method, url, selecting, requestBody } = exchange(list, 'b');
    const not = makeTranscript([], [{ method, url, selecting, requestBody, reason: 'unreachable' }]);
    assert.deepEqual(await differences(answered, not), [`content GET ${list}`]);
  });

  it('keep requests apart that differ in what selects the answer', async () => {
    const short = exchange(list, 'b', { selecting: [['accept', 'application/json']] });
    const both = makeTranscript([exchange(list, 'a'), short], []);
    const one = makeTranscript([exchange(list, 'a')], []);
    assert.equal((await differences(both, one)).length, 1);
  });
});
