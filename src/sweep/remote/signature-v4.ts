/** AWS Signature Version 4 for S3 (Amazon S3 API Reference, “Authenticating Requests: Using the Authorization Header”). */
import { createHmac } from 'node:crypto';
import { type Sha256, sha256 } from '../../digest.ts';

export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface S3Request {
  readonly method: string;
  /** Without a query. Its path is already encoded. */
  readonly url: URL;
  /** Those that are signed besides the host, the time and the payload. */
  readonly headers: Readonly<Record<string, string>>;
  /** Digest of the body. */
  readonly payload: Sha256;
}

export interface SigningTerms {
  readonly credentials: S3Credentials;
  readonly region: string;
  /** Milliseconds since 1970. */
  readonly time: number;
}

/** All headers of a signed request. */
export function signedHeaders(
  { method, url, headers, payload }: S3Request,
  { credentials, region, time }: SigningTerms,
): Record<string, string> {
  const stamp = new Date(time).toISOString().replace(/[-:]|\.\d+/g, '');
  const day = stamp.slice(0, 8);
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const own = {
    ...headers,
    'x-amz-content-sha256': payload,
    'x-amz-date': stamp,
    ...(sessionToken === undefined ? {} : { 'x-amz-security-token': sessionToken }),
  };
  const all = Object.entries({ ...own, host: url.host })
    .map(([name, value]) => [name.toLowerCase(), value.trim()] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const names = all.map(([name]) => name).join(';');
  const canonical = [
    method,
    url.pathname,
    '',
    ...all.map(([name, value]) => `${name}:${value}`),
    '',
    names,
    payload,
  ].join('\n');
  const scope = `${day}/${region}/s3/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', stamp, scope, sha256(Buffer.from(canonical))].join('\n');
  const key = [day, region, 's3', 'aws4_request'].reduce<Buffer>(
    (previous, part) => hmac(previous, part),
    Buffer.from(`AWS4${secretAccessKey}`),
  );
  const signature = hmac(key, toSign).toString('hex');
  const authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`;
  return { ...own, authorization };
}

function hmac(key: Uint8Array, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
