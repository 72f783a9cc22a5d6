/** RubyGems' compact index (guides.rubygems.org, "Compact Index API") as it was. */
import { decodeBytes, encodeBytes } from '../bytes.ts';
import { isJsonObject, parseBoundedJson, textMember } from '../formats/bounded-json.ts';
import { type AsOfAnswer, type Filtering, undatedOf } from './listed.ts';
import { absentAnswer, changedAnswer, contentOfAnswer, unchanged } from './registry-answer.ts';
import { secondsOf } from './registry-times.ts';
import { sieve } from './sieve.ts';

const head = '---\n';

/** Filters `/info/NAME`, which has a line for each version. The time is its last requirement (`created_at`, version 2 of the format), or is requested from the API. */
export async function filterGemInfo(filtering: Filtering): Promise<AsOfAnswer | undefined> {
  const { segments, content, seconds } = filtering;
  const text = decodeBytes(content);
  if (segments.at(-2) !== 'info' || !text.startsWith(head)) return undefined;
  const lines = text
    .slice(head.length)
    .split('\n')
    .filter((line) => line !== '');
  const versions = lines.map((line) => line.split(' ', 1)[0]!);
  const inLines = lines.map((line) => secondsOf(createdAt(line)));
  const ofApi = inLines.includes(undefined)
    ? await askApi(filtering, segments.at(-1)!)
    : new Map<string, number>();
  const times = new Map(versions.map((version, index) => [version, inLines[index] ?? ofApi.get(version)]));
  const sieved = sieve(versions, (version) => times.get(version), seconds);
  if (sieved.removed.length === 0) return unchanged('gem-info', sieved.undated);
  const kept = lines.filter((_, index) => !sieved.later.has(versions[index]!));
  const changed =
    kept.length === 0
      ? absentAnswer('This gem could not be found')
      : changedAnswer(filtering, encodeBytes(head + kept.map((line) => `${line}\n`).join('')));
  return { shape: 'gem-info', changed, removed: sieved.removed, corrected: [], undated: sieved.undated };
}

function createdAt(line: string): string | undefined {
  const requirements = line.slice(line.indexOf('|') + 1).split(',');
  return requirements.find((each) => each.startsWith('created_at:'))?.slice('created_at:'.length);
}

/** The platform follows the number, unless it is Ruby's own. */
async function askApi(
  { ask, url }: Filtering,
  name: string,
): Promise<ReadonlyMap<string, number | undefined>> {
  const base = url.href.slice(0, url.href.lastIndexOf('/info/'));
  const address = `${base}/api/v1/versions/${encodeURIComponent(name)}.json`;
  const answer = await ask({ method: 'GET', url: address, accept: 'application/json' });
  const content = answer?.status === 200 ? contentOfAnswer(answer) : undefined;
  const parsed = content === undefined ? undefined : parseBoundedJson(content);
  const list = parsed !== undefined && 'value' in parsed && Array.isArray(parsed.value) ? parsed.value : [];
  return new Map(
    list.filter(isJsonObject).map((each) => {
      const [number, platform] = [textMember(each, 'number') ?? '', textMember(each, 'platform') ?? 'ruby'];
      return [platform === 'ruby' ? number : `${number}-${platform}`, secondsOf(each['created_at'])];
    }),
  );
}

/**
 * Leaves `/versions` as it is: the names and versions of all gems, with a digest of each `/info`. It has no times, and requesting those of each gem would take a
 * hundred thousand requests. Clients choose from `/info`, and read from `/versions` which of those has changed. Every line counts as undated.
 */
export async function filterGemVersions({ segments, content }: Filtering): Promise<AsOfAnswer | undefined> {
  if (segments.at(-1) !== 'versions') return undefined;
  const text = decodeBytes(content);
  if (!text.startsWith('created_at: ') || !text.slice(0, 256).includes(`\n${head}`)) return undefined;
  const lines = text.slice(text.indexOf(`\n${head}`) + head.length + 1).split('\n');
  return unchanged(
    'gem-versions',
    undatedOf(lines.filter((line) => line !== '').map((line) => line.split(' ', 1)[0]!)),
  );
}
