/** Real clients in the guest, through the gateway: recorded from registries of the test's own, replayed without a network. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { after, afterEach, before, describe, it } from 'node:test';
import { goModule, goProxy } from '../support/go-modules.ts';
import { type NpmPackage, npmRegistry } from '../support/npm-packages.ts';
import { type PythonPackage, pythonIndex } from '../support/python-packages.ts';
import { type Answering, type Registry, startRegistry } from '../support/registry.ts';
import { cannotFetch, type FetchingLab, openFetchingLab, outcomeOf } from './fetching.ts';
import { explain } from './lab-run.ts';

const [early, late] = ['2024-01-01T00:00:00Z', '2024-12-01T00:00:00Z'];
const host = 'registry.example';
const npm: readonly NpmPackage[] = [
  { name: '@scope/low', version: '1.0.0', time: early },
  { name: '@scope/low', version: '1.5.0', time: late },
  { name: 'high', version: '1.2.0', time: early, dependencies: { '@scope/low': '^1.0.0' } },
  { name: 'high', version: '2.0.0', time: late, dependencies: { '@scope/low': '^1.5.0' } },
];
const python: readonly PythonPackage[] = [
  { name: 'low-wheel', version: '1.0', time: early },
  { name: 'low-wheel', version: '1.5', time: late },
  { name: 'high-wheel', version: '1.2.0', time: early, needs: 'low-wheel>=1' },
  { name: 'high-wheel', version: '2.0', time: late, needs: 'low-wheel>=1.5' },
];
const low = 'example.com/Upper/low';
const modules = [
  goModule(low, 'v1.0.0', early),
  goModule(low, 'v1.5.0', late),
  goModule('example.com/high', 'v1.2.0', early, `${low} v1.0.0`),
  goModule('example.com/high', 'v1.9.0', late, `${low} v1.5.0`),
];

interface Client {
  readonly name: string;
  /** In the guest, which has this machine's /usr. */
  readonly program: string;
  readonly answering: Answering;
  /** Prints what was chosen. */
  readonly script: string;
  readonly chosenNow: RegExp;
  readonly chosenThen: RegExp;
}

const clients: readonly Client[] = [
  {
    name: 'go',
    program: '/usr/local/go/bin/go',
    answering: goProxy(modules),
    script: `export PATH=$PATH:/usr/local/go/bin HOME=/tmp GOPROXY=https://${host} GOSUMDB=off GOFLAGS=-mod=mod GOTOOLCHAIN=local
mkdir /tmp/program && cd /tmp/program && go mod init example.com/program
go get example.com/high@latest
go list -m all
go mod download`,
    chosenNow: /example\.com\/high v1\.9\.0/,
    chosenThen: /example\.com\/high v1\.2\.0/,
  },
  {
    name: 'npm',
    program: '/usr/bin/npm',
    // Its documents name it as the guest does.
    answering: (path, request) => npmRegistry(npm)(path, request, `https://${host}`),
    script: `export HOME=/tmp
mkdir /tmp/program && cd /tmp/program && echo '{"name":"program","version":"1.0.0","dependencies":{"high":"latest"}}' > package.json
npm install --registry https://${host}/ --no-audit --no-fund --cache /tmp/npm
npm ls --all`,
    chosenNow: /high@2\.0\.0/,
    chosenThen: /high@1\.2\.0/,
  },
  {
    name: 'pip',
    program: '/usr/lib/python3/dist-packages/pip/__init__.py',
    answering: (path, request) => pythonIndex(python)(path, request, `https://${host}`),
    script: `export HOME=/tmp
/usr/bin/python3 -m pip install high-wheel --target /tmp/out --no-cache-dir --disable-pip-version-check --index-url https://${host}/simple/
ls /tmp/out`,
    chosenNow: /high_wheel-2\.0/,
    chosenThen: /high_wheel-1\.2\.0/,
  },
];

describe('real clients through the gateway', { skip: cannotFetch, concurrency: false }, () => {
  let lab: FetchingLab;
  let registry: Registry;

  before(() => {
    lab = openFetchingLab();
  });
  afterEach(() => {
    registry?.close();
    lab.close();
    lab = openFetchingLab();
  });
  after(() => lab.close());

  for (const { name, program, answering, script, chosenNow, chosenThen } of clients) {
    const skip = existsSync(program) ? false : `${program} is not in the guest`;

    it(`${name}: recorded, and replayed with the network gone`, { skip }, async () => {
      registry = await startRegistry(answering);
      const hosts = { [host]: registry.origin };
      const recorded = await lab.build(script, hosts, { network: 'gateway' });
      assert.equal(
        outcomeOf(recorded.result),
        'reproduced',
        `${explain(recorded.result)}\n${recorded.output}`,
      );
      assert.match(recorded.output, chosenNow);
      assert.deepEqual(recorded.result.network?.refused, []);
      assert.equal(recorded.result.network?.pins.conclusion, 'unpinned');
      registry.close();
      const replayed = await lab.build(script, {});
      assert.equal(
        outcomeOf(replayed.result),
        'reproduced',
        `${explain(replayed.result)}\n${replayed.output}`,
      );
      assert.match(replayed.output, chosenNow);
      assert.deepEqual(replayed.asked, []);
      assert.equal(replayed.result.network?.transcript, recorded.result.network?.transcript);
    });

    it(`${name}: as of a time, what existed then is chosen`, { skip }, async () => {
      registry = await startRegistry(answering);
      const hosts = { [host]: registry.origin };
      const registriesAsOf = Date.parse('2024-06-01T00:00:00Z') / 1000;
      const { result, output } = await lab.build(script, hosts, { network: 'gateway', registriesAsOf });
      assert.equal(outcomeOf(result), 'reproduced', `${explain(result)}\n${output}`);
      assert.match(output, chosenThen);
      assert.doesNotMatch(output, chosenNow);
      assert.ok((result.network?.listsAsOf?.removed ?? 0) > 0);
    });
  }
});
