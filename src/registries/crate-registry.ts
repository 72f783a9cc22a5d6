/** Files of a sparse index of crates (doc.rust-lang.org/cargo/reference, "Registry Index") as they were. */
import { decodeBytes, encodeBytes } from '../bytes.ts';
import { isJsonObject, type JsonObject, listMember, textMember } from '../formats/bounded-json.ts';
import { indexPathOf } from '../pins/shapes/crate-shape.ts';
import type { AsOfAnswer, Filtering } from './listed.ts';
import { absentAnswer, changedAnswer, contentOfAnswer, objectOf, unchanged } from './registry-answer.ts';
import { secondsOf } from './registry-times.ts';
import { sieve } from './sieve.ts';

/** Filters the file of a crate, which has a line for each version. The time is in the line (`pubtime`), or is requested from the registry's API. */
export async function filterCrateIndex(filtering: Filtering): Promise<AsOfAnswer | undefined> {
  const { segments, content, seconds } = filtering;
  const name = segments.at(-1)!;
  const path = segments.join('/');
  if (name === '' || !(path === indexPathOf(name) || path.endsWith(`/${indexPathOf(name)}`)))
    return undefined;
  const lines = decodeBytes(content)
    .split('\n')
    .filter((line) => line !== '');
  const entries = lines.map((line) => objectOf(encodeBytes(line)));
  const versions = entries.map((entry) => textMember(entry ?? {}, 'vers') ?? '');
  if (versions.length === 0 || versions.includes('')) return undefined;
  const times = await timesOf(filtering, entries as readonly JsonObject[], name);
  const sieved = sieve(versions, (version) => times.get(version), seconds);
  if (sieved.removed.length === 0) return unchanged('crate-index', sieved.undated);
  const kept = lines.filter((_, index) => !sieved.later.has(versions[index]!));
  // An index has no file for a crate without versions.
  const changed =
    kept.length === 0
      ? absentAnswer('not found')
      : changedAnswer(filtering, encodeBytes(kept.map((line) => `${line}\n`).join('')));
  return { shape: 'crate-index', changed, removed: sieved.removed, corrected: [], undated: sieved.undated };
}

async function timesOf(filtering: Filtering, entries: readonly JsonObject[], name: string) {
  const inLines = new Map(entries.map((entry) => [textMember(entry, 'vers')!, secondsOf(entry['pubtime'])]));
  if (![...inLines.values()].includes(undefined)) return inLines;
  const ofApi = await askApi(filtering, name);
  return new Map([...inLines].map(([version, time]) => [version, time ?? ofApi.get(version)]));
}

/** The address of the API, which the index gives in `config.json` beside its first folder. */
async function askApi(
  { ask, url }: Filtering,
  name: string,
): Promise<ReadonlyMap<string, number | undefined>> {
  const none = new Map<string, undefined>();
  const base = url.href.slice(0, -indexPathOf(name).length);
  const config = await ask({ method: 'GET', url: `${base}config.json`, accept: undefined });
  const api = textMember(objectOf(config && contentOfAnswer(config)) ?? {}, 'api');
  if (api === undefined || !URL.canParse(api)) return none;
  const address = `${api.replace(/\/$/, '')}/api/v1/crates/${encodeURIComponent(name)}/versions`;
  const answer = await ask({ method: 'GET', url: address, accept: 'application/json' });
  const document = answer?.status === 200 ? objectOf(contentOfAnswer(answer)) : undefined;
  const versions = listMember(document ?? {}, 'versions').filter(isJsonObject);
  return new Map(versions.map((each) => [textMember(each, 'num') ?? '', secondsOf(each['created_at'])]));
}
