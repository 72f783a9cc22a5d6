import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { XmlDocument } from 'libxml2-wasm';
import { asOf, mayBeList } from '../../src/registries/as-of.ts';
import type { AskRegistry, AsOfAnswer, RegistryAnswer } from '../../src/registries/listed.ts';

const r = 'https://r.example';
const [early, middle, late] = ['2024-01-01T00:00:00Z', '2024-06-01T00:00:00Z', '2024-12-01T00:00:00Z'];
const then = Date.parse(middle) / 1000;
const json = 'application/json';
const simple = 'application/vnd.pypi.simple.v1+json';

interface Page {
  readonly body?: string;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Pages by address, with `accept` in front where it matters. */
function asker(pages: Readonly<Record<string, Page>>, asked: string[] = []): AskRegistry {
  return async ({ method, url, accept }) => {
    asked.push(`${method} ${url}`);
    const page = pages[`${accept} ${url}`] ?? pages[url];
    return page && answerOf(url, page);
  };
}

function answerOf(url: string, { body = '', type = '', headers = {} }: Page): RegistryAnswer {
  const all = { ...(type === '' ? {} : { 'content-type': type }), ...headers };
  return { url, status: 200, headers: Object.entries(all), body: Buffer.from(body) };
}

async function filtered(
  url: string,
  page: Page,
  pages: Readonly<Record<string, Page>> = {},
): Promise<AsOfAnswer> {
  const result = await asOf(answerOf(url, page), then, asker(pages));
  assert.ok(result !== 'not-a-list');
  return result;
}

const names = ({ removed }: AsOfAnswer) => removed.map(({ name }) => name);
const bodyOf = ({ changed }: AsOfAnswer) => changed!.body.toString();

const npmDocument = (tags: object, times: Readonly<Record<string, string>>) => ({
  name: '@s/a',
  'dist-tags': tags,
  versions: Object.fromEntries(Object.keys(times).map((version) => [version, { version }])),
  time: { created: early, modified: late, ...times },
});
const npmUrl = `${r}/@s%2fa`;

describe('npm as of a time', () => {
  for (const [what, tags, times, to] of [
    [
      'the highest release below it',
      { latest: '2.0.0' },
      { '1.2.0': early, '1.10.0': early, '1.11.0-rc.1': early, '2.0.0': late },
      '1.10.0',
    ],
    [
      'not what was higher all along',
      { latest: '2.0.0' },
      { '1.2.0': early, '9.0.0': early, '2.0.0': late },
      '1.2.0',
    ],
    [
      'a pre-release where there is nothing else',
      { latest: '2.0.0' },
      { '1.0.0-a.2': early, '1.0.0-a.10': early, '2.0.0': late },
      '1.0.0-a.10',
    ],
    [
      'what is higher where nothing is below',
      { latest: '1.0.0' },
      { '2.0.0': early, '1.0.0': late },
      '2.0.0',
    ],
  ] as const)
    it(`makes latest ${what}`, async () => {
      const result = await filtered(npmUrl, {
        body: JSON.stringify(npmDocument(tags, times)),
        type: json,
        headers: { etag: '"x"' },
      });
      assert.deepEqual(result.corrected, [{ name: 'latest', from: tags.latest, to }]);
      const document = JSON.parse(bodyOf(result)) as ReturnType<typeof npmDocument>;
      assert.deepEqual(document['dist-tags'], { latest: to });
      assert.ok(!(tags.latest in document.versions) && !(tags.latest in document.time));
      assert.deepEqual(result.changed!.headers, [['content-type', json]]);
    });

  it('drops other tags of what is gone, and keeps those of what is not', async () => {
    const document = npmDocument(
      { latest: '1.0.0', next: '2.0.0', old: '0.1.0' },
      { '0.1.0': early, '1.0.0': early, '2.0.0': late },
    );
    const result = await filtered(npmUrl, { body: JSON.stringify(document), type: json });
    assert.deepEqual((JSON.parse(bodyOf(result)) as typeof document)['dist-tags'], {
      latest: '1.0.0',
      old: '0.1.0',
    });
    assert.deepEqual(result.corrected, [{ name: 'next', from: '2.0.0', to: undefined }]);
  });

  it('answers 404 where nothing existed', async () => {
    const result = await filtered(npmUrl, {
      body: JSON.stringify(npmDocument({ latest: '1.0.0' }, { '1.0.0': late })),
      type: json,
    });
    assert.equal(result.changed!.status, 404);
  });

  const short = {
    name: 'a',
    'dist-tags': { latest: '2.0.0' },
    versions: { '1.0.0': {}, '1.1.0': {}, '2.0.0': {} },
    modified: late,
  };
  const type = 'application/vnd.npm.install-v1+json; charset=utf-8';

  it('asks for the whole document where a short one has no times', async () => {
    const whole = { ...short, time: { '1.0.0': early, '2.0.0': late } };
    const result = await filtered(
      `${r}/a`,
      { body: JSON.stringify(short), type },
      { [`${json} ${r}/a`]: { body: JSON.stringify(whole) } },
    );
    assert.deepEqual(Object.keys((JSON.parse(bodyOf(result)) as typeof short).versions), ['1.0.0', '1.1.0']);
    assert.deepEqual(result.undated, { count: 1, names: ['1.1.0'] });
    assert.ok(!('time' in JSON.parse(bodyOf(result))));
  });

  it('keeps everything, and says so, where nobody knows the times', async () => {
    const result = await filtered(`${r}/a`, { body: JSON.stringify(short), type });
    assert.equal(result.changed, undefined);
    assert.deepEqual(result.undated, { count: 3, names: ['1.0.0', '1.1.0', '2.0.0'] });
  });

  it('gives the manifest of what a tag chose, and leaves that of a version', async () => {
    const dist = { tarball: 'x' };
    const whole = {
      name: 'a',
      'dist-tags': { latest: '2.0.0' },
      versions: { '1.0.0': { name: 'a', version: '1.0.0', dist }, '2.0.0': {} },
      time: { '1.0.0': early, '2.0.0': late },
    };
    const pages = { [`${json} ${r}/a`]: { body: JSON.stringify(whole), type: json } };
    const manifest = { body: JSON.stringify({ name: 'a', version: '2.0.0', dist }), type: json };
    const result = await filtered(`${r}/a/latest`, manifest, pages);
    assert.equal((JSON.parse(bodyOf(result)) as { version: string }).version, '1.0.0');
    assert.deepEqual(result.corrected, [{ name: 'latest', from: '2.0.0', to: '1.0.0' }]);
    assert.equal(await asOf(answerOf(`${r}/a/2.0.0`, manifest), then, asker(pages)), 'not-a-list');
    const tags = await filtered(
      `${r}/-/package/a/dist-tags`,
      { body: '{"latest":"2.0.0"}', type: json },
      pages,
    );
    assert.deepEqual(JSON.parse(bodyOf(tags)), { latest: '1.0.0' });
  });
});

describe('Python’s indexes as of a time', () => {
  const files = [
    { filename: 'a-1.0.tar.gz', 'upload-time': '2024-01-01T00:00:00.123456Z' },
    { filename: 'a-1.0-py3-none-any.whl', 'upload-time': late },
    { filename: 'a-2.0-py3-none-any.whl', 'upload-time': late },
    { filename: 'a-0.5.zip' },
  ];
  const page = { meta: { 'api-version': '1.1' }, name: 'a', files, versions: ['0.5', '1.0', '2.0', '3.0'] };

  it('have files of then, and versions that have some', async () => {
    const result = await filtered(`${r}/simple/a/`, { body: JSON.stringify(page), type: simple });
    const changed = JSON.parse(bodyOf(result)) as typeof page;
    assert.deepEqual(
      changed.files.map(({ filename }) => filename),
      ['a-1.0.tar.gz', 'a-0.5.zip'],
    );
    assert.deepEqual(changed.versions, ['0.5', '1.0', '3.0']);
    assert.deepEqual(result.undated, { count: 1, names: ['a-0.5.zip'] });
  });

  const html = `<!DOCTYPE html><body>\n${files.map(({ filename }) => `<a href="/x/${filename}">${filename}</a><br />\n`).join('')}</body>`;

  it('have pages in HTML by the times of those in JSON', async () => {
    const pages = { [`${simple} ${r}/simple/a/`]: { body: JSON.stringify(page), type: simple } };
    const result = await filtered(`${r}/simple/a/`, { body: html, type: 'text/html' }, pages);
    assert.equal(
      bodyOf(result),
      '<!DOCTYPE html><body>\n<a href="/x/a-1.0.tar.gz">a-1.0.tar.gz</a><br />\n\n\n<a href="/x/a-0.5.zip">a-0.5.zip</a><br />\n</body>',
    );
  });

  it('keep a page in HTML where there is none in JSON', async () => {
    const result = await filtered(`${r}/simple/a/`, { body: html, type: 'text/html; charset=utf-8' });
    assert.deepEqual([result.changed, result.undated.count], [undefined, 4]);
  });

  it('leave a page that lists something else', async () => {
    const other = { body: '<a href="/">home</a>', type: 'text/html' };
    assert.equal(await asOf(answerOf(`${r}/simple/a/`, other), then, asker({})), 'not-a-list');
  });

  it('have documents that speak of the newest of then', async () => {
    const release = (time: string) => [{ upload_time: time.slice(0, -1) }];
    const document = {
      info: { name: 'a', version: '3.0' },
      releases: {
        '1.0': release(early),
        '2.0rc1': release('2024-05-01T00:00:00Z'),
        '3.0': release(late),
        '0.0': [],
      },
      urls: release(late),
    };
    const result = await filtered(`${r}/pypi/a/json`, { body: JSON.stringify(document), type: json });
    const changed = JSON.parse(bodyOf(result)) as typeof document;
    assert.deepEqual(
      [changed.info.version, changed.urls, Object.keys(changed.releases)],
      ['1.0', release(early), ['1.0', '2.0rc1', '0.0']],
    );
  });
});

describe('Go’s proxies as of a time', () => {
  const base = `${r}/p/example.com/!m/@v`;
  const info = (version: string, time: string) => ({
    body: JSON.stringify({ Version: version, Time: time }),
    type: json,
  });
  const pages: Readonly<Record<string, Page>> = {
    [`${base}/v1.0.0.info`]: info('v1.0.0', early),
    [`${base}/v1.1.0-!r!c.info`]: info('v1.1.0-RC', early),
    [`${base}/v2.0.0.info`]: info('v2.0.0', late),
    [`${base}/v3.0.0%2Bincompatible.info`]: info('v3.0.0+incompatible', early),
    [`${base}/list`]: { body: 'v1.0.0\nv1.1.0-RC\nv2.0.0\nv3.0.0+incompatible\n' },
  };

  it('list what existed, by the time of each version or the one inside of it', async () => {
    const body =
      'v2.0.0\nv1.0.0\nv1.1.0-RC\nv0.0.0-20241201000000-0123456789ab\nv0.0.0-20240101000000-0123456789ab\nv9.0.0\n';
    const result = await filtered(`${base}/list`, { body }, pages);
    assert.equal(bodyOf(result), 'v1.0.0\nv1.1.0-RC\nv0.0.0-20240101000000-0123456789ab\nv9.0.0\n');
    assert.deepEqual(result.undated, { count: 1, names: ['v9.0.0'] });
  });

  it('have as the latest the highest release that existed', async () => {
    const result = await filtered(`${r}/p/example.com/!m/@latest`, info('v2.0.0', late), pages);
    assert.deepEqual(JSON.parse(bodyOf(result)), { Version: 'v1.0.0', Time: early });
    assert.deepEqual(result.corrected, [{ name: 'latest', from: 'v2.0.0', to: 'v1.0.0' }]);
  });

  it('have no latest where only commits existed', async () => {
    const result = await filtered(
      `${r}/p/example.com/n/@latest`,
      info('v0.0.0-20241201000000-0123456789ab', late),
      pages,
    );
    assert.equal(result.changed!.status, 404);
  });

  it('have no branch as it is now, and have every version as it was', async () => {
    const branch = await filtered(
      `${base}/main.info`,
      info('v2.0.1-0.20241201000000-0123456789ab', late),
      pages,
    );
    assert.deepEqual([branch.shape, branch.changed!.status], ['go-info', 404]);
    assert.equal(
      await asOf(answerOf(`${base}/v2.0.0.info`, info('v2.0.0', late)), then, asker(pages)),
      'not-a-list',
    );
  });
});

describe('an index of crates as of a time', () => {
  const line = (vers: string, pubtime?: string) => JSON.stringify({ name: 'Abc', vers, cksum: 'x', pubtime });
  const api = {
    [`${r}/i/config.json`]: { body: '{"dl":"x","api":"https://api.example"}' },
    'https://api.example/api/v1/crates/abc/versions': {
      body: JSON.stringify({
        versions: [
          { num: '1.0.0', created_at: early },
          { num: '2.0.0', created_at: late },
        ],
      }),
    },
  };
  for (const [what, times] of [
    ['its own times', [early, late]],
    ['the times of the API', [undefined, undefined]],
    ['both', [early, undefined]],
  ] as const)
    it(`has the lines of then, by ${what}`, async () => {
      const body = `${line('1.0.0', times[0])}\n${line('2.0.0', times[1])}\n`;
      const result = await filtered(`${r}/i/3/a/abc`, { body }, api);
      assert.equal(bodyOf(result), `${line('1.0.0', times[0])}\n`);
    });
});

describe('RubyGems as of a time', () => {
  it('has the lines of then, by their own times or those of the API, by platform', async () => {
    const body = `---\n1.0 b:>= 1|checksum:x,created_at:${early}\n1.1 |checksum:x,ruby:>= 3,created_at:${late}\n1.1-java |checksum:x\n0.9-java |checksum:x\n0.8 |checksum:x\n`;
    const versions = [
      { number: '1.1', platform: 'java', created_at: late },
      { number: '0.9', platform: 'java', created_at: early },
    ];
    const result = await filtered(
      `${r}/info/a`,
      { body },
      { [`${r}/api/v1/versions/a.json`]: { body: JSON.stringify(versions) } },
    );
    assert.deepEqual(names(result), ['1.1', '1.1-java']);
    assert.ok(bodyOf(result).startsWith('---\n1.0 ') && bodyOf(result).endsWith('\n0.8 |checksum:x\n'));
    assert.deepEqual(result.undated.names, ['0.8']);
  });

  it('leaves the list of all gems as it is, and says that it is undated', async () => {
    const result = await filtered(`${r}/versions`, {
      body: `created_at: ${late}\n---\na 1.0,1.1 x\nb 2.0 x\n`,
    });
    assert.deepEqual(
      [result.shape, result.changed, result.undated],
      ['gem-versions', undefined, { count: 2, names: ['a', 'b'] }],
    );
  });
});

describe('Maven’s lists as of a time', () => {
  const metadata = (updated: string) =>
    `<?xml version="1.0"?>\n<metadata>\n  <groupId>g</groupId>\n  <artifactId>a</artifactId>\n  <versioning>\n    <latest>2.0-SNAPSHOT</latest>\n    <release>1.10</release>\n    <versions>\n      <version>1.9</version>\n      <version>1.10</version>\n      <version>1.8.1</version>\n      <version>2.0-SNAPSHOT</version>\n    </versions>\n    <lastUpdated>${updated}</lastUpdated>\n  </versioning>\n</metadata>\n`;
  const pom = (version: string, time: string) => ({
    [`${r}/m/g/a/${version}/a-${version}.pom`]: {
      headers: { 'last-modified': new Date(time).toUTCString() },
    },
  });
  const url = `${r}/m/g/a/maven-metadata.xml`;
  const pages = {
    ...pom('1.9', '2024-02-02T03:04:05Z'),
    ...pom('1.10', late),
    ...pom('1.8.1', '2024-02-02T03:04:05Z'),
    ...pom('2.0-SNAPSHOT', late),
    [url]: { body: metadata('20241201000000') },
  };

  it('have versions of then, as a different reader of XML sees it', async () => {
    const result = await filtered(url, { body: metadata('20241201000000') }, pages);
    assert.deepEqual(names(result), ['1.10', '2.0-SNAPSHOT']);
    const document = XmlDocument.fromString(bodyOf(result));
    const texts = (path: string) => document.find(path).map((node) => node.content);
    assert.deepEqual(texts('//version'), ['1.9', '1.8.1']);
    assert.deepEqual(texts('//latest | //release | //lastUpdated'), ['1.8.1', '1.8.1', '20240202030405']);
    document.dispose();
  });

  it('have digests beside them that are of what was handed on', async () => {
    const list = await filtered(url, { body: metadata('20241201000000') }, pages);
    const digest = await filtered(`${url}.sha1`, { body: 'f'.repeat(40) }, pages);
    assert.equal(bodyOf(digest), createHash('sha1').update(list.changed!.body).digest('hex'));
  });

  it('are not looked into where nothing was deployed since', async () => {
    const asked: string[] = [];
    const answer = answerOf(url, { body: metadata('20240501000000') });
    const result = await asOf(answer, then, asker({}, asked));
    assert.ok(result !== 'not-a-list' && result.changed === undefined);
    assert.deepEqual(asked, []);
  });
});

describe('any list', () => {
  const document = JSON.stringify(npmDocument({ latest: '2.0.0' }, { '1.0.0': early, '2.0.0': late }));
  for (const [coding, encode] of [
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
  ] as const)
    it(`is read through its content encoding, and handed on without it: ${coding}`, async () => {
      const headers = [
        ['content-type', json],
        ['content-encoding', coding],
        ['content-md5', 'x'],
        ['vary', 'accept'],
      ] as const;
      const result = await asOf(
        { url: npmUrl, status: 200, headers, body: encode(document) },
        then,
        asker({}),
      );
      assert.ok(result !== 'not-a-list');
      assert.deepEqual(result.changed!.headers, [
        ['content-type', json],
        ['vary', 'accept'],
      ]);
      assert.deepEqual(JSON.parse(bodyOf(result)).versions, { '1.0.0': { version: '1.0.0' } });
    });

  it('is left where it is damaged, partial or a failure', async () => {
    for (const [status, coding] of [
      [200, 'gzip'],
      [206, ''],
      [404, ''],
      [304, ''],
    ] as const) {
      const headers = [
        ['content-encoding', coding],
        ['content-type', json],
      ] as const;
      assert.equal(
        await asOf({ url: npmUrl, status, headers, body: Buffer.from(document) }, then, asker({})),
        'not-a-list',
      );
    }
  });

  it('may be one where it is one, and objects are not', () => {
    for (const [address, type] of [
      ['/a/@v/list', 'text/plain'],
      ['/a/@latest', ''],
      ['/m/maven-metadata.xml.sha1', ''],
      ['/info/a', 'text/plain'],
      ['/versions', ''],
      ['/index/ab/cd/abcd', 'application/octet-stream'],
      ['/1/a', ''],
      ['/a', 'application/vnd.npm.install-v1+json'],
      ['/simple/a/', 'text/html; charset=UTF-8'],
    ] as const)
      assert.ok(mayBeList(r + address, type), address);
    for (const [address, type] of [
      ['/a/-/a-1.0.0.tgz', 'application/octet-stream'],
      ['/a/@v/v1.0.0.zip', 'application/zip'],
      ['/api/v1/crates/a/1.0.0/download', 'application/gzip'],
      ['/packages/ab/cd/0123/a-1.0-py3-none-any.whl', ''],
      ['/gems/a-1.0.gem', ''],
    ] as const)
      assert.ok(!mayBeList(r + address, type), address);
  });

  const versions = fc.uniqueArray(
    fc
      .tuple(fc.nat(20), fc.nat(20), fc.nat(20), fc.constantFrom('', '-rc.1', '-a'))
      .map(([a, b, c, d]) => `${a}.${b}.${c}${d}`),
    { minLength: 1, maxLength: 20 },
  );
  const times = fc.constantFrom(early, middle, late);

  it('has nothing later, is the same when it is filtered again, and is itself as of now', () =>
    fc.assert(
      fc.asyncProperty(versions, fc.array(times, { minLength: 20, maxLength: 20 }), async (list, dates) => {
        const dated = Object.fromEntries(list.map((version, index) => [version, dates[index]!]));
        const answer = answerOf(npmUrl, {
          body: JSON.stringify(npmDocument({ latest: list.at(-1)! }, dated)),
          type: json,
        });
        const now = await asOf(answer, Date.parse(late) / 1000, asker({}));
        assert.ok(now !== 'not-a-list' && now.changed === undefined);
        const first = await asOf(answer, then, asker({}));
        assert.ok(first !== 'not-a-list');
        assert.deepEqual(names(first).sort(), list.filter((version) => dated[version] === late).sort());
        if (first.changed === undefined || first.changed.status === 404) return;
        const document = JSON.parse(bodyOf(first)) as { versions: object; 'dist-tags': { latest: string } };
        assert.ok(document['dist-tags'].latest in document.versions);
        const again = await asOf({ ...answer, ...first.changed }, then, asker({}));
        assert.ok(again !== 'not-a-list' && again.changed === undefined);
      }),
      { numRuns: 200 },
    ));

  const kinds = [
    '/a/@v/list',
    '/a/@latest',
    '/a/@v/main.info',
    '/m/maven-metadata.xml',
    '/m/maven-metadata.xml.md5',
    '/3/a/abc',
    '/info/a',
    '/versions',
    '/-/package/a/dist-tags',
    '/simple/a/',
    '/pypi/a/json',
    '/a',
    '/a/latest',
  ];
  it('of chance is filtered or is none', () =>
    fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...kinds),
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.json(),
          fc.constantFrom('---\n', '{"name":"a","versions":{"__proto__":1}}', '<metadata/>', '<a href="">'),
        ),
        fc.constantFrom(json, simple, 'text/html', ''),
        async (path, body, type) => {
          const result = await asOf(answerOf(r + path, { body, type }), then, async ({ url }) =>
            answerOf(url, { body, type }),
          );
          return result === 'not-a-list' || result.removed.length >= 0;
        },
      ),
      { numRuns: 1000 },
    ));
});
