/** What a saved result says of the policy and the baseline that were applied to a package. */
import { type CauseKind, causeTitles } from '../../compare/cause.ts';
import {
  type Acceptance,
  type AcceptingRule,
  type KnownState,
  type PolicyNotice,
  type PolicyNoticeKind,
  type PolicyRun,
  policyNoticeKinds,
  type RefusingRule,
  ruleRefusals,
  type Standing,
  standingTitles,
  type Uncovered,
} from '../../verdict/acceptance.ts';
import {
  count,
  type Decoder,
  digest,
  list,
  members,
  optional,
  plain,
  refuse,
  text,
  word,
} from './decoder.ts';
import { sectionName } from './saved-comparison.ts';

const causes: Decoder<readonly CauseKind[]> = list(word(causeTitles));

const day: Decoder<string> = (value, place) =>
  typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value) ? value : refuse(place, 'a day, YYYY-MM-DD');

/** What only the owner of a policy writes is printed like text of a package: whoever can write the file can write anything. */
export const acceptance: Decoder<Acceptance> = members<Acceptance>({
  digest,
  accepted: list(
    members<AcceptingRule>({
      rule: text,
      reason: text,
      owner: text,
      until: day,
      differences: optional(count),
    }),
  ),
  refused: optional(
    list(members<RefusingRule>({ rule: text, owner: text, until: day, why: word(ruleRefusals) })),
  ),
  uncovered: optional(
    members<Uncovered>({
      count,
      example: optional(
        members<NonNullable<Uncovered['example']>>({ section: sectionName, path: text, causes }),
      ),
    }),
  ),
});

/** What a run showed of its policy. */
export const policyRun: Decoder<PolicyRun> = members<PolicyRun>({
  digest,
  notices: list(
    members<PolicyNotice>({
      kind: word<PolicyNoticeKind>(policyNoticeKinds),
      rule: text,
      owner: text,
      until: day,
      days: optional(count),
    }),
  ),
});

export const standing: Decoder<Standing> = members<Standing>({
  state: word(standingTitles),
  was: optional(members<KnownState>({ verdict: plain, causes })),
});
