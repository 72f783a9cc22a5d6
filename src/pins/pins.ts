/** Pinned or not, object by object: what a build fetched against the digests that its recorded sources hold. */
import { compareBytes } from '../bytes.ts';
import { type Content, contentOf, mostInflated } from '../formats/content.ts';
import { undoContentEncoding } from '../formats/content-encoding.ts';
import type { Exchange, StoredBytes } from '../transcript/exchange.ts';
import { decideObject, type FetchedObject } from './decide-object.ts';
import type { JudgedExchange, Judgement, PinReport } from './judgement.ts';
import { type PinIndex, readPins } from './pin-index.ts';
import type { RecordedSources } from './recorded.ts';
import { redirectsTo } from './redirects.ts';
import type { MetadataShape, Shape } from './shapes/shape.ts';
import { headerOf, type ReadExchange, shapeOf } from './shapes/shapes.ts';
import { mostOfArchives, mostOfEncodings, Unpacking } from './unpacking.ts';

/** Gives the bytes of a body by its digest; whoever provides it has compared the digest. Fails where the bytes cannot be obtained. */
export type BodyReader = (body: StoredBytes) => Promise<Content>;

const limits = {
  /** A bound on answers that choose: the largest lists of registries have some 50 MB. */
  metadata: 128 * 1024 * 1024,
  request: 16 * 1024 * 1024,
};

/** Says for each exchange what pins it. Exchanges are looked at one after the other, each body once. */
export async function judgePins(
  exchanges: readonly Exchange[],
  read: BodyReader,
  sources: RecordedSources,
): Promise<PinReport> {
  const pins = await readPins(sources);
  const redirects = redirectsTo(exchanges);
  const judged: Judged[] = [];
  const reader = bodyReader(read);
  for (const exchange of exchanges) judged.push(await judgeObject(exchange, reader, pins, redirects));
  const choices = choicesOf(judged);
  const all = withoutExcess(
    judged.map(({ exchange, shape, judgement }) => ({
      exchange,
      judgement: judgement ?? metadataJudgement(exchange, shape as MetadataShape, choices, pins),
    })),
  );
  return { exchanges: all, ...concluded(all), gaps: pins.gaps };
}

interface Judged {
  readonly exchange: Exchange;
  readonly shape: Shape;
  /** Undefined for an answer that chooses: its judgement follows from the objects. */
  readonly judgement: Judgement | undefined;
}

interface Bodies {
  readonly read: BodyReader;
  /** Bounds what all archives among the answers become. */
  readonly archives: Unpacking;
  /** The content without its encoding; undefined where it is damaged or too large, or all contents are. */
  unencoded(exchange: Exchange, body: Content, most: number): Uint8Array | undefined;
}

function bodyReader(read: BodyReader): Bodies {
  const encodings = new Unpacking(mostOfEncodings);
  return {
    read,
    archives: new Unpacking(mostOfArchives),
    unencoded(exchange, body, most) {
      const codings = headerOf(exchange, 'content-encoding');
      if (body.size > most) return undefined;
      if (codings === '') return body.read(0, body.size);
      return encodings.within(most, (bound) => {
        const content = undoContentEncoding(body.read(0, body.size), codings, bound);
        return typeof content === 'string' ? undefined : { value: content, bytes: content.length };
      });
    },
  };
}

async function judgeObject(
  exchange: Exchange,
  bodies: Bodies,
  pins: PinIndex,
  redirects: ReadonlyMap<string, readonly string[]>,
): Promise<Judged> {
  const body = await bodies.read(exchange.body);
  const { requestBody } = exchange;
  const request =
    requestBody === undefined || requestBody.size > limits.request
      ? undefined
      : await bodies.read(requestBody);
  const addresses = [exchange.url, ...(redirects.get(exchange.url) ?? [])];
  const seen = readExchange(exchange, body, request?.read(0, request.size), bodies);
  const shape = shapeOf(exchange, addresses, seen);
  if (shape.kind === 'metadata') return { exchange, shape, judgement: undefined };
  const object: FetchedObject = { exchange, shape, contents: contentsOf(exchange, body, bodies), addresses };
  return { exchange, shape, judgement: await decideObject(object, pins, bodies.archives) };
}

function readExchange(
  exchange: Exchange,
  body: Content,
  request: Uint8Array | undefined,
  bodies: Bodies,
): ReadExchange {
  let made: { readonly content: Uint8Array | undefined } | undefined;
  const content = () => {
    made ??= { content: bodies.unencoded(exchange, body, limits.metadata) };
    return made.content;
  };
  return { body, request, content };
}

/** The body as it was sent, and without its content encoding where it has one: clients compare either. */
function contentsOf(exchange: Exchange, body: Content, bodies: Bodies): Content[] {
  if (headerOf(exchange, 'content-encoding') === '') return [body];
  const content = bodies.unencoded(exchange, body, mostInflated);
  return content === undefined ? [body] : [body, contentOf(content)];
}

interface Choices {
  /** By the scope of objects, and by the ecosystem with ` *`. */
  readonly byScope: ReadonlyMap<string, boolean>;
  readonly byAddress: ReadonlyMap<string, boolean>;
}

/** Whether all objects of a scope are pinned. */
function choicesOf(judged: readonly Judged[]): Choices {
  const byScope = new Map<string, boolean>();
  const byAddress = new Map<string, boolean>();
  const note = (map: Map<string, boolean>, key: string, isPinned: boolean) =>
    map.set(key, isPinned && map.get(key) !== false);
  for (const { exchange, shape, judgement } of judged) {
    if (shape.kind !== 'object') continue;
    const isPinned = judgement?.kind === 'pinned';
    note(byAddress, exchange.url, isPinned);
    if (shape.scope === '') continue;
    note(byScope, shape.scope, isPinned);
    note(byScope, `${shape.scope.split(' ', 1)[0]} *`, isPinned);
  }
  return { byScope, byAddress };
}

function metadataJudgement(
  exchange: Exchange,
  shape: MetadataShape,
  choices: Choices,
  pins: PinIndex,
): Judgement {
  const target = shape.what === 'redirect' ? targetOf(exchange) : undefined;
  const isPinned = target === undefined ? choices.byScope.get(shape.scope) : choices.byAddress.get(target);
  // Where nothing in its scope was fetched, what it could have chosen may be fixed nevertheless.
  const isFixed = isPinned ?? (shape.names.some((name) => pins.scopes.has(name)) ? true : undefined);
  const chosen = isFixed === undefined ? 'nothing' : isFixed ? 'pinned' : 'unpinned';
  const what = chosen === 'nothing' && ofClients.has(shape.scope) ? 'self-check' : shape.what;
  return { kind: 'metadata', what, chosen };
}

function targetOf(exchange: Exchange): string | undefined {
  return [...redirectsTo([exchange]).keys()][0];
}

/** Clients that ask their registry whether they are the newest. */
const ofClients: ReadonlySet<string> = new Set(['npm npm', 'npm pnpm', 'npm yarn', 'python pip']);

/** Kinds of answers with nothing that a build takes in, which choose nothing that is not itself judged. */
const harmless: ReadonlySet<string> = new Set([
  'self-check',
  'failure',
  'empty',
  'redirect',
  'checksum',
  'signature',
  'advisory',
]);

/** Bytes of all harmless answers: a recipe that prints them into files takes in no more than it could hold itself. */
const mostHarmless = { selfCheck: 32 * 1024 * 1024, other: 1024 * 1024 };

/** Harmless answers that are together too large to be it are objects that nothing pins. */
function withoutExcess(exchanges: readonly JudgedExchange[]): readonly JudgedExchange[] {
  let [selfCheck, other] = [0, 0];
  for (const { exchange, judgement } of exchanges) {
    if (!isHarmless(judgement)) continue;
    if (judgement.what === 'self-check') selfCheck += exchange.body.size;
    else other += exchange.body.size;
  }
  const isExcess = ({ what }: Metadata) =>
    what === 'self-check' ? selfCheck > mostHarmless.selfCheck : other > mostHarmless.other;
  return exchanges.map((each) =>
    isHarmless(each.judgement) && each.exchange.body.size > 0 && isExcess(each.judgement)
      ? { ...each, judgement: { kind: 'unpinned', reason: 'no-pin', pins: [] } }
      : each,
  );
}

type Metadata = Extract<Judgement, { kind: 'metadata' }>;

function isHarmless(judgement: Judgement): judgement is Metadata {
  return judgement.kind === 'metadata' && harmless.has(judgement.what);
}

const ranks = { contradicted: 0, unpinned: 1, metadata: 2, pinned: 3 } as const;

function concluded(exchanges: readonly JudgedExchange[]): Pick<PinReport, 'conclusion' | 'suspects'> {
  const suspects = exchanges.filter(({ judgement }) => isSuspect(judgement)).sort(bySuspicion);
  if (exchanges.every(({ judgement }) => judgement.kind === 'metadata') && suspects.length === 0)
    return { conclusion: 'nothing-fetched', suspects };
  const isContradicted = suspects.some(({ judgement }) => judgement.kind === 'contradicted');
  const conclusion = isContradicted ? 'contradicted' : suspects.length > 0 ? 'unpinned' : 'all-pinned';
  return { conclusion, suspects };
}

function isSuspect(judgement: Judgement): boolean {
  if (judgement.kind !== 'metadata') return judgement.kind !== 'pinned';
  return judgement.chosen !== 'pinned' && !isHarmless(judgement);
}

function bySuspicion(a: JudgedExchange, b: JudgedExchange): number {
  const byRank = ranks[a.judgement.kind] - ranks[b.judgement.kind];
  return byRank === 0 ? compareBytes(a.exchange.url, b.exchange.url) : byRank;
}
