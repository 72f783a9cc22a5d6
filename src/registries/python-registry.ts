/** Pages of Python's indexes (packaging.python.org, "Simple repository API"; docs.pypi.org, "JSON API") as they were. */
import { decodeBytes, encodeBytes } from '../bytes.ts';
import {
  isJsonObject,
  type JsonObject,
  listMember,
  objectMember,
  textMember,
} from '../formats/bounded-json.ts';
import { type Anchor, anchorsOf } from '../formats/simple-index.ts';
import { pythonName, pythonVersion } from '../pins/pin.ts';
import { releasesOf } from '../pins/python-files.ts';
import type { AsOfAnswer, Filtering } from './listed.ts';
import { absentAnswer, changedAnswer, contentOfAnswer, objectOf, unchanged } from './registry-answer.ts';
import { secondsOf } from './registry-times.ts';
import { type Sieved, sieve } from './sieve.ts';

const jsonType = 'application/vnd.pypi.simple.v1+json';

/** Filters a page in JSON, which has the `upload-time` of each file since version 1.1 of the API. */
export async function filterPythonJson(filtering: Filtering): Promise<AsOfAnswer | undefined> {
  const page = filtering.contentType === jsonType ? objectOf(filtering.content) : undefined;
  if (page === undefined || !Array.isArray(page['files'])) return undefined;
  const files = page['files'].filter(isJsonObject);
  const times = uploadTimes(page);
  const names = files.map((file) => textMember(file, 'filename') ?? '');
  const sieved = sieve(names, (name) => times.get(name), filtering.seconds);
  if (sieved.removed.length === 0) return unchanged('python-json', sieved.undated);
  const kept = files.filter((file) => !sieved.later.has(textMember(file, 'filename') ?? ''));
  const changed = {
    ...page,
    files: kept,
    ...('versions' in page ? { versions: versionsAfter(page, names, sieved) } : {}),
  };
  return sievedAnswer('python-json', filtering, sieved, JSON.stringify(changed));
}

function sievedAnswer(
  shape: AsOfAnswer['shape'],
  filtering: Filtering,
  { removed, undated }: Sieved,
  content: string | Uint8Array,
): AsOfAnswer {
  return { shape, changed: changedAnswer(filtering, content), removed, corrected: [], undated };
}

function uploadTimes(page: JsonObject): ReadonlyMap<string, number | undefined> {
  const files = listMember(page, 'files').filter(isJsonObject);
  return new Map(files.map((file) => [textMember(file, 'filename') ?? '', secondsOf(file['upload-time'])]));
}

/** The versions without those of which every file was removed. */
function versionsAfter(page: JsonObject, names: readonly string[], { later }: Sieved): unknown[] {
  const versionsOf = (files: readonly string[]) =>
    new Set(files.flatMap((file) => (releasesOf(file) ?? []).map(({ version }) => version)));
  const before = versionsOf(names);
  const after = versionsOf(names.filter((name) => !later.has(name)));
  return listMember(page, 'versions').filter((version) => {
    const written = typeof version === 'string' ? pythonVersion(version) : '';
    return !before.has(written) || after.has(written);
  });
}

/** Filters a page in HTML. It has no times: the page in JSON is requested at the same address. */
export async function filterPythonPage(filtering: Filtering): Promise<AsOfAnswer | undefined> {
  const { contentType, segments, url, ask, content, seconds } = filtering;
  if (!contentType.includes('html') || segments.at(-1) !== '') return undefined;
  const page = decodeBytes(content);
  const anchors = anchorsOf(page);
  const name = pythonName(segments.at(-2) ?? '');
  const isPage = anchors.every(({ text }) => releasesOf(text)?.some((each) => each.name === name) === true);
  if (anchors.length === 0 || !isPage) return undefined;
  const asked = await ask({ method: 'GET', url: url.href, accept: jsonType });
  const json = asked?.status === 200 ? objectOf(contentOfAnswer(asked)) : undefined;
  const times = uploadTimes(json ?? {});
  const sieved = sieve(
    anchors.map(({ text }) => text),
    (file) => times.get(file),
    seconds,
  );
  if (sieved.removed.length === 0) return unchanged('python-page', sieved.undated);
  const later = anchors.filter(({ text }) => sieved.later.has(text));
  return sievedAnswer('python-page', filtering, sieved, encodeBytes(without(page, later)));
}

/** A page without some anchors, each with the line break behind it. */
function without(page: string, anchors: readonly Anchor[]): string {
  const pieces: string[] = [];
  let from = 0;
  for (const { start, end } of anchors) {
    pieces.push(page.slice(from, start));
    lineBreak.lastIndex = end;
    from = end + (lineBreak.exec(page)?.[0].length ?? 0);
  }
  return pieces.join('') + page.slice(from);
}

const lineBreak = /\s{0,8}<br\s?\/?>/y;

/** Filters `/pypi/NAME/json`: all releases, and the description of the newest. */
export async function filterPythonDocument(filtering: Filtering): Promise<AsOfAnswer | undefined> {
  const document = filtering.segments.at(-1) === 'json' ? objectOf(filtering.content) : undefined;
  const [info, releases] = [objectMember(document ?? {}, 'info'), objectMember(document ?? {}, 'releases')];
  if (document === undefined || info === undefined || releases === undefined) return undefined;
  const times = new Map(Object.entries(releases).map(([version, files]) => [version, firstUpload(files)]));
  const sieved = sieve(Object.keys(releases), (version) => times.get(version), filtering.seconds);
  if (sieved.removed.length === 0) return unchanged('python-document', sieved.undated);
  const from = textMember(info, 'version') ?? '';
  const to = sieved.later.has(from) ? newestOf(times, filtering.seconds) : from;
  const corrected = to === from ? [] : [{ name: 'latest', from, to }];
  const result = {
    shape: 'python-document',
    removed: sieved.removed,
    corrected,
    undated: sieved.undated,
  } as const;
  if (to === undefined) return { ...result, changed: absentAnswer('{"message": "Not Found"}') };
  const kept = Object.entries(releases).filter(([version]) => !sieved.later.has(version));
  const changed = {
    ...document,
    info: { ...info, version: to },
    releases: Object.fromEntries(kept),
    urls: to === from ? document['urls'] : releases[to],
  };
  return { ...result, changed: changedAnswer(filtering, JSON.stringify(changed)) };
}

function firstUpload(files: unknown): number | undefined {
  const times = (Array.isArray(files) ? files.filter(isJsonObject) : []).flatMap((file) => {
    const time = secondsOf(file['upload_time_iso_8601'] ?? file['upload_time']);
    return time === undefined ? [] : [time];
  });
  return times.length === 0 ? undefined : times.reduce((least, time) => Math.min(least, time));
}

/** The release that was uploaded last; where there is none, the pre-release (PEP 440: a version with letters other than `post`). */
function newestOf(times: ReadonlyMap<string, number | undefined>, seconds: number): string | undefined {
  const existed = [...times].filter(([, time]) => time !== undefined && time <= seconds) as [
    string,
    number,
  ][];
  const isPrerelease = (version: string) => /[a-z]/.test(version.toLowerCase().replace('post', ''));
  existed.sort(
    ([a, earlier], [b, later]) => Number(isPrerelease(b)) - Number(isPrerelease(a)) || earlier - later,
  );
  return existed.at(-1)?.[0];
}
