/** Answers of Go's module proxies (go.dev/ref/mod, "GOPROXY protocol") as they were. The time of a version is that of its commit. */
import { decodeBytes } from '../bytes.ts';
import { textMember } from '../formats/bounded-json.ts';
import { type AsOfAnswer, type Filtering, undatedOf } from './listed.ts';
import { absentAnswer, changedAnswer, contentOfAnswer, objectOf, unchanged } from './registry-answer.ts';
import { secondsOf, secondsOfDigits } from './registry-times.ts';
import { highestOf, parseVersion } from './semver.ts';
import { askedTimes, sieve } from './sieve.ts';

const notFound = 'not found: it did not exist yet';

export async function filterGoList(filtering: Filtering): Promise<AsOfAnswer | undefined> {
  const { segments, content, seconds, url } = filtering;
  if (segments.at(-2) !== '@v' || segments.at(-1) !== 'list') return undefined;
  const lines = linesOf(content);
  // The time of a version may follow it on the line.
  const versions = lines.map((line) => line.split(' ', 1)[0]!);
  if (versions.some((version) => parseVersion(version) === undefined)) return undefined;
  const times = await timesOf(filtering, url.href.slice(0, url.href.lastIndexOf('/')), versions);
  const sieved = sieve(versions, (version) => times.get(version), seconds);
  if (sieved.removed.length === 0) return unchanged('go-list', sieved.undated);
  const kept = lines.filter((_, index) => !sieved.later.has(versions[index]!));
  const changed = changedAnswer(filtering, kept.map((line) => `${line}\n`).join(''));
  return { shape: 'go-list', changed, removed: sieved.removed, corrected: [], undated: sieved.undated };
}

function linesOf(content: Uint8Array): string[] {
  return decodeBytes(content)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** The time of a version: the one inside a pseudo-version, and for any other the one in its `.info`. */
function timesOf({ ask }: Filtering, base: string, versions: readonly string[]) {
  return askedTimes(versions, async (version) => {
    const pseudo = /-(?:0\.|[\dA-Za-z.-]{1,200}\.0\.)?(\d{14})-[\da-f]{12}(?:\+incompatible)?$/.exec(
      version,
    )?.[1];
    if (pseudo !== undefined) return secondsOfDigits(pseudo);
    const url = `${base}/${encodeURIComponent(escapeCase(version))}.info`;
    const info = await ask({ method: 'GET', url, accept: undefined });
    return info?.status === 200 ? secondsOf(objectOf(contentOfAnswer(info))?.['Time']) : undefined;
  });
}

/** golang.org/x/mod/module, EscapeVersion. */
function escapeCase(version: string): string {
  return version.replace(/[A-Z]/g, (letter) => `!${letter.toLowerCase()}`);
}

/** `@latest`, and `.info` of what is not a version but a branch, a tag or a prefix of versions. */
export async function filterGoChoice(filtering: Filtering): Promise<AsOfAnswer | undefined> {
  const { segments, content, seconds, url } = filtering;
  const isLatest = segments.at(-1) === '@latest';
  const file = segments.at(-1)!;
  if (!isLatest && !(segments.at(-2) === '@v' && file.endsWith('.info'))) return undefined;
  const info = objectOf(content) ?? {};
  const version = textMember(info, 'Version');
  if (version === undefined) return undefined;
  const shape = isLatest ? 'go-latest' : 'go-info';
  // A version that was requested by its own name is what it was.
  if (!isLatest && escapeCase(version) === file.slice(0, -'.info'.length)) return undefined;
  const time = secondsOf(info['Time']);
  if (time === undefined) return unchanged(shape, undatedOf([version]));
  if (time <= seconds) return unchanged(shape, undatedOf([]));
  const chosen = isLatest
    ? await latestAsOf(filtering, url.href.slice(0, url.href.lastIndexOf('/')))
    : undefined;
  const corrected = [{ name: isLatest ? 'latest' : file.slice(0, -5), from: version, to: chosen?.version }];
  const changed = chosen === undefined ? absentAnswer(notFound) : changedAnswer(filtering, chosen.info);
  const removed = [{ name: version, seconds: time }];
  return { shape, changed, removed, corrected, undated: undatedOf([]) };
}

/** The highest release that existed, as cmd/go chooses; where there is none, the highest pre-release. Where only commits existed, it is not known what `@latest` was. */
async function latestAsOf(filtering: Filtering, base: string) {
  const list = await filtering.ask({ method: 'GET', url: `${base}/@v/list`, accept: undefined });
  const content = list?.status === 200 ? contentOfAnswer(list) : undefined;
  const versions = linesOf(content ?? new Uint8Array(0)).map((line) => line.split(' ', 1)[0]!);
  const times = await timesOf(filtering, `${base}/@v`, versions);
  const existed = versions.filter(
    (version) => (times.get(version) ?? Number.POSITIVE_INFINITY) <= filtering.seconds,
  );
  const modules = existed.filter((version) => !version.endsWith('+incompatible'));
  const version = highestOf(modules) ?? highestOf(existed);
  if (version === undefined) return undefined;
  const url = `${base}/@v/${encodeURIComponent(escapeCase(version))}.info`;
  const info = await filtering.ask({ method: 'GET', url, accept: undefined });
  const body = info?.status === 200 ? contentOfAnswer(info) : undefined;
  return body === undefined ? undefined : { version, info: body };
}
