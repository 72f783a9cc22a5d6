/** Answers of registries as of a time: without what did not exist yet. The form of an answer decides, never its host. */
import { segmentsOf } from '../pins/shapes/shape.ts';
import { filterCrateIndex } from './crate-registry.ts';
import { filterGemInfo, filterGemVersions } from './gem-registry.ts';
import { filterGoChoice, filterGoList } from './go-registry.ts';
import type { AskRegistry, AsOfAnswer, Filter, RegistryAnswer } from './listed.ts';
import { filterMavenDigest, filterMavenMetadata } from './maven-registry.ts';
import { filterNpmDocument, filterNpmManifest, filterNpmTags } from './npm-registry.ts';
import { filterPythonDocument, filterPythonJson, filterPythonPage } from './python-registry.ts';
import { contentOfAnswer, headerOf } from './registry-answer.ts';

/** The filters, in the order in which they are tried: first those whose lists the address alone shows. */
const filters: readonly Filter[] = [
  filterGoList,
  filterGoChoice,
  filterMavenMetadata,
  filterMavenDigest,
  filterCrateIndex,
  filterGemInfo,
  filterGemVersions,
  filterNpmTags,
  filterPythonJson,
  filterPythonPage,
  filterPythonDocument,
  filterNpmDocument,
  filterNpmManifest,
];

/**
 * An answer as the registry would have given it at a time, in seconds since 1970. `ask` is used where an answer has no dates. What an answer
 * says of versions that existed (a deprecation, a withdrawal, the description of a package) is as it is now.
 */
export async function asOf(
  answer: RegistryAnswer,
  seconds: number,
  ask: AskRegistry,
): Promise<AsOfAnswer | 'not-a-list'> {
  if (answer.status !== 200) return 'not-a-list';
  const content = contentOfAnswer(answer);
  if (content === undefined) return 'not-a-list';
  const url = new URL(answer.url);
  const contentType = headerOf(answer, 'content-type').split(';', 1)[0]!.trim().toLowerCase();
  const filtering = { answer, url, segments: segmentsOf(url), contentType, content, seconds, ask };
  for (const filter of filters) {
    const filtered = await filter(filtering);
    if (filtered !== undefined) return filtered;
  }
  return 'not-a-list';
}

const endings =
  /(?:\/@v\/list|\/@latest|\.info|\/maven-metadata\.xml(?:\.(?:md5|sha1|sha256|sha512))?|\/versions|\/dist-tags|\/json)$/;

/**
 * Whether an answer may be a list, by its address and type, before its body is read: where not, it can be handed on as it comes. A request for
 * such an address should ask for the whole answer, and not for a difference to what the client knows (no `Range`, no `If-None-Match`).
 */
export function mayBeList(address: string, contentType: string): boolean {
  const { pathname } = new URL(address);
  if (endings.test(pathname) || /\/info\/[^/]+$/.test(pathname) || isIndexPath(pathname)) return true;
  return /\b(?:json|html)\b/.test(contentType.toLowerCase());
}

/** `1/a`, `2/ab`, `3/a/abc`, `ab/cd/abcd`. */
function isIndexPath(path: string): boolean {
  return /\/(?:[12]\/[^/]{1,2}|3\/[^/]\/[^/]{3}|[^/]{2}\/[^/]{2}\/[^/]{4,256})$/.test(path);
}
