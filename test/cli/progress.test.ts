/** What a run says while it works: as a line, and as a terminal and a log of CI have it. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type Doing, elapsed, fitted, WorkUnderWay } from '../../src/cli/progress-text.ts';
import { findProgram } from '../../src/process.ts';
import { makeFolder, temporaryFolder } from '../support/folder.ts';
import { lab, program, root, skipUnless } from '../support/lab.ts';
import { packageName } from '../support/names.ts';
import { cannotSandbox } from '../support/sandboxes.ts';
import { writeSlowPackage } from '../support/slow-package.ts';
import { identities } from '../support/users.ts';

const subject = packageName('libpebble');
const built = { kind: 'stage', subject, stage: 'rebuild', places: [2, 4] } as const;
const said = (text: string) =>
  ({ kind: 'output', subject, position: '1', bytes: Buffer.from(text) }) as const satisfies Doing;
const step = { kind: 'step', subject, package: subject, position: '1', label: 'make' } as const;

describe('what is under way', () => {
  const cases: readonly (readonly [
    what: string,
    events: readonly Doing[],
    milliseconds: number,
    line: string,
  ])[] = [
    ['a stage', [built], 0, '[3/12] libpebble rebuilding'],
    ['the time, once it is over a second', [built], 17_400, '[3/12] libpebble 0:17 rebuilding'],
    [
      'how many packages of the environment are unpacked',
      [built, { kind: 'unpack', subject, done: 31, of: 45 }],
      17_000,
      '[3/12] libpebble 0:17 unpacking 31/45',
    ],
    ['the step', [built, step], 0, '[3/12] libpebble step 1 (make)'],
    [
      'whose step it is',
      [built, { ...step, package: 'libpebble-dev', label: '' }],
      0,
      '[3/12] libpebble step 1 of libpebble-dev',
    ],
    [
      'the last line that the step printed',
      [built, step, said('one\ntwo\n'), said('\n\n')],
      61_000,
      '[3/12] libpebble 1:01 step 1 (make): two',
    ],
    [
      'nothing that steers a terminal',
      [built, step, said('\u001b[2Jgone\u202e\r\n')],
      0,
      '[3/12] libpebble step 1 (make): \\x1b[2Jgone\\u202e',
    ],
    [
      'which of several builds, and what is different in it',
      [built, { kind: 'build', subject, number: 2, of: 3, what: 'hostname' }, step],
      0,
      '[3/12] libpebble build 2 of 3 (hostname): step 1 (make)',
    ],
    [
      'the bytes and the rate of a download',
      [
        { ...built, stage: 'plan' },
        {
          kind: 'transfer',
          address: 'https://a.example/b.apk',
          bytes: 3 << 20,
          total: 9 << 20,
          bytesPerSecond: 1 << 20,
        },
      ],
      2000,
      '[3/12] libpebble 0:02 fetching 3.0 of 9.0 MiB, 1.0 MiB/s: https://a.example/b.apk',
    ],
  ];
  for (const [what, events, milliseconds, line] of cases)
    it(`is said with ${what}`, () => {
      const work = new WorkUnderWay();
      work.total = 12;
      for (const event of events) work.take(event, 0);
      assert.equal(work.text(milliseconds), line);
    });

  it('is left out once there are results of all its packages', () => {
    const work = new WorkUnderWay();
    work.take(built, 0);
    work.finish(2);
    assert.equal(work.text(0), 'libpebble rebuilding');
    work.finish(4);
    assert.equal(work.text(0), undefined);
  });

  it('is cut where the terminal ends, with an ellipsis, and counts hours', () => {
    assert.equal(fitted('abcdef', 6), 'abcdef');
    assert.equal(fitted('abcdefg', 6), 'abcde…');
    assert.deepEqual([999, 59_999, 3_600_000].map(elapsed), ['', '0:59', '1:00:00']);
  });
});

/** A terminal or a log, with what it shows of a step that takes two seconds and fails. */
describe('progress of a run', {
  skip: cannotSandbox({ ...identities[0]!, prefix: [], skip: false }),
}, () => {
  let folder: string;
  let argv: readonly string[];
  before(async () => {
    folder = makeFolder();
    const file = await writeSlowPackage(folder, 'hello-shell-1.4.2-r3.apk', [
      `echo working on a line that is longer than the whole terminal has columns, ${'so it is cut '.repeat(5)}`,
      'sleep 2',
      'exit 3',
    ]);
    const options = ['--allow-unsigned', '--environment', 'host', '--cache', join(folder, 'cache')];
    argv = [process.execPath, program, 'verify', ...options, file];
  });
  after(() => rmSync(folder, { recursive: true }));
  const environment = { PATH: process.env['PATH'], HOME: root, TERM: 'xterm' };

  it('is one line that is redrawn within the columns of a terminal, and is gone in the end', {
    skip: skipUnless(findProgram('script'), 'script(1) is not installed'),
  }, () => {
    const line = `stty cols 72; ${argv.join(' ')}`;
    const { stdout } = spawnSync('script', ['-qec', line, '/dev/null'], {
      encoding: 'utf8',
      env: environment,
    });
    const [head, ...drawn] = stdout.split('\r\x1b[2K');
    const report = drawn.pop()!;
    assert.doesNotMatch(head!, /\n/);
    assert.match(report, /build failed/);
    assert.ok(drawn.length > 2, stdout);
    for (const each of drawn) assert.ok([...each].length <= 71, each);
    assert.ok(
      drawn.some((each) => /^hello-shell 0:\d\d step 1 \(.*\): working on a line.*…$/.test(each)),
      stdout,
    );
  });

  it('is plain lines in a log of CI, and nothing where less is asked for', () => {
    const run = (...more: readonly string[]) =>
      spawnSync(argv[0]!, [...argv.slice(1), ...more], {
        encoding: 'utf8',
        env: { ...environment, CI: 'true' },
      });
    const { stderr } = run();
    assert.doesNotMatch(stderr, /[\r\u001b]/);
    assert.match(stderr, /^hello-shell (0:\d\d )?(comparing|step 1 .*|rebuilding)$/m);
    assert.equal(run('--quiet').stderr, '');
  });
});

/** Nothing is said of what is over at once, so what these read keeps them waiting. */
describe('progress of commands that build nothing', () => {
  const hello = join(lab, 'repository/v0.59.1/x86_64/hello-shell-1.4.2-r3.apk');
  const other = join(lab, 'repository/v0.59.1/x86_64/meta-only-0-r0.apk');
  const env = { PATH: process.env['PATH'], HOME: root, CI: 'true' };

  it('is said by diff, in plain lines on standard error, under the names that were typed', () => {
    const { stdout, stderr, status } = spawnSync(
      'sh',
      ['-c', '(sleep 1; cat "$1") | "$2" "$3" diff - "$4"', 'sh', hello, process.execPath, program, other],
      { encoding: 'utf8', env },
    );
    assert.equal(status, 1, stderr);
    assert.match(stdout, /different/);
    assert.match(stderr, /^(-|\S*\/meta-only-0-r0\.apk) (0:\d\d )?reading$/m);
    assert.doesNotMatch(stderr, /[\r\u001b]/);
    assert.doesNotMatch(stderr, /wolfi-repro-/);
  });

  it('is said by lock while a repository does not answer', async (test) => {
    const cache = temporaryFolder(test);
    const server = createServer((_request, response) => {
      setTimeout(() => response.writeHead(404).end(), 1000);
    });
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    const { port } = server.address() as AddressInfo;
    const argv = [
      'lock',
      '--allow-unsigned',
      '--repository',
      `http://127.0.0.1:${port}`,
      '--cache',
      cache,
      hello,
    ];
    const child = spawn(process.execPath, [program, ...argv], { env });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (piece) => (stdout += String(piece)));
    child.stderr.on('data', (piece) => (stderr += String(piece)));
    const [status] = (await once(child, 'close')) as [number];
    server.close();
    assert.equal(status, 4, stderr);
    assert.equal(stdout, '');
    assert.match(stderr, /^hello-shell (0:\d\d )?pinning inputs$/m);
    assert.doesNotMatch(stderr, /[\r\u001b]/);
  });
});
