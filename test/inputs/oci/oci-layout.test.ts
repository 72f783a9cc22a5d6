import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { sha256 } from '../../../src/digest.ts';
import { openImage } from '../../../src/inputs/oci/oci-layout.ts';
import { fileOf, tarOf } from '../../support/apk-builder.ts';
import { codeOf, failure } from '../../support/failures.ts';
import { type Ending, temporaryFolder } from '../../support/folder.ts';
import {
  type ImageParts,
  type LayoutParts,
  layerOf,
  ociType,
  writeLayout,
} from '../../support/oci-builder.ts';

const layer = layerOf(fileOf('etc/a', 'a'));
const image: ImageParts = { layers: [layer] };

function layout(context: Ending, parts: LayoutParts): string {
  const folder = mkdtempSync(join(temporaryFolder(context), 'layout-'));
  writeLayout(folder, parts);
  return folder;
}

test('the image for an architecture is found by its platform, or by its configuration', async (context) => {
  const of = (architecture: string, more: object = {}): ImageParts => ({
    layers: [layerOf(fileOf('arch', architecture))],
    platform: { os: 'linux', architecture, ...more },
  });
  const cases: [arch: string, images: ImageParts[], found: string | undefined][] = [
    ['x86_64', [of('arm64'), of('amd64')], 'amd64'],
    ['aarch64', [of('arm64'), of('amd64')], 'arm64'],
    ['armv7', [of('arm', { variant: 'v6' }), of('arm', { variant: 'v7' })], 'arm'],
    ['riscv64', [of('riscv64')], 'riscv64'],
    ['x86_64', [{ ...of('amd64'), platform: null }], 'amd64'],
    ['x86_64', [of('amd64'), of('amd64')], 'amd64'],
    ['x86_64', [of('arm64')], undefined],
    ['x86_64', [of('unknown', { os: 'unknown' })], undefined],
    ['x86_64', [], undefined],
    ['x86_64', [of('amd64'), image], undefined],
    ['constructor', [of('amd64')], undefined],
  ];
  for (const [arch, images, found] of cases) {
    const folder = layout(context, { images });
    if (found === undefined)
      await assert.rejects(openImage(folder, arch), failure('environment-unavailable'), arch);
    else assert.equal((await openImage(folder, arch)).layers.length, 1, arch);
  }
});

test('an index inside an index is followed', async (context) => {
  const folder = layout(context, { images: [image] });
  const wrap = () => {
    const inner = readFileSync(join(folder, 'index.json'));
    const digest = sha256(inner);
    writeFileSync(join(folder, 'blobs/sha256', digest), inner);
    const descriptor = {
      mediaType: ociType('index.v1+json'),
      digest: `sha256:${digest}`,
      size: inner.length,
    };
    writeFileSync(join(folder, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [descriptor] }));
  };
  for (let depth = 1; depth <= 3; depth += 1) {
    wrap();
    assert.equal((await openImage(folder, 'x86_64')).layers.length, 1, String(depth));
  }
  wrap();
  await assert.rejects(openImage(folder, 'x86_64'), failure('environment-invalid'));
});

test('layers are distinguished by their media types, Docker’s included', async (context) => {
  const types: [mediaType: string, compression: string | undefined][] = [
    [ociType('layer.v1.tar'), 'none'],
    [ociType('layer.v1.tar+gzip'), 'gzip'],
    [ociType('layer.v1.tar+zstd'), 'zstd'],
    ['application/vnd.docker.image.rootfs.diff.tar.gzip', 'gzip'],
    ['application/vnd.docker.image.rootfs.foreign.diff.tar.gzip', undefined],
    ['application/vnd.oci.image.layer.v1.tar+encrypted', undefined],
    ['text/plain', undefined],
  ];
  for (const [mediaType, compression] of types) {
    const folder = layout(context, { images: [{ layers: [{ ...layer, mediaType }] }] });
    if (compression === undefined)
      await assert.rejects(openImage(folder, 'x86_64'), failure('environment-invalid'), mediaType);
    else assert.equal((await openImage(folder, 'x86_64')).layers[0]!.compression, compression, mediaType);
  }
});

test('the archive of a layout gives the same as its folder, whoever wrote it', async (context) => {
  const folder = layout(context, { images: [image] });
  const { digest } = await openImage(folder, 'x86_64');
  for (const flags of [[], ['--format=gnu'], ['--format=pax']]) {
    const archive = join(temporaryFolder(context), 'image.tar');
    execFileSync('tar', [...flags, '-cf', archive, '-C', folder, '.']);
    const opened = await openImage(archive, 'x86_64');
    assert.equal(opened.digest, digest);
    const pieces: Uint8Array[] = [];
    for await (const piece of opened.layers[0]!.open()) pieces.push(piece);
    assert.ok(Buffer.concat(pieces).equals(Buffer.concat(await all(openImage(folder, 'x86_64')))));
  }
  const nothing = join(temporaryFolder(context), 'image.tar');
  for (const bytes of [
    Buffer.alloc(0),
    Buffer.from('no tar'),
    tarOf([]),
    tarOf([fileOf('x', 'x')]).subarray(0, 700),
  ]) {
    writeFileSync(nothing, bytes);
    await assert.rejects(openImage(nothing, 'x86_64'), failure('environment-invalid'));
  }
});

async function all(opening: ReturnType<typeof openImage>): Promise<Uint8Array[]> {
  const pieces: Uint8Array[] = [];
  for await (const piece of (await opening).layers[0]!.open()) pieces.push(piece);
  return pieces;
}

test('a layout that is not what its digests say is refused', async (context) => {
  const folder = layout(context, { images: [image] });
  const blobs = writeLayout(folder, { images: [image] });
  for (const [at, blob] of blobs.entries()) {
    const bytes = readFileSync(blob);
    // The layer itself is held against its digest when it is unpacked, its size already now.
    const changes = at === 0 ? [] : [flipped(bytes)];
    for (const changed of [...changes, bytes.subarray(1), Buffer.concat([bytes, Buffer.from(' ')])]) {
      writeFileSync(blob, changed);
      await assert.rejects(openImage(folder, 'x86_64'), failure('environment-invalid'));
    }
    rmSync(blob);
    await assert.rejects(openImage(folder, 'x86_64'), failure('environment-invalid'));
    writeFileSync(blob, bytes);
  }
  await openImage(folder, 'x86_64');
});

function flipped(bytes: Buffer): Buffer {
  const changed = Buffer.from(bytes);
  changed[changed.length - 3]! ^= 1;
  return changed;
}

const large: ImageParts = { ...image, manifest: { annotations: 'x'.repeat(2 * 1024 * 1024) } };

function nested(depth: number): unknown {
  let value: unknown = [];
  for (let at = 0; at < depth; at += 1) value = [value];
  return value;
}

test('a description of an image in a different form is refused', async (context) => {
  const digest = `sha256:${'a'.repeat(64)}`;
  const hostile: [what: string, parts: LayoutParts][] = [
    ['marker of another version', { images: [image], marker: { imageLayoutVersion: '2.0.0' } }],
    ['marker that is none', { images: [image], marker: [] }],
    ['index without a list', { images: [], index: { manifests: 'x' } }],
    ['index of something else', { images: [], index: { manifests: [null] } }],
    ['digest of another kind', { images: [image], descriptor: { digest: 'md5:0' } }],
    ['digest that is a path', { images: [image], descriptor: { digest: 'sha256:../../../etc/passwd' } }],
    ['digest with a path behind', { images: [image], descriptor: { digest: `${digest}/../x` } }],
    ['negative size', { images: [image], descriptor: { size: -1 } }],
    ['size that is no number', { images: [image], descriptor: { size: '1e9' } }],
    ['blob that is not there', { images: [image], descriptor: { digest } }],
    ['manifest without layers', { images: [{ ...image, manifest: { layers: {} } }] }],
    ['manifest without a configuration', { images: [{ ...image, manifest: { config: undefined } }] }],
    ['configuration without digests', { images: [{ ...image, config: { rootfs: {} } }] }],
    ['fewer digests than layers', { images: [{ ...image, config: { rootfs: { diff_ids: [] } } }] }],
    ['layer that is a path', { images: [{ ...image, layer: { digest: 'sha256:../../index.json' } }] }],
    ['layer of another size', { images: [{ ...image, layer: { size: 1 } }] }],
    [
      'too many images',
      {
        images: [],
        index: { manifests: Array.from({ length: 1001 }, () => ({ mediaType: 'x', digest, size: 1 })) },
      },
    ],
    ['digest nested without end', { images: [image], descriptor: { digest: nested(1000) } }],
    [
      'one large manifest named many times',
      { images: Array<ImageParts>(50).fill({ ...large, platform: null }) },
    ],
    [
      'description beyond the bound',
      { images: [image], index: { annotations: 'x'.repeat(4 * 1024 * 1024) } },
    ],
  ];
  for (const [what, parts] of hostile)
    await assert.rejects(openImage(layout(context, parts), 'x86_64'), failure('environment-invalid'), what);
  const folder = layout(context, { images: [image] });
  for (const name of ['oci-layout', 'index.json']) {
    const bytes = readFileSync(join(folder, name));
    const deep = `{"manifests":[{"mediaType":"x","digest":${'['.repeat(100_000)}${']'.repeat(100_000)}}]}`;
    for (const changed of ['', '{', 'null', '[[[[['.repeat(100_000), deep]) {
      writeFileSync(join(folder, name), changed);
      await assert.rejects(
        openImage(folder, 'x86_64'),
        failure('environment-invalid'),
        `${name}: ${changed.slice(0, 9)}`,
      );
    }
    writeFileSync(join(folder, name), bytes);
  }
});

test('whatever is in the index, the outcome is an image or a failure of the environment', async (context) => {
  const folder = layout(context, { images: [image] });
  const keys = fc.constantFrom(
    'manifests',
    'mediaType',
    'digest',
    'size',
    'platform',
    'os',
    'layers',
    'config',
  );
  const leaf = fc.oneof(
    fc.string(),
    fc.integer(),
    fc.constant(null),
    fc.constant(ociType('manifest.v1+json')),
  );
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      leaf,
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(keys, tie('value'), { maxKeys: 5 }),
    ),
  }));
  await fc.assert(
    fc.asyncProperty(value, async (manifests) => {
      writeFileSync(join(folder, 'index.json'), JSON.stringify({ manifests }));
      const code = await codeOf(() => openImage(folder, 'x86_64'));
      assert.ok(code === 'environment-invalid' || code === 'environment-unavailable', code);
    }),
    { numRuns: 300 },
  );
});
