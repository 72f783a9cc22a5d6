/** Environments that stand in for the recorded one: nearest versions from a server, images made by ourselves and by others. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { parseSigningKey } from '../../src/apk/private-key.ts';
import type { EnvironmentChoice, RunOptions } from '../../src/flow/run-options.ts';
import { indexFolder } from '../../src/index-folder.ts';
import { machineInputs } from '../../src/inputs/inputs.ts';
import { defaultNetwork } from '../../src/inputs/network/network-options.ts';
import { findProgram } from '../../src/process.ts';
import { renderText } from '../../src/report/text-report.ts';
import { type PackageResult, runResult } from '../../src/verdict/result.ts';
import { verify } from '../../src/verify.ts';
import { fileOf } from '../support/apk-builder.ts';
import { lab, skipUnless } from '../support/lab.ts';
import { labEnvironment } from '../support/lab-environment.ts';
import { type LabServer, startLabServer } from '../support/lab-server.ts';
import { architecture } from '../support/names.ts';
import { type LayerParts, layerOf, ociType, writeLayout } from '../support/oci-builder.ts';
import { changeControl, type Parts, repack, textOf, withText } from '../support/parts.ts';
import { assertReproduced, cannotRebuild, differencesOf, explain, labOptions } from './lab-run.ts';

const hello = join(lab, 'repository/v0.59.1/x86_64/hello-shell-1.4.2-r3.apk');
const quick = { ...defaultNetwork, timeoutMilliseconds: 2000, attempts: 2, backoffMilliseconds: 5 };

describe('another environment', { skip: cannotRebuild, concurrency: false }, () => {
  let folder: string;
  let server: LabServer;
  /** The recorded environment as it is unpacked. */
  let root: string;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'wolfi-repro-environment-'));
    server = await startLabServer();
    server.serve('/lab/', labEnvironment!);
    const options = optionsWith({ kind: 'recorded' });
    assertReproduced(await verifyOne(options), 'valid');
    const [unpacked] = readdirSync(join(options.machine.cache, 'environments'));
    root = join(options.machine.cache, 'environments', unpacked!, 'root');
  });
  after(async () => {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  function optionsWith(environment: EnvironmentChoice, extra: Partial<RunOptions> = {}): RunOptions {
    const usual = labOptions({ environment });
    const cache = mkdtempSync(join(folder, 'cache-'));
    const inputs = machineInputs(cache, usual.machine.signal, quick);
    return { ...usual, machine: { ...usual.machine, cache, inputs }, ...extra };
  }

  async function verifyOne(options: RunOptions): Promise<PackageResult> {
    const { packages } = await verify([hello], options);
    return packages[0]!;
  }

  describe('of the nearest versions', () => {
    /** The recorded packages on the server, two withdrawn and there as other versions instead. */
    async function serve(
      name: string,
      withdrawn: Readonly<Record<string, readonly string[]>>,
      change: (parts: Parts) => Parts = same,
    ) {
      const packages = join(folder, name, 'x86_64');
      mkdirSync(packages, { recursive: true });
      const installed = readFileSync(join(root, 'usr/lib/apk/db/installed'), 'utf8');
      for (const [, package_, version] of installed.matchAll(/^P:(.*)\nV:(.*)$/gm)) {
        const file = join(labEnvironment!, 'x86_64', `${package_}-${version}.apk`);
        const others = withdrawn[package_!];
        if (others === undefined) cpSync(file, join(packages, `${package_}-${version}.apk`));
        for (const other of others ?? []) {
          const bytes = await repack(file, (parts) => change(withVersion(parts, other)));
          writeFileSync(join(packages, `${package_}-${other}.apk`), bytes);
        }
      }
      const key = parseSigningKey('lab.rsa', readFileSync(join(lab, 'lab.rsa')));
      await indexFolder(packages, { key, algorithm: 'RSA256' });
      server.serve(`/${name}/`, join(folder, name));
      return (extra: Partial<RunOptions> = {}) =>
        optionsWith({ kind: 'nearest' }, { repositories: [`${server.url}/${name}`], ...extra });
    }

    it('gives equal bytes that are still reproduced, and the report has both versions of each package', async () => {
      const options = await serve('same', { gzip: ['1.12-r101', '1.12-r102', '2-r0'], xz: ['5.4.0-r9'] });
      const result = await verifyOne(options());
      assertReproduced(result, 'valid');
      assert.deepEqual(result.substituted?.packages, [
        { name: 'gzip', recorded: recordedVersion('gzip'), used: '1.12-r101' },
        { name: 'xz', recorded: recordedVersion('xz'), used: '5.4.0-r9' },
      ]);
      assert.equal(result.plan?.plan.environment.kind, 'nearest');
      const text = renderText(runResult([result]));
      assert.ok(
        text.includes(
          `  instead     gzip 1.12-r101 for ${recordedVersion('gzip')}\n              xz 5.4.0-r9 for `,
        ),
        text,
      );
      assert.ok(text.includes('2 of 15 packages of the environment had a different version'), text);
      const recorded = await verifyOne(options({ fallbackRepositories: [`${server.url}/lab`] }));
      assertReproduced(recorded, 'valid');
      assert.equal(recorded.substituted, undefined);
      assert.equal(recorded.plan?.plan.environment.kind, 'recorded');
    });

    it('makes no statement where the bytes differ', async () => {
      const [, upstream] = /^(.*)-r\d+$/.exec(recordedVersion('coreutils'))!;
      const options = await serve('other', { coreutils: [`${upstream}-r999`] }, withoutChmod);
      const result = await verifyOne(options());
      assert.equal(outcomeOf(result), 'inconclusive:environment-substituted', explain(result));
      assert.ok(
        differencesOf(result.verdict).some(
          ({ kind, path }) => kind === 'mode' && path === 'usr/bin/hello-sh',
        ),
      );
      assert.match(renderText(runResult([result])), /instead {5}coreutils .*-r999 for /);
    });

    it('is unavailable where no version of a package can be found', async () => {
      const options = await serve('none', { gzip: [] });
      const result = await verifyOne(options());
      assert.equal(outcomeOf(result), 'inconclusive:environment-unavailable');
    });

    function recordedVersion(name: string): string {
      const installed = readFileSync(join(root, 'usr/lib/apk/db/installed'), 'utf8');
      return new RegExp(`^P:${name}\nV:(.*)$`, 'm').exec(installed)![1]!;
    }
  });

  describe('from servers that are gone', () => {
    const gone = 'http://127.0.0.1:9/gone';

    it('is found in the others, which the report says', async () => {
      const repositories = [gone, `${server.url}/lab`];
      const result = await verifyOne(
        optionsWith({ kind: 'recorded' }, { repositories, fallbackRepositories: [gone] }),
      );
      assertReproduced(result, 'valid');
      const unreached = result.findings.filter(({ kind }) => kind === 'repository-unreached');
      assert.equal(unreached.length, 2);
      assert.match(unreached[0]!.detail, /^http:\/\/127\.0\.0\.1:9\/gone: .*ECONNREFUSED/);
    });

    it('is named with everything that was tried where no place has it', async () => {
      const repositories = [gone, 'http://127.0.0.1:9/too'];
      const result = await verifyOne(optionsWith({ kind: 'recorded' }, { repositories }));
      assert.equal(outcomeOf(result), 'inconclusive:environment-unavailable', explain(result));
      const { verdict } = result;
      assert.ok('failure' in verdict && /9\/gone.*9\/too/s.test(verdict.failure.got ?? ''), explain(result));
    });

    it('lets a package be found by its name elsewhere, or ends with everything that was tried', async () => {
      const subject = async (...repositories: string[]) => {
        const options = optionsWith(
          { kind: 'recorded' },
          { repositories, architecture: architecture('x86_64') },
        );
        const { packages } = await verify(['gzip'], options);
        return packages[0]!;
      };
      const found = await subject(gone, `${server.url}/lab`);
      assert.equal(found.subject?.name, 'gzip', explain(found));
      const missing = await subject(gone);
      assert.equal(outcomeOf(missing), 'inconclusive:unreachable');
      assert.ok('failure' in missing.verdict && missing.verdict.failure.got?.includes('9/gone'));
    });

    it('leaves open whether a package that only an index could vouch for is sound', async () => {
      const options = optionsWith({ kind: 'recorded' }, { repositories: [gone], keys: [] });
      assert.equal(outcomeOf(await verifyOne(options)), 'inconclusive:unreachable');
    });
  });

  describe('of an image', () => {
    let tar: Buffer;

    before(() => {
      tar = execFileSync('tar', ['-c', '--sort=name', '--owner=0', '--group=0', '-C', root, '.'], {
        maxBuffer: 1024 ** 3,
      });
    });

    async function verifyIn(path: string): Promise<PackageResult> {
      return verifyOne(optionsWith({ kind: 'image', path }, { repositories: [] }));
    }

    function layoutOf(...layers: readonly LayerParts[]): string {
      const path = mkdtempSync(join(folder, 'layout-'));
      writeLayout(path, { images: [{ layers }] });
      return path;
    }

    /** Equal bytes, and nothing that the image has is of another version. */
    async function requireReproduced(path: string, kinds: readonly string[]): Promise<void> {
      const result = await verifyIn(path);
      assertReproduced(result, 'valid');
      assert.deepEqual([result.substituted?.kind, result.substituted?.packages], ['image', []]);
      assert.match(
        result.caveats.join(),
        /^the environment was the image sha256:[0-9a-f]{64}: 0 of 15 recorded packages/,
      );
      assert.equal(result.plan?.plan.environment.kind, 'image');
      assert.deepEqual(kinds, layerKinds(path));
    }

    it('gives equal bytes that are still reproduced, however its layers are compressed', async () => {
      await requireReproduced(layoutOf({ tar, blob: tar, mediaType: ociType('layer.v1.tar') }), ['tar']);
      await requireReproduced(layoutOf({ tar, blob: gzipSync(tar, { level: 1 }) }), ['tar+gzip']);
    });

    it('has its packages compared with the recorded ones', async () => {
      const installed = readFileSync(join(root, 'usr/lib/apk/db/installed'), 'utf8');
      const changed = installed
        .replace(/^P:gzip\nV:.*$/m, 'P:gzip\nV:9-r9')
        .replace(/^P:xz$/m, 'P:xz-of-another-name');
      const path = layoutOf(
        { tar, blob: tar, mediaType: ociType('layer.v1.tar') },
        layerOf(fileOf('usr/lib/apk/db/installed', changed)),
      );
      const result = await verifyIn(path);
      assertReproduced(result, 'valid');
      assert.deepEqual(
        result.substituted?.packages.map(({ name, used }) => [name, used]),
        [
          ['gzip', '9-r9'],
          ['xz', undefined],
          ['xz-of-another-name', result.substituted?.packages[1]?.recorded],
        ],
      );
      assert.match(
        result.caveats.join(),
        /2 of 15 recorded packages had a different version or were missing/,
      );
    });

    it('makes no statement where the bytes differ', async () => {
      const broken = layerOf(fileOf('usr/bin/chmod', '#!/bin/sh\n', { mode: 0o755 }));
      const result = await verifyIn(layoutOf({ tar }, broken));
      assert.equal(outcomeOf(result), 'inconclusive:environment-substituted', explain(result));
    });

    it('that was changed is not a fault of the package', async () => {
      const path = layoutOf({ tar });
      const blobs = join(path, 'blobs/sha256');
      for (const name of readdirSync(blobs)) {
        const bytes = readFileSync(join(blobs, name));
        bytes[Math.floor(bytes.length / 2)]! ^= 1;
        writeFileSync(join(blobs, name), bytes);
        assert.equal(outcomeOf(await verifyIn(path)), 'inconclusive:environment-invalid', name);
        bytes[Math.floor(bytes.length / 2)]! ^= 1;
        writeFileSync(join(blobs, name), bytes);
      }
    });

    const [umoci, skopeo] = ['umoci', 'skopeo'].map(findProgram);
    it('is read as umoci writes it, with its whiteouts', {
      skip: skipUnless(umoci, 'umoci is not installed'),
    }, async () => {
      const path = join(folder, 'umoci');
      const run = (...argv: readonly string[]) => execFileSync(umoci!, argv, { stdio: 'pipe' });
      run('init', '--layout', path);
      run('new', '--image', `${path}:lab`);
      const decoy = join(folder, 'decoy');
      mkdirSync(join(decoy, 'bin'), { recursive: true });
      writeFileSync(join(decoy, 'bin/chmod'), '#!/bin/sh\n', { mode: 0o755 });
      run('insert', '--image', `${path}:lab`, decoy, '/usr/local');
      run('insert', '--image', `${path}:lab`, '--whiteout', '/usr/local');
      run('insert', '--image', `${path}:lab`, root, '/');
      run('gc', '--layout', path);
      await requireReproduced(path, ['tar+gzip', 'tar+gzip', 'tar+gzip']);
    });

    it('is read as skopeo writes it: compressed again, and as an archive', {
      skip: skipUnless(skopeo, 'skopeo is not installed'),
    }, async () => {
      const path = layoutOf({ tar });
      const run = (...argv: readonly string[]) =>
        execFileSync(skopeo!, ['--insecure-policy', 'copy', ...argv], { stdio: 'pipe' });
      run('--dest-compress-format', 'zstd', `oci:${path}`, `oci:${path}.zstd`);
      await requireReproduced(`${path}.zstd`, ['tar+zstd']);
      run(`oci:${path}`, `oci-archive:${path}.tar`);
      const result = await verifyIn(`${path}.tar`);
      assertReproduced(result, 'valid');
      assert.equal(result.plan?.identity, (await verifyIn(path)).plan?.identity);
    });
  });
});

/** The compressions of the layers of the only image, by its manifest. */
function layerKinds(path: string): string[] {
  const index = JSON.parse(readFileSync(join(path, 'index.json'), 'utf8')) as {
    manifests: { digest: string }[];
  };
  const blob = join(path, 'blobs', index.manifests[0]!.digest.replace(':', '/'));
  assert.ok(existsSync(blob));
  const { layers } = JSON.parse(readFileSync(blob, 'utf8')) as { layers: { mediaType: string }[] };
  return layers.map(({ mediaType }) => mediaType.replace(ociType('layer.v1.'), ''));
}

function same(parts: Parts): Parts {
  return parts;
}

function withVersion(parts: Parts, version: string): Parts {
  return changeControl(parts, '.PKGINFO', (entry) =>
    withText(entry, textOf(entry).replace(/^pkgver = .*$/m, `pkgver = ${version}`)),
  );
}

/** Programs that are given no mode stay as the shell made them. */
function withoutChmod(parts: Parts): Parts {
  const data = parts.data.map((entry) =>
    entry.name === 'usr/bin/chmod' ? withText(entry, '#!/bin/sh\nexit 0\n') : entry,
  );
  return { ...parts, data };
}

function outcomeOf({ verdict }: PackageResult): string {
  return verdict.kind === 'reproduced' ? verdict.kind : `${verdict.kind}:${verdict.reason}`;
}
