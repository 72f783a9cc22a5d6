/** The network of a build: recorded once, replayed without one. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { rootCertificates } from 'node:tls';
import { sha256 } from '../../src/digest.ts';
import { findProgram } from '../../src/process.ts';
import { renderHtml } from '../../src/report/html/html-report.ts';
import { renderJson } from '../../src/report/json-report.ts';
import { renderMarkdown } from '../../src/report/markdown-report.ts';
import { renderText } from '../../src/report/text-report.ts';
import { parseTranscript } from '../../src/transcript/transcript.ts';
import { runResult } from '../../src/verdict/result.ts';
import { type LabServer, startLabServer } from '../support/lab-server.ts';
import { cannotFetch, type FetchingLab, type Hosts, openFetchingLab, outcomeOf } from './fetching.ts';
import { explain } from './lab-run.ts';

const without = (...programs: string[]) =>
  programs.find((each) => findProgram(each) === undefined)?.concat(' is not installed') ?? false;
const noCurl = without('curl');
const noGit = without('git');

describe('steps that fetch through the gateway', { skip: cannotFetch, concurrency: false }, () => {
  let lab: FetchingLab;
  let server: LabServer;
  let hosts: Hosts;

  before(async () => {
    server = await startLabServer();
    hosts = { 'files.example': server.url, 'git.example': server.url };
    server.put('/file.txt', Buffer.from('from the network\n'));
  });
  after(() => server.close());
  beforeEach(() => {
    lab?.close();
    lab = openFetchingLab();
  });
  after(() => lab.close());

  const fetching = `curl -sS --fail https://files.example/file.txt > /tmp/fetched
grep -q 'from the network' /tmp/fetched`;

  it('are recorded with --network, and replayed without a network from then on', {
    skip: noCurl,
  }, async () => {
    const recorded = await lab.build(fetching, hosts, { network: 'gateway' });
    assert.equal(outcomeOf(recorded.result), 'reproduced', explain(recorded.result));
    assert.deepEqual(recorded.asked, ['GET https://files.example/file.txt']);
    const { network, plan, caveats } = recorded.result;
    assert.equal(network?.mode, 'recorded');
    assert.deepEqual(network?.hosts, [{ host: 'files.example', requests: 1, bytes: 17 }]);
    assert.deepEqual(plan?.plan.network, { kind: 'gateway', transcript: network?.transcript });
    assert.match(
      caveats.join('\n'),
      /the recorded sources do not pin all that the steps fetched: 1 answer not pinned/,
    );
    assert.deepEqual(
      network?.pins.suspects.map(({ url, why }) => [url, why]),
      [['https://files.example/file.txt', 'no-pin']],
    );
    const replayed = await lab.build(fetching, {});
    assert.equal(outcomeOf(replayed.result), 'reproduced', explain(replayed.result));
    assert.deepEqual(replayed.asked, []);
    assert.equal(replayed.result.network?.mode, 'replayed');
    assert.equal(replayed.result.network?.transcript, network?.transcript);
    assert.equal(replayed.result.plan?.identity, plan?.identity);
  });

  it('weaken nothing where a digest in the text of a step pins what they fetch', {
    skip: noCurl,
  }, async () => {
    const digest = sha256(Buffer.from('from the network\n'));
    const pinned = `cd /tmp && curl -sS --fail -O https://files.example/file.txt\necho "${digest}  file.txt" | sha256sum -c`;
    const { result } = await lab.build(pinned, hosts, { network: 'gateway' });
    assert.equal(outcomeOf(result), 'reproduced', explain(result));
    assert.equal(result.network?.pins.conclusion, 'all-pinned');
    assert.doesNotMatch(result.caveats.join('\n'), /pin/);
    const run = runResult([result]);
    assert.match(renderText(run), /all fetched objects are pinned by the recorded sources/);
    assert.match(renderJson(run), /"conclusion": "all-pinned"/);
  });

  it('are a finding where they got what contradicts a recorded digest, whatever they made of it', {
    skip: noCurl,
  }, async () => {
    const digest = sha256(Buffer.from('something else'));
    const ignoring = `cd /tmp && curl -sS --fail -O https://files.example/file.txt\necho "${digest}  file.txt" | sha256sum -c || true`;
    const { result } = await lab.build(ignoring, hosts, { network: 'gateway' });
    assert.equal(result.network?.pins.conclusion, 'contradicted', explain(result));
    assert.ok(
      result.findings.some(({ kind, detail }) => kind === 'pin-contradicted' && detail.includes(digest)),
    );
    assert.match(renderText(runResult([result])), /contradicts its digest/);
  });

  it('are replayed with --network too where the store has their transcript, and asked again with --network=record', {
    skip: noCurl,
  }, async () => {
    await lab.build(fetching, hosts, { network: 'gateway' });
    assert.deepEqual((await lab.build(fetching, hosts, { network: 'gateway' })).asked, []);
    assert.equal((await lab.build(fetching, hosts, { network: 'record' })).asked.length, 1);
  });

  it('are recorded into the file that is named, and replayed from it', { skip: noCurl }, async () => {
    const transcript = join(lab.folder, 'transcript.json');
    await lab.build(fetching, hosts, { network: 'gateway', transcript });
    const { exchanges } = parseTranscript(readFileSync(transcript));
    assert.deepEqual(
      exchanges.map(({ url, body }) => [url, body.sha256]),
      [['https://files.example/file.txt', sha256(Buffer.from('from the network\n'))]],
    );
    const replayed = await lab.build(fetching, {}, { transcript });
    assert.equal(outcomeOf(replayed.result), 'reproduced', explain(replayed.result));
    assert.deepEqual(replayed.asked, []);
    rmSync(join(lab.folder, 'cache/store'), { recursive: true });
    const lost = await lab.build(fetching, {}, { transcript });
    assert.equal(outcomeOf(lost.result), 'inconclusive:transcript-incomplete', explain(lost.result));
  });

  it('are ended, with the name of what they asked for, where the transcript does not hold it', {
    skip: noCurl,
  }, async () => {
    const transcript = join(lab.folder, 'transcript.json');
    await lab.build(fetching, hosts, { network: 'gateway', transcript });
    const began = performance.now();
    const more = 'curl -sS https://files.example/other.txt || true\nsleep 60';
    const { result, asked } = await lab.build(more, hosts, { transcript });
    assert.equal(outcomeOf(result), 'inconclusive:request-unrecorded', explain(result));
    assert.ok('failure' in result.verdict);
    assert.match(result.verdict.failure.message, /^step 1 of hello-shell \(fetch\) asked for/);
    assert.equal(result.verdict.failure.got, 'GET https://files.example/other.txt');
    assert.deepEqual(asked, []);
    assert.ok(performance.now() - began < 50_000);
  });

  it('get what was recorded although the server has something else by now', { skip: noCurl }, async () => {
    const first = await lab.build(fetching, hosts, { network: 'gateway' });
    server.put('/file.txt', Buffer.from('from the network, later\n'));
    const replayed = await lab.build(fetching, hosts);
    assert.equal(replayed.result.network?.transcript, first.result.network?.transcript);
    const again = await lab.build(fetching, hosts, { network: 'record' });
    assert.notEqual(again.result.network?.transcript, first.result.network?.transcript);
    server.put('/file.txt', Buffer.from('from the network\n'));
  });

  it('do not get an answer whose bytes in the store were changed', { skip: noCurl }, async () => {
    const transcript = join(lab.folder, 'transcript.json');
    await lab.build(fetching, hosts, { network: 'gateway', transcript });
    const digest = sha256(Buffer.from('from the network\n'));
    const stored = join(lab.folder, 'cache/store/objects/sha256', digest.slice(0, 2), digest.slice(2));
    assert.ok(existsSync(stored));
    rmSync(stored);
    writeFileSync(stored, 'from the network?\n');
    const { result } = await lab.build(fetching, {}, { transcript });
    assert.equal(outcomeOf(result), 'inconclusive:transcript-incomplete', explain(result));
  });

  it('see the variables that are recorded, and no proxy among them', { skip: noCurl }, async () => {
    const { result, output } = await lab.build(`${fetching}\nenv`, hosts, { network: 'gateway' });
    assert.equal(outcomeOf(result), 'reproduced', explain(result));
    assert.doesNotMatch(output, /proxy|CERT|SSL|CA_BUNDLE/i);
  });

  it('are given redirects as answers, each hop an exchange', { skip: noCurl }, async () => {
    server.misbehave('/moved', { kind: 'redirect', to: 'https://files.example/file.txt' });
    const { result, asked } = await lab.build(
      'curl -sS --fail -L https://files.example/moved | grep -q network',
      hosts,
      { network: 'gateway' },
    );
    assert.equal(outcomeOf(result), 'reproduced', explain(result));
    assert.deepEqual(asked, ['GET https://files.example/moved', 'GET https://files.example/file.txt']);
  });

  it('are told apart where one request was answered twice in different ways, in the order of the recording', {
    skip: noCurl,
  }, async () => {
    const twice = `curl -sS -o /tmp/a -w '%{http_code} ' https://files.example/file.txt
curl -sS -o /tmp/b -w '%{http_code} ' https://files.example/file.txt`;
    server.misbehave('/file.txt', { kind: 'status', status: 404 });
    const recorded = await lab.build(twice, hosts, { network: 'gateway' });
    assert.match(recorded.output, /404 200/);
    const replayed = await lab.build(twice, {});
    assert.match(replayed.output, /404 200/);
  });

  describe('with git over https', { skip: noGit }, () => {
    const clone =
      'git clone -q https://git.example/project.git /tmp/project && git -C /tmp/project log --oneline && test -f /tmp/project/file';

    before(() => {
      const work = join(tmpdir(), `wolfi-repro-git-${process.pid}`);
      mkdirSync(work, { recursive: true });
      const git = (...argv: string[]) =>
        execFileSync('git', ['-c', 'user.name=n', '-c', 'user.email=e@lab.example', ...argv], { cwd: work });
      git('init', '-q', '-b', 'main', 'project');
      writeFileSync(join(work, 'project/file'), 'one\n');
      git('-C', 'project', 'add', 'file');
      git('-C', 'project', 'commit', '-q', '-m', 'first');
      git('clone', '-q', '--bare', 'project', 'project.git');
      server.serve('/', work);
    });
    after(() => rmSync(join(tmpdir(), `wolfi-repro-git-${process.pid}`), { recursive: true, force: true }));

    it('are recorded and replayed', async () => {
      const recorded = await lab.build(clone, hosts, { network: 'gateway' });
      assert.equal(outcomeOf(recorded.result), 'reproduced', explain(recorded.result));
      assert.ok(recorded.asked.includes('POST https://git.example/project.git/git-upload-pack'));
      const replayed = await lab.build(clone, {});
      assert.equal(outcomeOf(replayed.result), 'reproduced', explain(replayed.result));
      assert.deepEqual(replayed.asked, []);
    });

    it('find the same answers where git says another version of itself', async () => {
      const transcript = join(lab.folder, 'transcript.json');
      await lab.build(clone, hosts, { network: 'gateway', transcript });
      const other = `export GIT_USER_AGENT=git/9.9.9\n${clone}`;
      const replayed = await lab.build(other, {}, { transcript });
      assert.equal(outcomeOf(replayed.result), 'reproduced', explain(replayed.result));
    });
  });

  describe('are refused, and named,', { skip: noCurl }, () => {
    it('a private address, by name and by redirect, while the rest is fetched', async () => {
      server.misbehave('/away', { kind: 'redirect', to: 'https://private.example/secret' });
      const script = `curl -sS -L https://files.example/away || true
curl -sS https://localhost.private.example/ || true
curl -sS --fail https://files.example/file.txt`;
      const { result, asked } = await lab.build(script, hosts, { network: 'gateway', publicOnly: true });
      assert.equal(outcomeOf(result), 'reproduced', explain(result));
      assert.ok(asked.length >= 3);
      assert.deepEqual(
        result.network?.unanswered.map(({ url, reason }) => [url, reason]),
        [
          ['https://localhost.private.example/', 'private-address'],
          ['https://private.example/secret', 'private-address'],
        ],
      );
    });

    it('ssh, other protocols and addresses without a name', async () => {
      const script = `for port in 22 443; do (printf 'SSH-2.0-x\\r\\n'; sleep 1) | timeout 5 bash -c "exec 3<>/dev/tcp/shell.example/$port; cat >&3" || true; done
curl -sSk -m 5 https://93.184.216.34/ || true
curl -sS -m 5 -x http://files.example:80 https://tunnel.example/ || true
printf '%b' '${rootCertificates[0]!.replaceAll('\n', '\\n')}' > /tmp/other.pem
curl -sS --cacert /tmp/other.pem --capath /tmp https://pinned.example/ || true
curl -sS --fail https://files.example/file.txt`;
      const { result } = await lab.build(script, hosts, { network: 'gateway' });
      assert.equal(outcomeOf(result), 'reproduced', explain(result));
      assert.deepEqual(
        result.network?.refused.map(({ kind, target }) => `${kind} ${target}`),
        [
          'address 93.184.216.34:443',
          'connect tunnel.example:443',
          'protocol shell.example:22',
          'protocol shell.example:443',
          'untrusted pinned.example:443',
        ],
      );
      assert.match(
        result.caveats.join('\n'),
        /refused once: a protocol that is not HTTP \(shell\.example:22\)/,
      );
    });

    it('what is sent beyond the bound, while the rest that is sent is counted', async () => {
      const script = `head -c 1000 /dev/zero > /tmp/small
head -c 17000000 /dev/zero > /tmp/large
curl -sS -X POST --data-binary @/tmp/small https://files.example/file.txt || true
curl -sS -m 20 -X POST --data-binary @/tmp/large https://files.example/file.txt || true`;
      const { result } = await lab.build(script, hosts, { network: 'gateway' });
      assert.deepEqual(
        result.network?.refused.map(({ kind, target }) => `${kind} ${target}`),
        ['egress files.example'],
        explain(result),
      );
      assert.equal(result.network?.sentBytes, 1000);
      assert.match(renderText(runResult([result])), /sent: 1000 bytes/);
    });

    it('a Node whose authorities are compiled in, which its own options lead to the store', {
      skip: existsSync('/usr/bin/node') ? false : 'there is no /usr/bin/node for the steps',
    }, async () => {
      const fetches = `node -e "fetch('https://files.example/file.txt').then((r) => r.text()).then(console.log)"`;
      const script = `export HOME=/tmp
${fetches} || echo refused
NODE_OPTIONS=--use-openssl-ca ${fetches}
NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt ${fetches}`;
      const { result, output } = await lab.build(script, hosts, { network: 'gateway' });
      assert.equal(outcomeOf(result), 'reproduced', explain(result));
      assert.equal(output.match(/from the network/g)?.length, 2, output);
      assert.match(output, /^refused$/m);
      assert.deepEqual(result.network?.silent, ['files.example:443']);
      assert.match(renderText(runResult([result])), /silent +files\.example:443/);
    });

    it('requests of a flood, once it has used up what addresses and headers may have', async () => {
      const script = `${fetching}
long=$(head -c 12000 /dev/zero | tr '\\0' a)
for i in $(seq 750); do printf 'url = "http://files.example/%s%s"\\n' $i $long; done > /tmp/flood
curl -s -K /tmp/flood > /dev/null || true`;
      const { result, asked } = await lab.build(script, hosts, { network: 'gateway' });
      assert.equal(outcomeOf(result), 'reproduced', explain(result));
      const [refused, ...others] = result.network?.refused ?? [];
      assert.deepEqual([refused?.kind, refused?.target, others], ['requests', 'files.example', []]);
      assert.equal(asked.length + refused!.count, 751);
      assert.ok(refused!.count > 20, String(refused!.count));
    });

    it('datagrams and ports that are not served, counted without the steps’ own loopback', async () => {
      const script = `bash -c 'echo x > /dev/udp/time.example/123' || true
bash -c 'echo x > /dev/udp/93.184.216.34/123' || true
bash -c 'echo x > /dev/tcp/time.example/9999' || true
bash -c 'echo x > /dev/udp/2001:db8::1/123' || true
bash -c 'echo x > /dev/tcp/2001:db8::1/443' || true
bash -c 'echo x > /dev/udp/127.0.0.1/9' || true
bash -c 'echo x > /dev/tcp/127.0.0.1/9' || true
${fetching}`;
      const { result } = await lab.build(script, hosts, { network: 'gateway' });
      assert.equal(outcomeOf(result), 'reproduced', explain(result));
      assert.deepEqual(result.network?.refused, [{ kind: 'unserved', target: 'somewhere', count: 5 }]);
      assert.match(result.caveats.join('\n'), /refused 5 times: a datagram, or a connection to a port/);
    });

    it('is no word about a package where a step fails for it, and is in the report', async () => {
      const transcript = join(lab.folder, 'failed.json');
      const script = `curl -sS https://files.example/file.txt
curl -sS --resolve odd.example:22:127.64.0.1 http://odd.example:22/ || true
curl -sS --fail https://files.example/gone.txt`;
      const { result } = await lab.build(script, hosts, { network: 'gateway', transcript });
      assert.equal(outcomeOf(result), 'inconclusive:request-unanswered', explain(result));
      const { network, plan } = result;
      assert.deepEqual(network?.hosts, [
        { host: 'files.example', requests: 2, bytes: network?.hosts[0]?.bytes },
      ]);
      assert.deepEqual(
        network.pins.suspects.map(({ url }) => url),
        ['https://files.example/file.txt'],
      );
      assert.equal(network.refused.length, 1);
      assert.deepEqual(plan?.plan.network, { kind: 'gateway', transcript: network.transcript });
      assert.equal(sha256(readFileSync(transcript)), network.transcript);
      for (const render of [renderText, renderJson, renderMarkdown, renderHtml])
        assert.match(render(runResult([result])), /https:\/\/files\.example\/file\.txt/);
      assert.deepEqual((await lab.build(script, hosts, { network: 'gateway' })).asked.length, 2);
      assert.ok('failure' in result.verdict);
      assert.match(result.verdict.failure.expected ?? '', /GET https:\/\/files\.example\/gone\.txt: 404/);
      const given = await lab.build(`${fetching}\nexit 3`, hosts, { network: 'gateway' });
      assert.equal(outcomeOf(given.result), 'inconclusive:answers-unproven', explain(given.result));
      const other = await lab.build('exit 3', hosts, { network: 'gateway' });
      assert.equal(outcomeOf(other.result), 'build-failed:step-failed', explain(other.result));
    });
  });

  it('say nothing of a package that holds the authority of the gateway', { skip: noCurl }, async () => {
    const copying = `${fetching}
mkdir -p /home/build/melange-out/hello-shell/etc
cp /etc/ssl/certs/ca-certificates.crt /home/build/melange-out/hello-shell/etc/bundle.pem`;
    const { result } = await lab.build(copying, hosts, { network: 'gateway' });
    assert.equal(outcomeOf(result), 'inconclusive:gateway-in-output', explain(result));
    assert.ok('failure' in result.verdict);
    assert.equal(result.verdict.failure.got, 'etc/bundle.pem');
  });

  it('share their transcript with further builds, so that these differ for other reasons', {
    skip: noCurl,
  }, async () => {
    const { result, asked } = await lab.build(fetching, hosts, { network: 'gateway', repeat: 2 });
    assert.equal(outcomeOf(result), 'reproduced', explain(result));
    assert.equal(asked.length, 1);
    assert.equal(result.triangulation?.builds, 2);
  });
});
