import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Sha256 } from '../../src/digest.ts';
import { Failure } from '../../src/failure.ts';
import {
  type EnvironmentAccess,
  findExact,
  type ResolvedPackage,
  resolveEnvironment,
  type Search,
} from '../../src/plan/environment.ts';
import type { EnvironmentPlace, PackageFacts, Wanted } from '../../src/plan/environment-place.ts';
import { findNearest, isSubstitute } from '../../src/plan/nearest.ts';
import { scanRecords } from '../../src/repository/records.ts';
import { recordText, usualRecord } from '../support/index-builder.ts';
import { architecture, packageName, packageVersion } from '../support/names.ts';

type Versions = Readonly<Record<string, readonly string[]>>;

function place(location: string, versions: Versions): EnvironmentPlace {
  const records = Object.entries(versions).flatMap(([P, each]) =>
    each.map((V) => recordText({ ...usualRecord, P, V })),
  );
  const repository = {
    location,
    indexSha256: '' as Sha256,
    signature: { kind: 'valid', keyName: 'k', algorithm: 'RSA256' } as const,
    records: scanRecords(Buffer.from(records.join(''))),
    rolledBackFrom: undefined,
  };
  return { repository, foundIn: 'index', keys: [] };
}

function factsOf(name: string, version: string): PackageFacts {
  return {
    name: packageName(name),
    version: packageVersion(version),
    architecture: 'x86_64',
    path: '',
    sha256: '' as Sha256,
    checksum: usualRecord['C']!,
    controlSha256: '' as Sha256,
    dataSha256: '',
    buildDate: undefined,
    signature: { kind: 'valid', keyName: 'k', algorithm: 'RSA256' },
    dependencies: [],
    provides: [],
  };
}

/** Files that are there, by their end; everything below `gone` cannot be reached. */
function access(files: readonly string[], stored: readonly string[] = []): EnvironmentAccess {
  return {
    async facts(location) {
      if (location.startsWith('gone/')) throw new Failure('unreachable', `${location} cannot be fetched`);
      const [, name, version] = /([a-z]+)-([^/]+)\.apk$/.exec(location)!;
      return files.some((file) => location.endsWith(file)) ? factsOf(name!, version!) : undefined;
    },
    stored: async (name, version) => (stored.includes(`${name}-${version}`) ? [factsOf(name, version)] : []),
  };
}

const wantedOf = (name: string, version: string): Wanted => ({
  name: packageName(name),
  version: packageVersion(version),
});

function search(
  places: readonly EnvironmentPlace[],
  given: EnvironmentAccess,
  refusals: readonly Failure[] = [],
): Search {
  return {
    architecture: architecture('x86_64'),
    places,
    access: given,
    refusals,
    allowUnsigned: false,
  };
}

const wanted: Wanted = wantedOf('tool', '1.0-r1');

test('a package of the environment is taken from the next place where one cannot be reached', async () => {
  const places = [place('gone', { tool: ['1.0-r1'] }), place('here', { tool: ['1.0-r1'] })];
  const {
    packages: [found],
  } = await resolveEnvironment([wanted], search(places, access(['tool-1.0-r1.apk'])));
  assert.deepEqual([found?.repository, found?.foundIn], ['here', 'index']);
  const {
    packages: [unlisted],
  } = await resolveEnvironment(
    [wanted],
    search([places[0]!, place('here', {})], access(['tool-1.0-r1.apk'])),
  );
  assert.deepEqual([unlisted?.repository, unlisted?.foundIn], ['here', 'unlisted']);
  const {
    packages: [stored],
  } = await resolveEnvironment([wanted], search([places[0]!], access([], ['tool-1.0-r1'])));
  assert.equal(stored?.foundIn, 'store');
});

test('everything that is missing is named, and everything that was tried', async () => {
  const places = [place('gone', { tool: ['1.0-r1'] }), place('gone/too', {})];
  const refusals = [new Failure('unreachable', 'elsewhere cannot be fetched')];
  const both = [wanted, wantedOf('other', '2-r0')];
  for (const find of [findExact, findNearest]) {
    await assert.rejects(resolveEnvironment(both, search(places, access([]), refusals), find), (thrown) => {
      assert.ok(thrown instanceof Failure);
      assert.equal(thrown.code, 'environment-unavailable');
      assert.equal(thrown.expected, 'tool=1.0-r1 other=2-r0');
      for (const tried of ['elsewhere', 'gone/x86_64/tool-1.0-r1.apk', 'gone/too/x86_64/other-2-r0.apk'])
        assert.ok(thrown.got?.includes(tried), thrown.got);
      return true;
    });
  }
});

test('the nearest version is a rebuild of the same sources, the next newer, or the next older', async () => {
  const cases: [recorded: string, listed: string[], nearest: string | undefined][] = [
    ['1.0-r1', ['1.0-r0', '1.0-r1', '1.0-r2'], '1.0-r1'],
    ['1.0-r1', ['1.0-r0', '1.0-r2', '1.0-r3'], '1.0-r2'],
    ['1.0-r1', ['0.9-r9', '1.0-r0', '1.1-r0'], '1.0-r0'],
    ['1.0-r9', ['1.0-r10', '1.0-r8'], '1.0-r10'],
    ['1.0-r1', ['0.8-r0', '0.9-r0', '1.1-r0', '2.0-r0'], '1.1-r0'],
    ['1.0-r1', ['1.0_rc1-r5', '0.9-r0'], '1.0_rc1-r5'],
    ['1.0-r1', ['0.8-r0', '0.9-r0'], '0.9-r0'],
    ['1.9-r0', ['1.10-r0', '2.0-r0'], '1.10-r0'],
    ['1.0-r1', [], undefined],
  ];
  for (const [version, listed, nearest] of cases) {
    const files = listed.map((each) => `tool-${each}.apk`);
    const given = search(
      [place('here', { tool: [...listed].reverse(), toolbox: ['1.0-r2'] })],
      access(files),
    );
    const found = resolveEnvironment([wantedOf('tool', version)], given, findNearest);
    if (nearest === undefined) await assert.rejects(found, { code: 'environment-unavailable' });
    else {
      const {
        packages: [only],
      } = await found;
      assert.equal(only?.locked.version, nearest, `${version} of ${listed.join()}`);
      assert.equal(isSubstitute(only!), nearest !== version);
      assert.equal(only?.asked.version, version);
    }
  }
});

test('a nearer version whose file is gone gives way to the next', async () => {
  const given = search([place('here', { tool: ['1.0-r2', '1.0-r3'] })], access(['tool-1.0-r3.apk']));
  const {
    packages: [found],
  } = await resolveEnvironment([wanted], given, findNearest);
  assert.equal(found?.locked.version, '1.0-r3');
});

test('an index full of versions without files is not searched completely', async () => {
  const listed = Array.from({ length: 1000 }, (_, at) => `1.0-r${at + 2}`);
  const asked: string[] = [];
  const none = access([]);
  const counting = {
    ...none,
    facts: (...wanted: Parameters<typeof none.facts>) => {
      asked.push(wanted[0]);
      return none.facts(...wanted);
    },
  };
  const found = resolveEnvironment(
    [wanted],
    search([place('here', { tool: listed })], counting),
    findNearest,
  );
  await assert.rejects(found, { code: 'environment-unavailable' });
  assert.ok(asked.length > 1 && asked.length < 50, `${asked.length}`);
});

test('the recorded version wins over nearer places, wherever it is', async () => {
  const places = [place('here', { tool: ['1.0-r2'] }), place('there', { tool: ['1.0-r1'] })];
  const {
    packages: [found],
  } = await resolveEnvironment(
    [wanted],
    search(places, access(['there/x86_64/tool-1.0-r1.apk'])),
    findNearest,
  );
  assert.deepEqual([found?.locked.version, found?.repository], ['1.0-r1', 'there']);
});

test('a guest does not take a package that nothing vouches for', () => {
  const facts = factsOf('tool', '1.0-r1');
  const found = { locked: facts, asked: wanted, facts, foundIn: 'store', repository: '' } as const;
  // @ts-expect-error no voucher
  const none: ResolvedPackage = found;
  // @ts-expect-error a voucher that `vouch` did not make
  const made: ResolvedPackage = { ...found, voucher: { by: 'index', indexKey: 'k', packageKey: undefined } };
  assert.ok(none !== made);
});
