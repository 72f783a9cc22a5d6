/** What `--sandbox chroot` promises and what it does not. */
import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { chrootCaveats } from '../../src/execute/sandbox/chroot.ts';
import type { BuildCase, BuildOutcome } from '../support/build-run.ts';
import { makeSmallGuest, processesWith, runBuilds } from '../support/sandboxes.ts';
import { identities } from '../support/users.ts';

const asRoot = identities[0]!;
const mebibyte = 1024 ** 2;
const sleeper = `87654.${process.pid}`;

describe('steps in a changed root directory', { skip: asRoot.skip }, () => {
  let guest = '';
  let server: Server | undefined;
  let outcomes: ReadonlyMap<string, BuildOutcome> = new Map();
  const bait = mkdtempSync('/var/tmp/wolfi-repro-bait-');

  before(async () => {
    guest = makeSmallGuest([
      'cat',
      'chmod',
      'chown',
      'head',
      'ls',
      'mkdir',
      'mknod',
      'mount',
      'seq',
      'setsid',
      'sleep',
      'touch',
      'unshare',
    ]);
    writeFileSync(join(bait, 'secret'), 'the secret of the machine\n');
    chmodSync(bait, 0o755);
    server = createServer((socket) => socket.end());
    await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? address!.port : 0;
    const cases: readonly BuildCase[] = [
      {
        name: 'files',
        steps: [
          `cat ${bait}/secret /proc/1/root${bait}/secret 2>/dev/null && echo ESCAPED || true`,
          'touch melange-out/victim/x; chmod 4755 melange-out/victim/x; echo gone >/dev/null; test ! -s /dev/null',
        ],
        subpackage: 'touch melange-out/victim-dev/y',
      },
      { name: 'network', steps: [`exec 7<>/dev/tcp/127.0.0.1/${port} && echo CONNECTED`] },
      {
        name: 'daemon',
        steps: [
          `setsid sleep ${sleeper} & (trap '' HUP TERM; setsid sleep ${sleeper} & sleep ${sleeper}) & echo begun`,
        ],
      },
      {
        name: 'power',
        steps: [
          ...['mount -t tmpfs none /tmp', 'mknod disk b 8 0', 'unshare --mount true'].map(
            (command) => `{ ${command}; } 2>/dev/null && echo ESCAPED || true`,
          ),
          'touch melange-out/victim/x; chown 1000:1000 melange-out/victim/x; chmod 4755 melange-out/victim/x',
        ],
      },
      { name: 'failing', steps: ['exit 41'] },
      { name: 'time', steps: [`sleep ${sleeper}`], limits: { stepSeconds: 1 } },
      {
        name: 'disk',
        steps: ['for i in $(seq 12); do head -c 8388608 /dev/zero >$i; done; sleep 30'],
        limits: { diskBytes: 32 * mebibyte },
      },
      {
        name: 'processes',
        steps: ['for i in $(seq 400); do sleep 30 & done; wait'],
        limits: { processes: 200 },
      },
    ];
    const ended = await runBuilds(asRoot, 'chroot', cases, { environment: guest });
    outcomes = new Map(ended.map((outcome) => [outcome.name, outcome]));
  });

  after(() => {
    server?.close();
    for (const path of [bait, guest]) rmSync(path, { recursive: true, force: true });
  });

  it('see no file of the machine and leave their own', () => {
    const { end, entries, log, message, got } = outcomes.get('files')!;
    assert.equal(end, 'built', `${message} ${got}`);
    assert.doesNotMatch(log, /ESCAPED/);
    assert.deepEqual(entries, ['victim x file 4755 0:0', 'victim-dev y file 644 0:0']);
  });

  it('do not have root’s power over the machine, and give files to others', () => {
    const { end, entries, log, message, got } = outcomes.get('power')!;
    assert.equal(end, 'built', `${message} ${got}`);
    assert.doesNotMatch(log, /ESCAPED/);
    assert.deepEqual(entries, ['victim x file 4755 1000:1000']);
  });

  it('reach the network, which the verdict carries as a caveat', () => {
    assert.match(outcomes.get('network')!.log, /CONNECTED/);
    assert.deepEqual(outcomes.get('network')!.caveats, chrootCaveats);
  });

  it('leave no process behind and do not delay the build', () => {
    // What it left sleeps for longer than a test may take: that the build is over is the proof.
    const { end, log } = outcomes.get('daemon')!;
    assert.equal(end, 'built');
    assert.match(log, /begun/);
    assert.deepEqual(processesWith(sleeper), []);
  });

  it('fail with their own exit status', () => {
    assert.equal(outcomes.get('failing')!.end, 'step-failed');
    assert.match(outcomes.get('failing')!.message, /exit status 41/);
  });

  for (const bound of ['time', 'disk', 'processes']) {
    it(`are ended where they exceed the limit on ${bound}`, () => {
      const { end, message } = outcomes.get(bound)!;
      assert.equal(end, 'build-limit', message);
      assert.ok(message.endsWith(bound), message);
    });
  }
});
