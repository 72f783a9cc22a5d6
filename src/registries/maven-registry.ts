/** `maven-metadata.xml` (maven.apache.org, "Repository Metadata") as it was. The server gives the time of a version with its POM. */
import { createHash } from 'node:crypto';
import { encodeBytes } from '../bytes.ts';
import { childrenOf, parseXml, type XmlElement } from '../formats/xml.ts';
import { type AsOfAnswer, type CorrectedChoice, type Filtering, undatedOf } from './listed.ts';
import { absentAnswer, changedAnswer, contentOfAnswer, headerOf, unchanged } from './registry-answer.ts';
import { digitsOf, secondsOfDigits, secondsOfHttpDate } from './registry-times.ts';
import { askedTimes, type Sieved, sieve } from './sieve.ts';

const file = 'maven-metadata.xml';

/** Filters the list of the versions of an artifact; a list of the builds of a snapshot is not such a list. */
export async function filterMavenMetadata(filtering: Filtering): Promise<AsOfAnswer | undefined> {
  const { segments, content, seconds, url } = filtering;
  const document = segments.at(-1) === file ? parseXml(content) : undefined;
  if (document?.root.name !== 'metadata') return undefined;
  const [artifact] = childrenOf(document.root, 'artifactId');
  const [versioning] = childrenOf(document.root, 'versioning');
  const list = versioning === undefined ? undefined : childrenOf(versioning, 'versions')[0];
  if (artifact === undefined || versioning === undefined || list === undefined) return undefined;
  const elements = childrenOf(list, 'version');
  const versions = elements.map(({ text }) => text.trim());
  const updated = secondsOfDigits(textOf(versioning, 'lastUpdated') ?? '');
  // Nothing was deployed since then.
  if (updated !== undefined && updated <= seconds) return unchanged('maven-metadata', undatedOf([]));
  const base = url.href.slice(0, url.href.lastIndexOf('/'));
  const times = await timesOf(filtering, base, artifact.text.trim(), versions);
  const sieved = sieve(versions, (version) => times.get(version), seconds);
  if (sieved.removed.length === 0) return unchanged('maven-metadata', sieved.undated);
  return metadataAfter(filtering, { text: document.text, versioning, elements }, sieved, times);
}

function textOf(element: XmlElement, name: string): string | undefined {
  return childrenOf(element, name)[0]?.text.trim();
}

function timesOf({ ask }: Filtering, base: string, artifact: string, versions: readonly string[]) {
  return askedTimes(versions, async (version) => {
    const [folder, pom] = [version, `${artifact}-${version}.pom`].map(encodeURIComponent);
    const answer = await ask({ method: 'HEAD', url: `${base}/${folder}/${pom}`, accept: undefined });
    return answer?.status === 200 ? secondsOfHttpDate(headerOf(answer, 'last-modified')) : undefined;
  });
}

interface MetadataText {
  readonly text: string;
  readonly versioning: XmlElement;
  readonly elements: readonly XmlElement[];
}

function metadataAfter(
  filtering: Filtering,
  metadata: MetadataText,
  sieved: Sieved,
  times: ReadonlyMap<string, number | undefined>,
): AsOfAnswer {
  const isLater = ({ text }: XmlElement) => sieved.later.has(text.trim());
  const kept = metadata.elements.filter((element) => !isLater(element)).map(({ text }) => text.trim());
  const newest = newestOf(kept, times);
  const corrected = correctedChoices(metadata.versioning, sieved, kept, times);
  const result = {
    shape: 'maven-metadata',
    removed: sieved.removed,
    corrected,
    undated: sieved.undated,
  } as const;
  if (kept.length === 0) return { ...result, changed: absentAnswer('not found') };
  const values = new Map(corrected.map(({ name, to }) => [name, to]));
  const time = newest === undefined ? undefined : times.get(newest);
  if (time !== undefined) values.set('lastUpdated', digitsOf(time));
  const edits = [
    ...metadata.elements.filter(isLater).map((element) => ({ element, to: undefined })),
    ...metadata.versioning.children.flatMap((element) =>
      values.has(element.name) ? [{ element, to: values.get(element.name) }] : [],
    ),
  ].sort((a, b) => a.element.start - b.element.start);
  return { ...result, changed: changedAnswer(filtering, encodeBytes(edited(metadata.text, edits))) };
}

/** The values of `latest` and `release`: what they were is recorded nowhere, so they become what was deployed last of what existed. */
function correctedChoices(
  versioning: XmlElement,
  { later }: Sieved,
  kept: readonly string[],
  times: ReadonlyMap<string, number | undefined>,
): CorrectedChoice[] {
  return ['latest', 'release'].flatMap((name) => {
    const from = textOf(versioning, name);
    if (from === undefined || !later.has(from)) return [];
    const choices = name === 'latest' ? kept : kept.filter((version) => !version.endsWith('-SNAPSHOT'));
    return [{ name, from, to: newestOf(choices, times) }];
  });
}

/** The version that was deployed last; of several with the same time, and where no time is known, the last of the list. */
function newestOf(
  versions: readonly string[],
  times: ReadonlyMap<string, number | undefined>,
): string | undefined {
  let best: string | undefined;
  for (const version of versions)
    if (best === undefined || (times.get(version) ?? 0) >= (times.get(best) ?? 0)) best = version;
  return best;
}

interface Edit {
  readonly element: XmlElement;
  /** The new text of the element; undefined where it is cut out. */
  readonly to: string | undefined;
}

function edited(text: string, edits: readonly Edit[]): string {
  const pieces: string[] = [];
  let from = 0;
  for (const { element, to } of edits) {
    pieces.push(text.slice(from, element.start));
    if (to !== undefined) pieces.push(`<${element.name}>${escaped(to)}</${element.name}>`);
    from = element.end;
  }
  return pieces.join('') + text.slice(from);
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

const digests = ['md5', 'sha1', 'sha256', 'sha512'];

/** Answers a request for the digest of a list that was filtered with the digest of the filtered list. */
export async function filterMavenDigest(filtering: Filtering): Promise<AsOfAnswer | undefined> {
  const { segments, url, ask } = filtering;
  const algorithm = digests.find((name) => segments.at(-1) === `${file}.${name}`);
  if (algorithm === undefined) return undefined;
  const address = new URL(url.href.slice(0, -algorithm.length - 1));
  const answer = await ask({ method: 'GET', url: address.href, accept: undefined });
  const content = answer?.status === 200 ? contentOfAnswer(answer) : undefined;
  if (answer === undefined || content === undefined) return undefined;
  const list = await filterMavenMetadata({
    ...filtering,
    answer,
    url: address,
    segments: [...segments.slice(0, -1), file],
    content,
  });
  if (list === undefined) return undefined;
  const digest = list.changed && createHash(algorithm).update(list.changed.body).digest('hex');
  const changed =
    digest === undefined
      ? undefined
      : list.changed?.status === 404
        ? list.changed
        : changedAnswer(filtering, digest);
  return { ...list, shape: 'maven-metadata-digest', changed };
}
