/** A bucket that speaks as much of S3 as results and logs need. */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';

/** The key of all examples in AWS’s documentation. */
export const credentials = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};

/** The variables by which the program finds a bucket of this server. */
export function bucketVariables(endpoint: string): Readonly<Record<string, string>> {
  return {
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_ENDPOINT_URL: endpoint,
  };
}

export interface Bucket {
  readonly address: string;
  readonly objects: Map<string, Buffer>;
  troubles: number;
  refuses: boolean;
  redirects: boolean;
  close(): void;
}

/** Takes what has the digest that its header names and was signed at all; who signs rightly is judged by the examples, and by a server of others’ (docs/workers.md). */
export async function startBucket(): Promise<Bucket> {
  const objects = new Map<string, Buffer>();
  const server = createServer(async (request, response) => {
    const body = await bodyOf(request);
    const answer = (status: number, bytes?: Buffer) => response.writeHead(status).end(bytes);
    if (bucket.troubles > 0) {
      bucket.troubles -= 1;
      return answer(503);
    }
    if (bucket.redirects) return response.writeHead(307, { location: 'http://127.0.0.1:9/' }).end();
    const digest = createHash('sha256').update(body).digest('hex');
    const isSigned = /^AWS4-HMAC-SHA256 Credential=AKIA/.test(request.headers.authorization ?? '');
    if (bucket.refuses || !isSigned || request.headers['x-amz-content-sha256'] !== digest) return answer(403);
    if (request.method === 'PUT') objects.set(request.url!, body);
    const found = objects.get(request.url!);
    return found === undefined ? answer(404) : answer(200, request.method === 'GET' ? found : undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const bucket: Bucket = {
    address: `http://127.0.0.1:${port}`,
    objects,
    troubles: 0,
    refuses: false,
    redirects: false,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
  return bucket;
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}
