/** Packages that a real melange built by its own pipelines with the network on: recorded from the same registries, and reproduced elsewhere from a bundle, offline. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { writeBundle } from '../../src/bundle/bundle.ts';
import { openBundle } from '../../src/bundle/open.ts';
import { verify } from '../../src/verify.ts';
import { root } from '../support/lab.ts';
import { labEnvironment } from '../support/lab-environment.ts';
import { networkGoldens, networkRegistries } from '../support/network-recipes.ts';
import { type Registry, startRegistry } from '../support/registry.ts';
import { oneIn } from '../support/thorough.ts';
import { cannotFetch, type FetchingLab, openFetchingLab } from './fetching.ts';
import { assertReproduced, cannotRebuild, explain } from './lab-run.ts';

const toolchains = join(root, '.cache/lab/toolchains');

function cannotBuild(): string | false {
  if (networkGoldens.size === 0) return 'the larger lab has no packages that fetched while they were built';
  if (!existsSync(join(toolchains, 'x86_64/APKINDEX.tar.gz')))
    return 'the lab’s toolchains were not made (fixtures/lab/README.md)';
  return cannotFetch || cannotRebuild;
}

describe('a package whose build fetched by melange’s own pipelines', {
  skip: cannotBuild(),
  concurrency: false,
}, () => {
  let lab: FetchingLab;
  let registries: ReadonlyMap<string, Registry>;

  before(async () => {
    lab = openFetchingLab();
    const started = [...networkRegistries].map(
      async ([host, answering]) => [host, await startRegistry(answering)] as const,
    );
    registries = new Map(await Promise.all(started));
  });
  after(() => {
    for (const registry of registries?.values() ?? []) registry.close();
    lab.close();
  });

  const environment = { kind: 'recorded' } as const;

  // Go's and Rust's builds take half a minute of a processor each.
  for (const [name, file] of [...networkGoldens].reverse().filter(oneIn(networkGoldens.size)))
    it(`${name} is reproduced from what was recorded, elsewhere and offline`, async () => {
      const hosts = Object.fromEntries([...registries].map(([host, { origin }]) => [host, origin]));
      const repositories = labEnvironment === undefined ? [] : [labEnvironment, toolchains];
      const options = lab.options(hosts, { environment, repositories, network: 'gateway' });
      const [recorded] = (await verify([file], options)).packages;
      assertReproduced(recorded!, 'valid');
      assert.equal(recorded!.network?.mode, 'recorded');
      assert.deepEqual(recorded!.network?.refused, []);
      const bundle = join(lab.folder, `${name}.bundle`);
      await writeBundle(file, bundle, 'test', lab.options({}, { environment, repositories }));

      const usual = lab.options({});
      const machine = { ...usual.machine, cache: join(lab.folder, 'elsewhere') };
      const opened = await openBundle(
        bundle,
        'test',
        lab.options({}, { environment, repositories: [], machine }),
      );
      const asked: string[] = [];
      const { inputs } = opened.options.machine;
      inputs.exchange = async ({ url }) => {
        asked.push(url.href);
        throw new Error('nobody is to be asked');
      };
      inputs.after = () => inputs;
      const [replayed] = (await verify([opened.path], opened.options)).packages;
      assert.equal(replayed!.network?.mode, 'replayed', explain(replayed!));
      assertReproduced(replayed!, 'valid');
      assert.deepEqual(asked, []);
      assert.equal(replayed!.network?.transcript, recorded!.network?.transcript);
    });
});
