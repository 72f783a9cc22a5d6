/** Policies as people write them. */
import { parseDay } from '../../src/policy/day.ts';
import { parsePolicy } from '../../src/policy/parse-policy.ts';
import type { Policy } from '../../src/policy/policy.ts';

export const today = parseDay('2026-12-01')!;

export const usual = {
  id: 'a-rule',
  reason: 'it is known',
  owner: 'ann',
  until: '2027-02-28',
  package: 'nr-wallclock',
  verdict: 'not-reproduced',
  cause: 'timestamp',
};

export type Written = Readonly<Record<string, unknown>>;

/** A policy of rules that differ from the usual one in some members; undefined leaves one out. */
export function written(...rules: readonly Written[]): Buffer {
  const all = rules.map((rule) => ({ ...usual, ...rule }));
  return Buffer.from(JSON.stringify({ rules: all }));
}

/** Each rule has a number as its id unless it names one. */
export function policyOf(...rules: readonly Written[]): Policy {
  return parsePolicy(
    written(...rules.map((rule, at) => ({ id: `rule-${at + 1}`, ...rule }))),
    'policy.yaml',
    today,
  );
}
