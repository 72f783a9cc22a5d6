/** Steps that fetch are known before they run, by pipeline and by command. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseRecipe } from '../../src/claim/recipe/parse.ts';
import { formatOf } from '../../src/melange/format.ts';
import { parseRelease } from '../../src/melange/version.ts';
import { fetchingSteps, namedPorts } from '../../src/plan/fetching-steps.ts';

const format = formatOf(parseRelease('v0.59.1')!);

function recipeWith(...steps: readonly (readonly [uses: string, runs: string])[]) {
  const pipeline = steps.flatMap(([uses, runs]) => [
    ...(uses === '' ? ['  - runs: |'] : [`  - uses: ${uses}`, '    pipeline:', '      - runs: |']),
    ...runs.split('\n').map((line) => `          ${line}`),
  ]);
  const text = [
    'package:',
    '  name: fetcher',
    '  version: 1.0.0',
    '  epoch: 0',
    '  description: none',
    '  copyright:',
    '    - license: Apache-2.0',
    '  resources: {}',
    'environment:',
    '  contents: {}',
    '  environment:',
    '    GOPROXY: https://modules.example:8443/proxy',
    'pipeline:',
    ...pipeline,
    '',
  ];
  return parseRecipe(Buffer.from(text.join('\n'))).recipe;
}

describe('steps that fetch', () => {
  const known: readonly (readonly [uses: string, runs: string, what: string | undefined])[] = [
    ['go/build', 'true', 'modules'],
    ['cargo/build', 'true', 'crates'],
    ['npm/install', 'true', 'packages of npm'],
    ['go/bump', 'true', 'versions of dependencies'],
    ['omnibump', 'true', 'versions of dependencies'],
    ['', 'curl -fsSL https://files.example/a.tar.gz | tar x', 'a file'],
    ['', 'git clone https://git.example/a.git', 'a git repository'],
    ['', 'cd src && go mod download', 'modules'],
    ['', 'npm ci --omit=dev', 'packages of npm'],
    ['', 'yarn\nyarn build', 'packages of npm'],
    ['', 'pip3 install -r requirements.txt', 'packages of Python'],
    ['', 'gem install rake', 'gems'],
    ['', './mvnw -B package', 'artifacts of Maven'],
    ['', 'dotnet publish -c Release', 'packages of NuGet'],
    ['', 'composer install --no-dev', 'packages of PHP'],
    ['', 'mix deps.get --only prod', 'packages of Hex'],
    ['', 'cabal update && cabal build', 'packages of Haskell'],
    ['', 'luarocks make', 'rocks of Lua'],
    ['', 'cpanm --notest JSON', 'modules of Perl'],
    ['', 'helm dependency build charts/a', 'charts of Helm'],
    ['', 'bun install', 'packages of npm'],
    ['', 'sbt assembly', 'artifacts of Maven'],
    ['', 'make install', undefined],
    ['', 'echo curl; go version; npm --version', undefined],
    ['strip', 'strip it', undefined],
  ];
  for (const [uses, runs, what] of known) {
    it(`are ${what === undefined ? 'not ' : ''}known by ${uses === '' ? runs.split('\n')[0] : uses}`, () => {
      const found = fetchingSteps(recipeWith([uses, runs]), format);
      assert.deepEqual([...new Set(found.map((each) => each.what))], what === undefined ? [] : [what]);
    });
  }

  it('name the ports behind hosts, and not those of their own loopback', () => {
    const script =
      'curl https://a.example:8080/x http://localhost:9000/ http://127.0.0.1:9001/ https://b.example/';
    assert.deepEqual(namedPorts(recipeWith(['', script]), format), [8080, 8443]);
  });
});
