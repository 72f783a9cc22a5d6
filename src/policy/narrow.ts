/** Requires that a rule says what it is about as exactly as what it accepts asks for: nothing that accepts nearly everything is a rule. */
import type { Failure } from '../failure.ts';
import { acceptable, sayEnough } from './acceptable.ts';
import { isForEverything } from './glob.ts';
import type { AcceptableVerdict, Rule } from './policy.ts';

type RefusingRule = (
  problem: string,
  details?: { readonly expected?: string; readonly hint?: string },
) => Failure;

/** Whether a rule is about packages of nearly every name. */
export function isForEveryPackage({ packages }: Pick<Rule, 'packages'>): boolean {
  return packages.some(isForEverything);
}

export function requireNarrow(rule: Rule, refuse: RefusingRule): void {
  const everyPath = rule.paths.find(isForEverything);
  if (everyPath !== undefined)
    throw refuse(`the path ${everyPath.text} names nearly every path`, {
      hint: 'leave it out, or name files',
    });
  for (const verdict of rule.verdicts) requireNarrowFor(verdict, rule, refuse);
  if (!isForEveryPackage(rule)) return;
  // An environment that is gone, or a step that fails, can be brought about for every package.
  const proven = rule.verdicts.every(
    (each) => each === 'not-reproduced/recompressed' || each === 'not-reproduced/sbom-only',
  );
  if (proven || (rule.verdicts.every((each) => each.startsWith('not-reproduced')) && sayEnough(rule.causes)))
    return;
  throw refuse('it is about packages of nearly every name and does not say what differs in them', {
    expected: 'not-reproduced with the causes named, recompressed, or sbom-only',
    hint: 'name the packages',
  });
}

function requireNarrowFor(
  verdict: AcceptableVerdict,
  { digests, causes, paths }: Rule,
  refuse: RefusingRule,
): void {
  const { needs } = acceptable.get(verdict)!;
  if (digests.length > 0 || needs === 'package') return;
  if (needs === 'digest')
    throw refuse(`${verdict} is accepted for single files only`, { expected: 'their sha256' });
  if (causes.length === 0 && paths.length === 0)
    throw refuse(`${verdict} is accepted only where the rule says what differs`, {
      expected: 'cause, path or sha256',
    });
  if (causes.length > 0 && paths.length === 0 && !sayEnough(causes))
    throw refuse('these causes do not say what differs', {
      expected: 'path or sha256 as well, or other causes',
    });
}
