import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { sha256 } from '../../../src/digest.ts';
import type { Failure } from '../../../src/failure.ts';
import { mostArtifactBytes } from '../../../src/sweep/judge/artifacts.ts';
import { bucketArtifacts, parseBucket } from '../../../src/sweep/remote/bucket-artifacts.ts';
import { signedHeaders } from '../../../src/sweep/remote/signature-v4.ts';
import { bucketVariables, credentials, startBucket } from '../../support/bucket.ts';

describe('requests to a bucket', () => {
  // Amazon S3 API Reference, “Signature Calculations for the Authorization Header”, examples GET Object and PUT Object.
  const examples = [
    {
      method: 'GET',
      path: '/test.txt',
      headers: { range: 'bytes=0-9' },
      body: '',
      signature: 'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
    },
    {
      method: 'PUT',
      path: '/test%24file.text',
      headers: { date: 'Fri, 24 May 2013 00:00:00 GMT', 'x-amz-storage-class': 'REDUCED_REDUNDANCY' },
      body: 'Welcome to Amazon S3.',
      signature: '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
    },
  ];

  for (const { method, path, headers, body, signature } of examples) {
    it(`are signed as the published example of ${method} is`, () => {
      const url = new URL(`https://examplebucket.s3.amazonaws.com${path}`);
      const payload = sha256(Buffer.from(body));
      const signed = signedHeaders(
        { method, url, headers, payload },
        { credentials, region: 'us-east-1', time: Date.UTC(2013, 4, 24) },
      );
      assert.ok(signed['authorization']!.endsWith(`Signature=${signature}`));
    });
  }

  it('keep what was put, by its digest, and give back nothing that was changed', async () => {
    const server = await startBucket();
    try {
      const artifacts = open(server.address);
      const bytes = Buffer.from('a result');
      const digest = await artifacts.put(bytes);
      assert.equal(digest, createHash('sha256').update(bytes).digest('hex'));
      assert.deepEqual(await artifacts.get(digest), bytes);
      assert.equal(await artifacts.get(sha256(Buffer.from('a different one'))), undefined);
      const [name] = [...server.objects.keys()];
      assert.equal(name, `/results/wolfi/sha256/${digest.slice(0, 2)}/${digest}`);
      server.objects.set(name!, Buffer.from('changed'));
      assert.equal(await artifacts.get(digest), undefined);
    } finally {
      server.close();
    }
  });

  it('give back nothing that is larger than a result can be', async () => {
    const server = await startBucket();
    try {
      const bytes = Buffer.alloc(200_000, 'a');
      const digest = await open(server.address).put(bytes);
      assert.equal((await open(server.address).get(digest))?.length, bytes.length);
      assert.equal(await open(server.address, undefined, bytes.length - 1).get(digest), undefined);
    } finally {
      server.close();
    }
  });

  it('go on after trouble of the server, and say what a bucket refuses', async () => {
    const server = await startBucket();
    try {
      server.troubles = 3;
      const bytes = Buffer.from('a result');
      await open(server.address).put(bytes);
      assert.equal(server.troubles, 0);
      server.refuses = true;
      await assert.rejects(open(server.address).put(bytes), (failure: Failure) => failure.code === 'usage');
      server.redirects = true;
      await assert.rejects(open(server.address).put(bytes), (failure: Failure) => failure.code === 'usage');
    } finally {
      server.close();
    }
  });

  it('end with the worker', async () => {
    const server = await startBucket();
    try {
      server.troubles = 1000;
      const controller = new AbortController();
      const putting = open(server.address, controller.signal).put(Buffer.from('a result'));
      controller.abort();
      await assert.rejects(putting);
    } finally {
      server.close();
    }
  });

  const wrong = [
    's3://',
    's3://A',
    's3://user:hunter2@bucket/x',
    's3://bucket/../x',
    'https://bucket',
    's3://b/x?y',
  ];
  for (const address of wrong) {
    it(`are not made for ${address}`, () => {
      assert.throws(
        () => parseBucket(address, { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' }),
        (failure: Failure) => failure.code === 'usage' && !JSON.stringify(failure).includes('hunter2'),
      );
    });
  }

  function open(
    endpoint: string,
    signal: AbortSignal = new AbortController().signal,
    mostBytes = mostArtifactBytes,
  ) {
    return bucketArtifacts(parseBucket('s3://results/wolfi', bucketVariables(endpoint)), {
      signal,
      now: Date.now,
      firstWaitMilliseconds: 5,
      mostBytes,
    });
  }
});
