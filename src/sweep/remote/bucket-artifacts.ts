/** Results and logs in a bucket that speaks S3, each by its digest, so that nothing there is ever changed. */

import { type Sha256, sha256 } from '../../digest.ts';
import { Failure } from '../../failure.ts';
import { type Artifacts, mostArtifactBytes } from '../judge/artifacts.ts';
import { type Answered, exchangePatiently } from './far-exchange.ts';
import { type S3Credentials, signedHeaders } from './signature-v4.ts';

export interface BucketPlace {
  /** Address of the server, for anything but AWS itself. */
  readonly endpoint: URL | undefined;
  readonly bucket: string;
  /** In front of every name; empty, or with a slash at its end. */
  readonly prefix: string;
  readonly region: string;
  readonly credentials: S3Credentials;
}

export interface BucketOptions {
  readonly signal: AbortSignal;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly firstWaitMilliseconds?: number;
  /** More of one object is not read; `mostArtifactBytes` where nothing is said. */
  readonly mostBytes?: number;
}

/** With the waits between them some minutes: what hours of building gave is not thrown away lightly. */
const attempts = 12;
const empty = sha256(Buffer.alloc(0));

/** Those in a bucket. What comes back is held against its digest. Fails with `unreachable`, or with `usage` where the bucket refuses. */
export function bucketArtifacts(place: BucketPlace, options: BucketOptions): Artifacts {
  const ask = (method: 'GET' | 'PUT', digest: Sha256, body?: Uint8Array): Promise<Answered> => {
    const url = objectAddress(place, digest);
    const payload = body === undefined ? empty : digest;
    const headers = signedHeaders(
      { method, url, headers: {}, payload },
      { credentials: place.credentials, region: place.region, time: options.now() },
    );
    const { signal, firstWaitMilliseconds = 500, mostBytes = mostArtifactBytes } = options;
    return exchangePatiently(
      { method, url, headers, mostBytes, ...(body === undefined ? {} : { body }) },
      { signal, attempts, firstWaitMilliseconds },
    );
  };
  return {
    async put(bytes) {
      const digest = sha256(bytes);
      const { status } = await ask('PUT', digest, bytes);
      if (status !== 200) throw refused(place, status);
      return digest;
    },
    async get(digest) {
      const { status, body } = await ask('GET', digest);
      if (status === 404) return undefined;
      if (status !== 200) throw refused(place, status);
      return sha256(body) === digest ? body : undefined;
    },
  };
}

function refused({ bucket }: BucketPlace, status: number): Failure {
  return new Failure('usage', `the bucket ${bucket} refuses: it answers with ${status}`, {
    hint: 'do the credentials, the region and the name of the bucket belong together, and is this machine’s clock right?',
  });
}

function objectAddress({ endpoint, bucket, prefix, region }: BucketPlace, digest: Sha256): URL {
  const name = encodePath(`${prefix}sha256/${digest.slice(0, 2)}/${digest}`);
  if (endpoint === undefined) return new URL(`https://${bucket}.s3.${region}.amazonaws.com/${name}`);
  const base = endpoint.href.replace(/\/$/, '');
  return new URL(`${base}/${bucket}/${name}`);
}

/** As the signature has it: everything but unreserved characters and slashes (RFC 3986 §2.3). */
function encodePath(path: string): string {
  return path
    .split('/')
    .map((part) =>
      encodeURIComponent(part).replace(
        /[!'()*]/g,
        (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`,
      ),
    )
    .join('/');
}

/** Names of buckets (Amazon S3 User Guide, “General purpose buckets naming rules”). */
const bucketForm = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const regionForm = /^[a-z0-9-]{1,40}$/;
const prefixForm = /^[\w.=/-]*$/;

/**
 * The bucket of an address `s3://BUCKET/PREFIX`, with the rest from the variables that AWS’s own programs read. Fails with `usage`.
 * @param env of the program
 */
export function parseBucket(address: string, env: Readonly<Record<string, string | undefined>>): BucketPlace {
  const [, bucket = '', path = ''] = /^s3:\/\/([^/?#@:]+)(?:\/([^?#]*))?$/.exec(address) ?? [];
  const region = env['AWS_REGION'] || env['AWS_DEFAULT_REGION'] || 'us-east-1';
  if (!bucketForm.test(bucket) || !prefixForm.test(path) || path.includes('..'))
    throw new Failure('usage', 'this is not the address of a bucket', {
      expected: 's3://BUCKET or s3://BUCKET/PREFIX',
    });
  if (!regionForm.test(region)) throw new Failure('usage', 'AWS_REGION is not the name of a region');
  const [accessKeyId = '', secretAccessKey = ''] = [env['AWS_ACCESS_KEY_ID'], env['AWS_SECRET_ACCESS_KEY']];
  if (accessKeyId === '' || secretAccessKey === '')
    throw new Failure('usage', `there are no credentials for the bucket ${bucket}`, {
      hint: 'set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment',
    });
  const sessionToken = env['AWS_SESSION_TOKEN'] ?? '';
  return {
    endpoint: parseEndpoint(env['AWS_ENDPOINT_URL_S3'] || env['AWS_ENDPOINT_URL'] || ''),
    bucket,
    prefix: path === '' || path.endsWith('/') ? path : `${path}/`,
    region,
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken === '' ? {} : { sessionToken }) },
  };
}

function parseEndpoint(text: string): URL | undefined {
  if (text === '') return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== '' || url.search !== '')
    throw new Failure('usage', 'AWS_ENDPOINT_URL is not an http or https address');
  return url;
}
