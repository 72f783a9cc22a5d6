/** What an answer is, as its address and its content show it: an object, or something by which objects are chosen. */

import { decodeBytes } from '../../bytes.ts';
import { isJsonObject, type JsonObject, parseBoundedJson } from '../../formats/bounded-json.ts';
import type { Ecosystem, Subject } from '../pin.ts';
import type { Unpacking } from '../unpacking.ts';

/** The kinds of answers that choose, and are not themselves taken in by a build. */
export const metadataKinds = [
  /** Names, versions or files from which a client chooses. */
  'list',
  /** What one version says about itself. */
  'description',
  /** Branches and tags of a git repository, or the negotiation before a pack. */
  'references',
  /** A digest that is next to the file it is for, and so does not pin it. */
  'checksum',
  'signature',
  /** What a registry says against versions. */
  'advisory',
  /** How a registry is laid out. */
  'layout',
  /** The list of a client's own versions, of which it took none: it looks whether it is the newest. */
  'self-check',
  'redirect',
  /** Status 400 and above. */
  'failure',
  /** An answer without content: to HEAD, or of status 204 or 304. */
  'empty',
] as const;

export type MetadataKind = (typeof metadataKinds)[number];

export interface ObjectShape {
  readonly kind: 'object';
  /** What the object may be, by its address; more than one where the address leaves it open. */
  readonly subjects: readonly Subject[];
  /** The scope through which the object is chosen: `metadata` of the same scope chose it. */
  readonly scope: string;
  /** What its pins are computed by, besides the digests of its bytes. */
  readonly hash?: SpecialHash;
  readonly git?: WantedOfGit;
}

/** What a request wants from a git repository. */
export interface WantedOfGit {
  /** Ids, or names of references; each must be a commit that is pinned. */
  readonly wants: readonly string[];
  /** Reads the pack. */
  isWhole(archives: Unpacking): PackState;
}

/** Whether a pack has what was wanted, by the ids of the objects it holds; `not-read` where it is too large, or leaves out objects that a client had. */
export type PackState = 'whole' | 'lacking' | 'damaged' | 'not-read';

export type SpecialHash =
  /** Go's own hash of the zip of a module. */
  | { readonly kind: 'module-zip' }
  /** The same of its go.mod. */
  | { readonly kind: 'go-mod' }
  /** yarn's of the zip that it makes of a tarball of the package. */
  | { readonly kind: 'npm-tarball'; readonly name: string };

export interface MetadataShape {
  readonly kind: 'metadata';
  readonly what: MetadataKind;
  /** The scope, as for objects; ends in ` *` where it is the whole ecosystem. */
  readonly scope: string;
  /** The scope's names under which pins may be recorded (`npm left-pad`). */
  readonly names: readonly string[];
}

export type Shape = ObjectShape | MetadataShape;

/** An answer whose shape is to be found. */
export interface ShapedAnswer {
  readonly url: URL;
  /** Parts of the path, decoded; the last is empty where the path ends in a slash. */
  readonly segments: readonly string[];
  readonly contentType: string;
  /** The content without its content encoding; undefined where it cannot be obtained, or is too large for any answer that chooses. */
  content(): Uint8Array | undefined;
}

/** A recogniser gives undefined where the answer is not of its ecosystem. */
export type Recogniser = (answer: ShapedAnswer) => Shape | undefined;

export function wholeOf(ecosystem: Ecosystem): Pick<MetadataShape, 'scope' | 'names'> {
  return { scope: `${ecosystem} *`, names: [ecosystem] };
}

/** The content as a JSON object. */
export function jsonOf(answer: ShapedAnswer): JsonObject | undefined {
  const content = answer.content();
  if (content === undefined || content[firstByte(content)] !== 0x7b) return undefined;
  const parsed = parseBoundedJson(content);
  return 'value' in parsed && isJsonObject(parsed.value) ? parsed.value : undefined;
}

function firstByte(content: Uint8Array): number {
  let at = 0;
  while (at < content.length && ' \t\r\n'.includes(String.fromCharCode(content[at]!))) at += 1;
  return at;
}

export function textOf(answer: ShapedAnswer): string | undefined {
  const content = answer.content();
  return content === undefined ? undefined : decodeBytes(content);
}

/** Parts of a path, decoded where they can be; a part that cannot be is kept as it is written. */
export function segmentsOf(url: URL): string[] {
  return url.pathname
    .slice(1)
    .split('/')
    .map((part) => {
      try {
        return decodeURIComponent(part);
      } catch {
        return part;
      }
    });
}
