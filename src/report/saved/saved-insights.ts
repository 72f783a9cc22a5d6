/** What a saved result says that further builds and the counterfactual showed. */
import { causeTitles } from '../../compare/cause.ts';
import { differenceTitles } from '../../compare/difference.ts';
import type {
  Explanation,
  NoExplanation,
  PartialExplanation,
  ProvenExplanation,
  SubstitutedValue,
} from '../../explain/counterfactual/explanation.ts';
import { factors } from '../../explain/factors.ts';
import type { BeforeFix, Fix, Fixes, FixTrial, LineChange } from '../../explain/fixes/fixes.ts';
import type { FactorResult, HeldResult, Place, Triangulation } from '../../explain/triangulation.ts';
import { isJsonObject } from '../../formats/bounded-json.ts';
import { substitutionTitles } from '../explanation-facts.ts';
import { byWord, count, type Decoder, flag, list, members, optional, refuse, text, word } from './decoder.ts';
import { equivalence, listedDifferences, sectionName } from './saved-comparison.ts';

const substitutedValue: Decoder<SubstitutedValue> = members<SubstitutedValue>({
  kind: word(substitutionTitles),
  section: sectionName,
  path: text,
  name: optional(text),
  bytes: optional(members<NonNullable<SubstitutedValue['bytes']>>({ different: count, size: count })),
});

const left: Decoder<PartialExplanation['left']> = (value, place) => {
  if (!isJsonObject(value)) return refuse(place, 'what is left');
  const { differences, unlisted } = listedDifferences(value, place);
  const firstDifference = count(value['firstDifference'], `${place}.firstDifference`);
  return { firstDifference, differences, ...(unlisted === 0 ? {} : { unlisted }) };
};

export const explanation: Decoder<Explanation> = byWord<Explanation>('explained', {
  proven: members<ProvenExplanation>({
    explained: word<'proven'>(['proven']),
    substitutions: list(substitutedValue),
    minimal: flag,
    equivalence,
  }),
  partly: members<PartialExplanation>({
    explained: word<'partly'>(['partly']),
    substitutions: list(substitutedValue),
    left,
  }),
  'not-attempted': members<NoExplanation>({
    explained: word<'not-attempted'>(['not-attempted']),
    why: text,
  }),
});

const place: Decoder<Place> = members<Place>({
  section: sectionName,
  kind: word(differenceTitles),
  path: text,
  name: optional(text),
});

type FactorOf<O extends FactorResult['outcome']> = Extract<FactorResult, { readonly outcome: O }>;
const factor = word(factors);

const factorResult: Decoder<FactorResult> = byWord<FactorResult>('outcome', {
  'changes-bytes': members<FactorOf<'changes-bytes'>>({
    factor,
    outcome: word<'changes-bytes'>(['changes-bytes']),
    differing: list(place),
    others: list(place),
  }),
  'no-change': members<FactorOf<'no-change'>>({ factor, outcome: word<'no-change'>(['no-change']) }),
  'build-failed': members<FactorOf<'build-failed'>>({
    factor,
    outcome: word<'build-failed'>(['build-failed']),
    why: text,
  }),
  'not-varied': members<FactorOf<'not-varied'>>({
    factor,
    outcome: word<'not-varied'>(['not-varied']),
    why: text,
  }),
});

type HeldOf<O extends HeldResult['outcome']> = Extract<HeldResult, { readonly outcome: O }>;

const heldResult: Decoder<HeldResult> = byWord<HeldResult>('outcome', {
  agrees: members<HeldOf<'agrees'>>({
    held: list(factor),
    outcome: word<'agrees'>(['agrees']),
    agreeing: list(place),
    asPublished: list(place),
  }),
  'no-change': members<HeldOf<'no-change'>>({
    held: list(factor),
    outcome: word<'no-change'>(['no-change']),
  }),
  'build-failed': members<HeldOf<'build-failed'>>({
    held: list(factor),
    outcome: word<'build-failed'>(['build-failed']),
    why: text,
  }),
  'not-held': members<HeldOf<'not-held'>>({
    held: list(factor),
    outcome: word<'not-held'>(['not-held']),
    why: text,
  }),
});

export const triangulation: Decoder<Triangulation> = members<Triangulation>({
  builds: count,
  unstable: list(place),
  publishedOnly: list(place),
  factors: list(factorResult),
  held: optional(list(heldResult)),
});

type TrialOf<O extends FixTrial['outcome']> = Extract<FixTrial, { readonly outcome: O }>;

const trial: Decoder<FixTrial> = byWord<FixTrial>('outcome', {
  stable: members<TrialOf<'stable'>>({
    outcome: word<'stable'>(['stable']),
    before: word<BeforeFix>(['unstable', 'stable', 'unknown']),
  }),
  unstable: members<TrialOf<'unstable'>>({ outcome: word<'unstable'>(['unstable']), places: list(place) }),
  'build-failed': members<TrialOf<'build-failed'>>({
    outcome: word<'build-failed'>(['build-failed']),
    why: text,
  }),
  'not-tried': members<TrialOf<'not-tried'>>({ outcome: word<'not-tried'>(['not-tried']), why: text }),
});

const fix: Decoder<Fix> = members<Fix>({
  cause: word(causeTitles),
  advice: text,
  changes: list(
    members<LineChange>({ package: text, position: text, line: count, was: text, becomes: text }),
  ),
});

export const fixes: Decoder<Fixes> = members<Fixes>({
  fixes: list(fix),
  patch: optional(text),
  trial: optional(trial),
});
