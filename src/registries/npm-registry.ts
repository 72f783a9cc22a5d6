/** Documents of npm's registries (github.com/npm/registry, "Package Metadata") as they were. */
import { isJsonObject, type JsonObject, objectMember, textMember } from '../formats/bounded-json.ts';
import { type AsOfAnswer, type CorrectedChoice, type Filtering, undatedOf } from './listed.ts';
import { absentAnswer, changedAnswer, contentOfAnswer, objectOf, unchanged } from './registry-answer.ts';
import { secondsOf } from './registry-times.ts';
import { compareVersions, highestOf, parseVersion } from './semver.ts';
import { type Sieved, sieve } from './sieve.ts';

/** Filters a whole document, or a short one, which has no times: they are requested. */
export async function filterNpmDocument(filtering: Filtering): Promise<AsOfAnswer | undefined> {
  const document = objectOf(filtering.content);
  const name = textMember(document ?? {}, 'name');
  const versions = objectMember(document ?? {}, 'versions');
  if (document === undefined || versions === undefined || name === undefined) return undefined;
  if (!namesPackage(filtering.segments, name)) return undefined;
  const times = objectMember(document, 'time') ?? (await askTimes(filtering, filtering.url.href));
  const sieved = sieve(Object.keys(versions), (version) => secondsOf(times[version]), filtering.seconds);
  if (sieved.removed.length === 0) return unchanged('npm-document', sieved.undated);
  const tags = objectMember(document, 'dist-tags') ?? {};
  const kept = Object.keys(versions).filter((version) => !sieved.later.has(version));
  const corrected = correctedTags(tags, kept, sieved);
  const result = {
    shape: 'npm-document',
    removed: sieved.removed,
    corrected,
    undated: sieved.undated,
  } as const;
  if (kept.length === 0) return { ...result, changed: absentAnswer('{"error":"Not found"}') };
  const isKept = ([key]: readonly [string, unknown]) => !sieved.later.has(key);
  const changed = {
    ...document,
    'dist-tags': tagsAfter(tags, corrected),
    versions: Object.fromEntries(Object.entries(versions).filter(isKept)),
    ...('time' in document ? { time: Object.fromEntries(Object.entries(times).filter(isKept)) } : {}),
  };
  return { ...result, changed: changedAnswer(filtering, JSON.stringify(changed)) };
}

/** The name in the path `/name`, where the slash of a scope may be encoded. */
function namesPackage(segments: readonly string[], name: string): boolean {
  const path = segments.join('/');
  return path === name || path.endsWith(`/${name}`);
}

async function askTimes({ ask }: Filtering, url: string): Promise<JsonObject> {
  const whole = await ask({ method: 'GET', url, accept: 'application/json' });
  const document = whole?.status === 200 ? objectOf(contentOfAnswer(whole)) : undefined;
  return objectMember(document ?? {}, 'time') ?? {};
}

/**
 * The versions that tags choose where they chose something later. What a tag was then is recorded nowhere: `latest` becomes the highest release below what it
 * is now, and where there is none the highest of all that existed; other tags are removed.
 */
function correctedTags(tags: JsonObject, kept: readonly string[], { later }: Sieved): CorrectedChoice[] {
  return Object.entries(tags).flatMap(([name, from]) => {
    if (typeof from !== 'string' || !later.has(from)) return [];
    return [{ name, from, to: name === 'latest' ? latestBelow(from, kept) : undefined }];
  });
}

function latestBelow(from: string, kept: readonly string[]): string | undefined {
  const now = parseVersion(from);
  const below = kept.filter((version) => {
    const parsed = parseVersion(version);
    return now !== undefined && parsed?.prerelease.length === 0 && compareVersions(parsed, now) < 0;
  });
  return highestOf(below) ?? highestOf(kept);
}

function tagsAfter(tags: JsonObject, corrected: readonly CorrectedChoice[]): JsonObject {
  const changes = new Map(corrected.map(({ name, to }) => [name, to]));
  return Object.fromEntries(
    Object.entries(tags).flatMap(([name, version]) => {
      const value = changes.has(name) ? changes.get(name) : version;
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** The whole document of a package, requested where an answer has only a part of it. */
async function askWhole(filtering: Filtering, url: string) {
  const whole = await filtering.ask({ method: 'GET', url, accept: 'application/json' });
  const content = whole?.status === 200 ? contentOfAnswer(whole) : undefined;
  if (whole === undefined || content === undefined) return undefined;
  const parsed = new URL(url);
  const segments = parsed.pathname.slice(1).split('/').map(decodeURIComponent);
  const answer = await filterNpmDocument({ ...filtering, answer: whole, url: parsed, segments, content });
  const document = objectOf(answer?.changed?.body ?? content);
  return answer === undefined || document === undefined ? undefined : { answer, document };
}

/** Filters `/name/latest` and the like, the manifest of what a tag chose. The manifest of an exact version is what it was. */
export async function filterNpmManifest(filtering: Filtering): Promise<AsOfAnswer | undefined> {
  const manifest = objectOf(filtering.content);
  const [name, version] = [textMember(manifest ?? {}, 'name'), textMember(manifest ?? {}, 'version')];
  const tag = filtering.segments.at(-1)!;
  if (name === undefined || version === undefined || !isJsonObject(manifest?.['dist'])) return undefined;
  if (!namesPackage(filtering.segments.slice(0, -1), name) || tag === version) return undefined;
  const above = new URL(filtering.url.href.replace(/\/[^/]*$/, ''));
  const whole = await askWhole(filtering, above.href);
  if (whole === undefined) return unchanged('npm-manifest', undatedOf([version]));
  const { answer, document } = whole;
  const chosen = objectMember(document, 'dist-tags')?.[tag];
  const result = { shape: 'npm-manifest', removed: answer.removed, undated: answer.undated } as const;
  if (chosen === version) return { ...result, changed: undefined, corrected: [] };
  const body =
    typeof chosen === 'string' ? objectMember(objectMember(document, 'versions') ?? {}, chosen) : undefined;
  const corrected = [{ name: tag, from: version, to: body === undefined ? undefined : String(chosen) }];
  if (body === undefined) return { ...result, corrected, changed: absentAnswer('"version not found"') };
  return { ...result, corrected, changed: changedAnswer(filtering, JSON.stringify(body)) };
}

/** Filters `/-/package/NAME/dist-tags`, which `npm dist-tag ls` shows. */
export async function filterNpmTags(filtering: Filtering): Promise<AsOfAnswer | undefined> {
  const { segments, url } = filtering;
  const at = segments.lastIndexOf('package');
  if (segments.at(-1) !== 'dist-tags' || at < 1 || segments[at - 1] !== '-') return undefined;
  const tags = objectOf(filtering.content);
  if (tags === undefined) return undefined;
  const name = segments.slice(at + 1, -1).join('/');
  const base = segments.slice(0, at - 1).map(encodeURIComponent);
  const whole = await askWhole(filtering, `${url.origin}/${[...base, encodeURIComponent(name)].join('/')}`);
  if (whole === undefined) return unchanged('npm-tags', undatedOf(Object.keys(tags)));
  const { removed, corrected, undated } = whole.answer;
  if (corrected.length === 0) return { shape: 'npm-tags', changed: undefined, removed, corrected, undated };
  const body = JSON.stringify(objectMember(whole.document, 'dist-tags') ?? {});
  return { shape: 'npm-tags', changed: changedAnswer(filtering, body), removed, corrected, undated };
}
