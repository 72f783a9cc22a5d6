import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Acceptance, exitCodeOf, passOf, type Standing } from '../../src/verdict/acceptance.ts';
import { type VerdictKind, verdictExitCodes, verdictOrder } from '../../src/verdict/verdict.ts';
import { digest } from '../support/results.ts';

const rule = { rule: 'a-rule', reason: 'it is known', owner: 'ann', until: '2027-02-28' };
const accepted: Acceptance = { digest: digest('policy'), accepted: [rule] };
const over: Acceptance = { ...accepted, accepted: [], refused: [{ ...rule, why: 'expired' }] };
const same: Standing = { state: 'same', was: { verdict: 'not-reproduced/content', causes: [] } };

const gated = (kind: VerdictKind, policy?: Acceptance, baseline?: Standing) => ({
  verdict: { kind },
  ...(policy === undefined ? {} : { policy }),
  ...(baseline === undefined ? {} : { baseline }),
});

describe('what lets a package through', () => {
  it('is its verdict alone where nothing else is given', () => {
    for (const kind of verdictOrder) {
      assert.equal(passOf(gated(kind)), kind === 'reproduced' ? 'reproduced' : undefined, kind);
      assert.equal(exitCodeOf({ packages: [gated(kind)] }), verdictExitCodes[kind], kind);
    }
  });

  it('is never a rule or a baseline for a defect, nor a baseline for what is rejected', () => {
    const passes = verdictOrder.map((kind) => [
      passOf(gated(kind, accepted)),
      passOf(gated(kind, undefined, same)),
    ]);
    assert.deepEqual(Object.fromEntries(verdictOrder.map((kind, at) => [kind, passes[at]])), {
      internal: [undefined, undefined],
      rejected: ['accepted', undefined],
      'not-reproduced': ['accepted', 'in-baseline'],
      'build-failed': ['accepted', 'in-baseline'],
      inconclusive: ['accepted', 'in-baseline'],
      reproduced: ['reproduced', 'reproduced'],
    });
  });

  it('is no baseline for what a rule accepted until it was over', () => {
    assert.equal(passOf(gated('not-reproduced', over, same)), undefined);
  });

  it('is no baseline in which a package is worse, or which it is not in', () => {
    for (const state of ['new', 'worse'] as const)
      assert.equal(passOf(gated('inconclusive', undefined, { state })), undefined, state);
    assert.equal(passOf(gated('inconclusive', undefined, { ...same, state: 'better' })), 'in-baseline');
  });

  it('leaves the exit code to the worst of the others, and says last that a rule is unused', () => {
    const unused = { digest: digest('policy'), notices: [{ ...rule, kind: 'unused' } as const] };
    const passing = [gated('reproduced'), gated('rejected', accepted)];
    assert.equal(exitCodeOf({ packages: passing }), 0);
    assert.equal(exitCodeOf({ packages: passing, policy: unused }), 6);
    assert.equal(exitCodeOf({ packages: [...passing, gated('inconclusive')], policy: unused }), 4);
    assert.equal(
      exitCodeOf({ packages: [...passing, gated('inconclusive'), gated('not-reproduced')], policy: unused }),
      1,
    );
    assert.equal(exitCodeOf({ packages: [], policy: unused }), 4);
    const ending = { digest: digest('policy'), notices: [{ ...rule, kind: 'expired' } as const] };
    assert.equal(exitCodeOf({ packages: passing, policy: ending }), 0);
  });
});
