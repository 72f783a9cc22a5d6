/** A package that differs by what a server answered: the cause is named where an answer is in the file, and certain where another recording gives the published bytes. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { parseSigningKey } from '../../src/apk/private-key.ts';
import { rebuild } from '../../src/rebuild.ts';
import { renderHtml } from '../../src/report/html/html-report.ts';
import { renderJson } from '../../src/report/json-report.ts';
import { renderMarkdown } from '../../src/report/markdown-report.ts';
import { renderText } from '../../src/report/text-report.ts';
import { type PackageResult, runResult } from '../../src/verdict/result.ts';
import { verify } from '../../src/verify.ts';
import { lab as packages } from '../support/lab.ts';
import { type LabServer, startLabServer } from '../support/lab-server.ts';
import { tarballOf } from '../support/tarball.ts';
import { cannotFetch, type FetchingLab, type Hosts, openFetchingLab, outcomeOf } from './fetching.ts';
import { cannotRebuild, differencesOf, explain } from './lab-run.ts';

const environment = { kind: 'recorded' } as const;
const folder = '/home/build/melange-out/hello-shell/usr/share/fetched';
const script = `mkdir -p ${folder}
wget -q -O - http://files.example/file.txt > ${folder}/plain
wget -q -O - http://files.example/tool.tgz | tar -xzO tool/readme > ${folder}/member
version=$(wget -q -O - http://files.example/latest.json | sed 's/.*"version":"\\([^"]*\\)".*/\\1/')
echo "built with tool $version, as it was" > ${folder}/version
wget -q -O - http://files.example/file.txt | tr a-m n-z | sha256sum > ${folder}/derived
date -u '+%Y-%m-%d %H:%M:%S' > ${folder}/when`;

describe('a package that differs by what was fetched', {
  skip: cannotFetch || cannotRebuild,
  concurrency: false,
}, () => {
  let lab: FetchingLab;
  let server: LabServer;
  let hosts: Hosts;
  let published: string;
  const place = (name: string) => join(lab.folder, name);

  function answer(version: string): void {
    server.put('/file.txt', Buffer.from(`this is what the server had with ${version}\n`));
    server.put('/tool.tgz', tarballOf({ 'tool/readme': `the tool of version ${version}\n` }));
    server.put('/latest.json', Buffer.from(JSON.stringify({ name: 'tool', version })));
  }

  before(async () => {
    lab = openFetchingLab();
    server = await startLabServer();
    hosts = { 'files.example': server.url };
    answer('1.4.20');
    const source = await lab.write(script);
    mkdirSync(place('published'));
    const options = lab.options(hosts, { environment, network: 'gateway', transcript: place('first.json') });
    const signingKey = parseSigningKey('lab.rsa', readFileSync(join(packages, 'lab.rsa')));
    const target = { directory: place('published'), signingKey };
    published = (await rebuild(source, target, options)).path;
    answer('1.4.31');
  });
  after(async () => {
    await server.close();
    lab.close();
  });

  function causesIn(result: PackageResult): Record<string, string> {
    return Object.fromEntries(
      differencesOf(result.verdict).flatMap(({ path, kind, causes = [] }) =>
        kind === 'content' && path.startsWith('usr/share/fetched/')
          ? [[path.slice(18), causes.map((each) => `${each.kind} ${each.confidence}`).join()]]
          : [],
      ),
    );
  }

  it('says so with certainty where another recording that the store still has holds what is published', async () => {
    const extra = { environment, network: 'record', transcript: place('second.json') } as const;
    const { packages } = await verify([published], lab.options(hosts, extra));
    const [result] = packages;
    assert.equal(outcomeOf(result!), 'not-reproduced:content', explain(result!));
    assert.deepEqual(causesIn(result!), {
      derived: 'unknown possible',
      member: 'unpinned-input certain',
      plain: 'unpinned-input certain',
      version: 'unpinned-input certain',
      when: 'timestamp certain',
    });
    for (const render of [renderText, renderJson, renderMarkdown, renderHtml]) {
      const text = render(runResult([result!]));
      assert.match(text, /GET http:\/\/files\.example\/file\.txt/);
      assert.match(text, /unpinned-input|input of the network that nothing pins/);
    }
  });

  it('says so of what only a build with the other answers can show', async () => {
    const extra = { environment, transcript: place('second.json'), otherTranscripts: [place('first.json')] };
    const { packages } = await verify([published], lab.options({}, extra));
    const [result] = packages;
    assert.equal(outcomeOf(result!), 'not-reproduced:content', explain(result!));
    const causes = causesIn(result!);
    assert.equal(causes['derived'], 'unpinned-input certain');
    assert.equal(causes['when'], 'timestamp certain');
  });
});
