/** What makes two requests the same, so that the second can be given the answer to the first. */
import { gunzipSync } from 'node:zlib';
import { canonicalJson } from '../canonical.ts';
import { type Sha256, sha256 } from '../digest.ts';
import type { Exchange } from './exchange.ts';

export interface RequestKey extends Pick<Exchange, 'method' | 'url' | 'requestBody'> {
  /** Headers of the request that select the answer, sorted. */
  readonly selecting: readonly (readonly [name: string, value: string])[];
  /** The digest of the body without what differs between clients that ask for the same; absent where the body's own digest serves. */
  readonly sameBody?: Sha256;
}

/** Equal for two requests that are the same. */
export function requestKey({ method, url, requestBody, selecting, sameBody }: RequestKey): string {
  return canonicalJson([url, method, selecting, sameBody ?? requestBody?.sha256 ?? null]);
}

/**
 * Headers that select an answer (RFC 9110 §12.5.1, §13, §14.2; gitprotocol-http). Encodings are not among them: the gateway asks for
 * none. Nor are credentials: no transcript holds them.
 */
const selectingHeaders: readonly string[] = [
  'accept',
  'git-protocol',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'range',
];

/** The selecting headers of a request, by a function that looks a header up. */
export function selectingOf(header: (name: string) => string | undefined): [string, string][] {
  return selectingHeaders.flatMap((name) => {
    const value = header(name);
    // `*/*` expresses no preference.
    return value === undefined || value === '' || (name === 'accept' && value === '*/*')
      ? []
      : [[name, value]];
  });
}

const mostGitBytes = 16 * 1024 * 1024;

/**
 * The digest of the body of a git request over the smart protocol without what the client says about itself (`agent`, `session-id`:
 * gitprotocol-v2, gitprotocol-capabilities), and of its plain text where it is compressed; undefined for every other body, and for one
 * that does not follow the protocol.
 */
export function gitBody(contentType: string, contentEncoding: string, body: Uint8Array): Sha256 | undefined {
  if (!/^application\/x-git-(upload|receive)-pack-request$/.test(contentType)) return undefined;
  const plain = plainBody(contentEncoding, body);
  const lines = plain === undefined ? undefined : packetLines(plain);
  if (lines === undefined) return undefined;
  const kept = lines
    .filter((line) => !/^(agent|session-id)=/.test(line))
    .map((line) => line.replace(/ (agent|session-id)=[^ \n]*/g, ''));
  return sha256(Buffer.from(canonicalJson(kept)));
}

function plainBody(encoding: string, body: Uint8Array): Uint8Array | undefined {
  if (encoding === '' || encoding === 'identity') return body.length > mostGitBytes ? undefined : body;
  if (encoding !== 'gzip' && encoding !== 'x-gzip') return undefined;
  try {
    return gunzipSync(body, { maxOutputLength: mostGitBytes });
  } catch {
    return undefined;
  }
}

/** Packet lines of gitprotocol-common, the special ones by their length; undefined where the bytes are not packet lines. */
function packetLines(bytes: Uint8Array): string[] | undefined {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
  const lines: string[] = [];
  for (let at = 0; at < text.length; ) {
    const digits = text.slice(at, at + 4);
    if (!/^[0-9a-f]{4}$/i.test(digits)) return undefined;
    const length = Number.parseInt(digits, 16);
    // Flush, delimiter and end of response have no content.
    if (length > 2 && (length < 4 || at + length > text.length)) return undefined;
    lines.push(length < 4 ? `\0${length}` : text.slice(at + 4, at + length));
    at += Math.max(4, length);
  }
  return lines;
}
