/** Lists that were written to cost time, memory or requests. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { asOf } from '../../src/registries/as-of.ts';
import type { RegistryAnswer } from '../../src/registries/listed.ts';
import { processorMilliseconds } from '../support/processor-time.ts';

const r = 'https://r.example';
const count = 20_000;
const [early, late] = ['2024-01-01T00:00:00Z', '2024-12-01T00:00:00Z'];
const then = Date.parse('2024-06-01T00:00:00Z') / 1000;
const mostMilliseconds = 15_000;
const many = (piece: (at: number) => string, separator = '') =>
  Array.from({ length: count }, (_, at) => piece(at)).join(separator);
const object = (piece: (at: number) => string) => `{${many(piece, ',')}}`;

function answerOf(
  path: string,
  body: string | Uint8Array,
  type: string,
  headers: RegistryAnswer['headers'] = [],
): RegistryAnswer {
  return {
    url: r + path,
    status: 200,
    headers: [['content-type', type], ...headers],
    body: Buffer.from(body),
  };
}

const json = 'application/json';
const simple = 'application/vnd.pypi.simple.v1+json';
const lists: readonly (readonly [what: string, answer: RegistryAnswer])[] = [
  [
    'versions and tags of npm, all of them later',
    answerOf(
      '/a',
      `{"name":"a","versions":${object((at) => `"1.0.${at}":{}`)},"dist-tags":${object((at) => `"t${at}":"1.0.${at}"`)},"time":${object((at) => `"1.0.${at}":"${at % 2 === 0 ? early : late}"`)}}`,
      json,
    ),
  ],
  [
    'numbers of a version',
    answerOf(
      '/a',
      `{"name":"a","versions":{"${'9'.repeat(count)}.0.0":{},"1.0.0-${'a.'.repeat(100)}":{}},"time":{}}`,
      json,
    ),
  ],
  [
    'files of Python',
    answerOf(
      '/simple/a/',
      `{"name":"a","files":[${many((at) => `{"filename":"a-${at}.tar.gz","upload-time":"${late}"}`, ',')}],"versions":[${many((at) => `"${at}"`, ',')}]}`,
      simple,
    ),
  ],
  [
    'dashes of a file',
    answerOf(
      '/simple/a/',
      `{"name":"a","files":[{"filename":"a${'-1'.repeat(count)}.tar.gz","upload-time":"${late}"}],"versions":["1"]}`,
      simple,
    ),
  ],
  [
    'links',
    answerOf(
      '/simple/a/',
      many((at) => `<a href="a-${at}.zip">a-${at}.zip</a><br/>`),
      'text/html',
    ),
  ],
  [
    'releases of Python',
    answerOf(
      '/pypi/a/json',
      `{"info":{"version":"1"},"releases":${object((at) => `"${at}":[{"upload_time":"${early}"}]`)}}`,
      json,
    ),
  ],
  [
    'versions of Go',
    answerOf(
      '/m/@v/list',
      many((at) => `v1.0.${at}\n`),
      'text/plain',
    ),
  ],
  [
    'versions of a crate',
    answerOf(
      '/3/a/abc',
      many((at) => `{"name":"abc","vers":"1.0.${at}","pubtime":"${late}"}\n`),
      'text/plain',
    ),
  ],
  [
    'versions of a gem',
    answerOf(
      '/info/a',
      `---\n${many((at) => `1.${at} |checksum:x,created_at:${at % 2 === 0 ? early : late}\n`)}`,
      'text/plain',
    ),
  ],
  ['gems', answerOf('/versions', `created_at: ${late}\n---\n${many((at) => `g${at} 1 x\n`)}`, 'text/plain')],
  [
    'versions of Maven',
    answerOf(
      '/m/maven-metadata.xml',
      `<metadata><artifactId>a</artifactId><versioning><latest>1</latest><versions>${many((at) => `<version>${at}</version>`)}</versions></versioning></metadata>`,
      'text/xml',
    ),
  ],
];

describe('a list of many', () => {
  for (const [what, answer] of lists)
    it(`is filtered within its time, and asks at most 5000 times for dates: ${what}`, async () => {
      const begin = processorMilliseconds();
      let asked = 0;
      const result = await asOf(answer, then, async ({ url }) => {
        asked += 1;
        return answerOf(new URL(url).pathname, `{"Version":"v1.0.0","Time":"${late}"}`, json, [
          ['last-modified', new Date(late).toUTCString()],
        ]);
      });
      assert.ok(result !== 'not-a-list');
      assert.ok(asked <= 5000, String(asked));
      assert.ok(processorMilliseconds() - begin < mostMilliseconds);
    });

  it('that expands without end is not read', async () => {
    const bomb = answerOf('/a', gzipSync(Buffer.alloc(200 << 20), { level: 1 }), json, [
      ['content-encoding', 'gzip'],
    ]);
    assert.equal(await asOf(bomb, then, async () => undefined), 'not-a-list');
  });

  it('whose dates lead to itself ends', async () => {
    const answer = answerOf('/m/@latest', `{"Version":"v2.0.0","Time":"${late}"}`, json);
    const result = await asOf(answer, then, async () => answer);
    assert.ok(result !== 'not-a-list' && result.changed?.status === 404);
  });
});
