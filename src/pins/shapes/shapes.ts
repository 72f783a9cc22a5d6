/** The shape of any answer. */
import type { Content } from '../../formats/content.ts';
import type { Exchange } from '../../transcript/exchange.ts';
import { recogniseCrate } from './crate-shape.ts';
import { recogniseGem } from './gem-shape.ts';
import { recogniseGit } from './git-shape.ts';
import { recogniseGo } from './go-shape.ts';
import { recogniseMaven } from './maven-shape.ts';
import { recogniseNpm } from './npm-shape.ts';
import { recognisePython } from './python-shape.ts';
import { type MetadataKind, type Recogniser, type Shape, type ShapedAnswer, segmentsOf } from './shape.ts';

/** Those about which an address says most come first. */
const recognisers: readonly Recogniser[] = [
  recogniseGo,
  recogniseCrate,
  recogniseGem,
  recogniseNpm,
  recognisePython,
  recogniseMaven,
];

/** The parts of an exchange that show its shape. */
export interface ReadExchange {
  /** The answer's body as it was sent. */
  readonly body: Content;
  /** The request's body; undefined where there was none, or it is too large to be examined. */
  readonly request: Uint8Array | undefined;
  /** The body without its content encoding; undefined where it is damaged, or too large for an answer that chooses. */
  content(): Uint8Array | undefined;
}

/** `addresses` are the exchange's own and those that led to it: the first that shows what the answer is decides. */
export function shapeOf(exchange: Exchange, addresses: readonly string[], read: ReadExchange): Shape {
  const empty = emptyKind(exchange);
  if (empty !== undefined) return { kind: 'metadata', what: empty, scope: '', names: [] };
  const contentType = headerOf(exchange, 'content-type').toLowerCase();
  for (const address of addresses) {
    const url = new URL(address);
    const answer = { url, segments: segmentsOf(url), contentType, content: read.content };
    const shape = recogniseGit(answer, read.request, read.body) ?? shapeOfRegistry(answer);
    if (shape !== undefined) return shape;
  }
  return { kind: 'object', subjects: [], scope: '' };
}

function shapeOfRegistry(answer: ShapedAnswer): Shape | undefined {
  for (const recognise of recognisers) {
    const shape = recognise(answer);
    if (shape !== undefined) return shape;
  }
  return undefined;
}

/** Answers without content that a build could take in, whatever their address. */
function emptyKind({ method, status, body }: Exchange): MetadataKind | undefined {
  if (status >= 400) return 'failure';
  if (status >= 300 && status !== 304) return 'redirect';
  return method === 'HEAD' || status === 304 || (status === 204 && body.size === 0) ? 'empty' : undefined;
}

/** The value of a header, empty where there is none; the first of several with one name. */
export function headerOf(exchange: Pick<Exchange, 'headers'>, name: string): string {
  return exchange.headers.find(([each]) => each === name)?.[1] ?? '';
}
