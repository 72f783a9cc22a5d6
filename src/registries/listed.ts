/** Lists of registries, and the result of filtering one as of a time. */

/** Kinds of lists, by their form. */
export const listShapes = [
  'npm-document',
  'npm-manifest',
  'npm-tags',
  'python-page',
  'python-json',
  'python-document',
  'go-list',
  'go-latest',
  'go-info',
  'crate-index',
  'gem-info',
  'gem-versions',
  'maven-metadata',
  'maven-metadata-digest',
] as const;

export type ListShape = (typeof listShapes)[number];

export type Headers = readonly (readonly [name: string, value: string])[];

/** An answer as a registry sent it. */
export interface RegistryAnswer {
  /** The absolute address that was requested. */
  readonly url: string;
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Headers;
  /** As it was sent, with its content encoding. */
  readonly body: Uint8Array;
}

/** A further request to a registry, for the dates that an answer lacks. */
export interface DateRequest {
  readonly method: 'GET' | 'HEAD';
  readonly url: string;
  /** For the header `Accept`; undefined for anything. */
  readonly accept: string | undefined;
}

/** Sends the request and returns the answer as it came, with redirects followed and nothing filtered; undefined where there is none. */
export type AskRegistry = (request: DateRequest) => Promise<RegistryAnswer | undefined>;

export interface RemovedVersion {
  readonly name: string;
  /** Seconds since 1970; may have a fraction. */
  readonly seconds: number;
}

export interface CorrectedChoice {
  /** What chose: `latest`, the name of a tag. */
  readonly name: string;
  readonly from: string;
  /** Undefined where nothing is left to choose. */
  readonly to: string | undefined;
}

export interface AsOfAnswer {
  readonly shape: ListShape;
  /** What to hand on in place of the answer; undefined where the answer is handed on as it came. */
  readonly changed: ChangedAnswer | undefined;
  /** What did not exist yet, in the order of the list. */
  readonly removed: readonly RemovedVersion[];
  readonly corrected: readonly CorrectedChoice[];
  /** What stays listed although nothing shows when it appeared. */
  readonly undated: Undated;
}

export interface ChangedAnswer {
  readonly status: number;
  /** The headers without those that describe the old bytes, and without a content encoding and a length. */
  readonly headers: Headers;
  readonly body: Uint8Array;
}

export interface Undated {
  readonly count: number;
  /** The first hundred. */
  readonly names: readonly string[];
}

const mostUndatedNames = 100;

export function undatedOf(names: readonly string[]): Undated {
  return { count: names.length, names: names.slice(0, mostUndatedNames) };
}

/** The parts of an answer that a filter needs. */
export interface Filtering {
  readonly answer: RegistryAnswer;
  readonly url: URL;
  /** Parts of the path, decoded. */
  readonly segments: readonly string[];
  /** In lower case, without parameters. */
  readonly contentType: string;
  /** The body without its content encoding. */
  readonly content: Uint8Array;
  /** Seconds since 1970; what appeared later did not exist. */
  readonly seconds: number;
  readonly ask: AskRegistry;
}

/** Filters one form of list; undefined for an answer of a different form. */
export type Filter = (filtering: Filtering) => Promise<AsOfAnswer | undefined>;
