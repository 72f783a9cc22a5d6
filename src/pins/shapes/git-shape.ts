/** git over HTTP (git's Documentation/gitprotocol-http.txt, gitprotocol-v2.txt and gitprotocol-pack.txt). */
import type { Content } from '../../formats/content.ts';
import { undoContentEncoding } from '../../formats/content-encoding.ts';
import { isWhole } from '../../formats/git-object.ts';
import { packLimits, readPack } from '../../formats/git-pack.ts';
import { subjectOf } from '../pin.ts';
import type { Unpacking } from '../unpacking.ts';
import type { PackState, Shape, ShapedAnswer } from './shape.ts';

const service = 'git-upload-pack';
/** What a request may want, and where the pack must have begun in the answer. */
const limits = { wants: 100_000, preamble: 4 * 1024 * 1024, request: 16 * 1024 * 1024 };

/** The shape of the answer to a git request; undefined for other requests. */
export function recogniseGit(
  answer: ShapedAnswer,
  request: Uint8Array | undefined,
  body: Content,
): Shape | undefined {
  const { segments, url } = answer;
  const repository = (parts: number) => subjectOf('address', url.origin, ...segments.slice(0, -parts));
  if (segments.at(-2) === 'info' && segments.at(-1) === 'refs' && url.searchParams.get('service') === service)
    return references(repository(2));
  if (segments.at(-1) !== service || request === undefined) return undefined;
  const plain = plainRequest(request);
  const wants = wantsOf(plain);
  const scope = repository(1);
  // A question about references only, or the negotiation before the pack.
  if (asksReferences(plain) || !hasPack(body)) return references(scope);
  // A pack without a known request.
  if (wants.length === 0) return { kind: 'object', subjects: [], scope };
  return {
    kind: 'object',
    subjects: [],
    scope,
    git: { wants, isWhole: (archives) => holdsAll(body, wants, archives) },
  };
}

/** Whether the pack of an answer has each object that was wanted, with everything in it. */
function holdsAll(body: Content, wants: readonly string[], archives: Unpacking): PackState {
  if (body.size > packLimits.bytes) return 'not-read';
  const pack = packOf(Buffer.from(body.read(0, body.size)));
  let damaged = false;
  const read = archives.within(packLimits.inflated, (inflated) => {
    const found = readPack(pack, { ...packLimits, inflated });
    damaged = found === 'damaged';
    return typeof found === 'string' ? undefined : { value: found, bytes: found.inflated };
  });
  if (damaged) return 'damaged';
  if (read === undefined || wants.some((want) => want.length !== 40)) return 'not-read';
  if (isWhole(wants, read.objects)) return 'whole';
  // What a client had before is left out of a pack, and so are bases of its deltas.
  return read.unresolved > 0 ? 'not-read' : 'lacking';
}

/** The bytes of a pack: as they are, or those of the first band. */
function packOf(body: Buffer): Buffer {
  const pieces: Buffer[] = [];
  let end = 0;
  for (const line of packetLines(body)) {
    if (line[0] === 1) pieces.push(line.subarray(1));
    end = line.byteOffset - body.byteOffset + line.length;
  }
  return pieces.length > 0 ? Buffer.concat(pieces) : body.subarray(end);
}

/** The ids of the objects that an answer's pack holds, where the address is one of git's; empty for anything else. */
export function objectsOfPack(address: string, body: Content, archives: Unpacking): readonly string[] {
  if (!new URL(address).pathname.endsWith(`/${service}`) || body.size > packLimits.bytes || !hasPack(body))
    return [];
  const pack = packOf(Buffer.from(body.read(0, body.size)));
  const read = archives.within(packLimits.inflated, (inflated) => {
    const found = readPack(pack, { ...packLimits, inflated });
    return typeof found === 'string' ? undefined : { value: found, bytes: found.inflated };
  });
  return read === undefined ? [] : [...read.objects.keys()];
}

function references(scope: string): Shape {
  return { kind: 'metadata', what: 'references', scope, names: [] };
}

/** git compresses a request of more than a kilobyte; the length that a packet line begins with has none of these digits. */
function plainRequest(request: Uint8Array): Uint8Array {
  if (request[0] !== 0x1f) return request;
  const plain = undoContentEncoding(request, 'gzip', limits.request);
  return typeof plain === 'string' ? new Uint8Array(0) : plain;
}

function asksReferences(request: Uint8Array): boolean {
  const first = packetLines(Buffer.from(request)).next();
  return first.done !== true && first.value.toString('latin1').trim() === 'command=ls-refs';
}

function wantsOf(request: Uint8Array): string[] {
  const wants = new Set<string>();
  for (const line of packetLines(Buffer.from(request))) {
    const id = /^want ([\da-f]{40}(?:[\da-f]{24})?)(?![\da-f])/.exec(line.toString('latin1', 0, 128))?.[1];
    // A reference that is wanted by name is whatever the server says it is.
    if (line.toString('latin1', 0, 9) === 'want-ref ') wants.add(line.toString('latin1', 9).trim());
    if (id !== undefined) wants.add(id);
    if (wants.size > limits.wants) break;
  }
  return [...wants].sort();
}

/** Whether a pack begins in the lines of an answer: in version 2 after its name, in earlier versions in a band, or as it is. */
function hasPack(body: Content): boolean {
  const preamble = Buffer.from(body.read(0, limits.preamble));
  let end = 0;
  for (const line of packetLines(preamble)) {
    const begin = line.toString('latin1', 0, 9);
    if (begin.startsWith('packfile') || begin.startsWith('\x01PACK')) return true;
    end = line.byteOffset - preamble.byteOffset + line.length;
  }
  return preamble.toString('latin1', end, end + 4) === 'PACK' || body.size > limits.preamble;
}

/** The payloads of packet lines, up to the first bytes that are not one. */
function* packetLines(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at + 4 <= bytes.length; ) {
    const text = bytes.toString('latin1', at, at + 4);
    if (!/^[\da-f]{4}$/i.test(text)) return;
    const length = Number.parseInt(text, 16);
    // 0 to 2 are marks between lines (flush, delimiter, end).
    if (length >= 4 && at + length <= bytes.length) yield bytes.subarray(at + 4, at + length);
    else if (length > 2) return;
    at += Math.max(length, 4);
  }
}
