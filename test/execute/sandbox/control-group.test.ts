import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, describe, it } from 'node:test';
import { makeControlGroup, memoryKillsOfOwnGroup } from '../../../src/execute/sandbox/control-group.ts';
import { defaultBuildLimits } from '../../../src/execute/sandbox/sandbox.ts';

const group = makeControlGroup({ ...defaultBuildLimits, memoryBytes: 8 * 1024 ** 2 });

function cannotTell(): string | false {
  if (group?.bounds.has('memory') !== true) return 'no control group that bounds memory can be made here';
  return memoryKillsOfOwnGroup() === undefined ? 'the kernel does not count by group here' : false;
}

describe('a process that the kernel ends for lack of memory', { skip: cannotTell() }, () => {
  after(() => group!.close());

  it('is counted for its own group and not for the one of whoever made it', async () => {
    const before = memoryKillsOfOwnGroup();
    const greedy = spawn('/bin/sh', ['-c', 'read go; x=aaaaaaaa; while :; do x=$x$x; done'], {
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    group!.join(greedy.pid!);
    greedy.stdin!.end('go\n');
    const [, signal] = await once(greedy, 'exit');
    assert.equal(signal, 'SIGKILL');
    assert.equal(group!.exceeded(), 'memory');
    assert.equal(memoryKillsOfOwnGroup(), before);
  });
});
