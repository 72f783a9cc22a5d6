/** What a build was given by the network and nothing pins: the file holds it, names it, or comes out as published with what another recording has. */
import type { BuildFacts } from '../../execute/facts.ts';
import { type Change, type Detector, type Evidence, type Finding, isUnstable } from './evidence.ts';
import {
  contentKeys,
  type GivenInputs,
  isTellingWord,
  leastContentBytes,
  type UnpinnedInputs,
} from './given-inputs.ts';

export const unpinnedInput: Detector = {
  kind: 'unpinned-input',
  detect(evidence) {
    const { difference, unpinned, facts, changes, reorderings, ranges } = evidence;
    const open = [...changes, ...reorderings, ...ranges];
    if (unpinned === undefined || facts === undefined || open.length === 0) return [];
    if (difference.section !== 'data' || isUnstable(evidence)) return [];
    const recording = changes.length + ranges.length > 0 ? unpinned.builtInstead(difference) : undefined;
    const whole = recording === undefined ? wholeContent(evidence, unpinned) : built(recording);
    if (whole === undefined) return changes.flatMap((change) => ofWord(change, unpinned, facts) ?? []);
    const { path, published, rebuilt } = difference;
    return [{ place: path, published, rebuilt, explains: open, ...whole }];
  },
};

type Said = Pick<Finding, 'confidence' | 'why'>;

function built(recording: string): Said {
  return {
    confidence: 'certain',
    why: `a build that was given the answers of ${recording} has the published bytes here`,
  };
}

/** By the contents of both sides. */
function wholeContent(
  { published, rebuilt }: Evidence,
  { given, instead }: UnpinnedInputs,
): Said | undefined {
  const [here, there] = [sourceOf(given, rebuilt), sourceOf(instead, published)];
  if (here === undefined) return undefined;
  if (there === undefined)
    return { confidence: 'likely', why: `what was built has the bytes of ${here}, which nothing pins` };
  return {
    confidence: 'certain',
    why: `what was built has the bytes of ${here}, which nothing pins, and the published file those of ${there}`,
  };
}

function sourceOf({ contents }: GivenInputs, bytes: Uint8Array | undefined): string | undefined {
  if (bytes === undefined || bytes.length < leastContentBytes || contents.size === 0) return undefined;
  return contentKeys(bytes).flatMap((key) => contents.get(key) ?? [])[0];
}

/** By a value that an answer, or its address, has, and the published one has not. */
function ofWord(change: Change, { given, instead }: UnpinnedInputs, facts: BuildFacts): Finding | undefined {
  const [published, rebuilt] = [change.published?.trim(), change.rebuilt?.trim()];
  if (published === undefined || rebuilt === undefined || !isTellingWord(rebuilt)) return undefined;
  if (Object.values(facts).includes(rebuilt)) return undefined;
  const here = given.words.get(rebuilt)?.find(({ words }) => !words.has(published));
  if (here === undefined) return undefined;
  const there = instead.words.get(published)?.find(({ words }) => !words.has(rebuilt));
  const { place } = change;
  const base = { place, published, rebuilt, explains: [change] };
  if (there === undefined || !isTellingWord(published))
    return {
      ...base,
      confidence: 'likely',
      why: `the rebuilt value is that of ${here.where}, which nothing pins`,
    };
  return {
    ...base,
    confidence: 'certain',
    why: `the rebuilt value is that of ${here.where}, which nothing pins, and the published one that of ${there.where}`,
  };
}
