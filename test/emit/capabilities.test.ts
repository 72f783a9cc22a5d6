import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SetCap } from '../../src/claim/recipe/recipe.ts';
import { capabilityXattrs } from '../../src/emit/capabilities.ts';
import { failure } from '../support/failures.ts';

function setcap(path: string, add: Readonly<Record<string, string>>): SetCap {
  return { path, add: new Map(Object.entries(add)), reason: 'because' };
}

function hexOf(...given: SetCap[]): Record<string, string> {
  return Object.fromEntries(
    [...capabilityXattrs(given)].map(([path, { name, value }]) => {
      assert.equal(name, 'security.capability');
      return [path, Buffer.from(value).toString('hex')];
    }),
  );
}

const zeros = '0'.repeat(24);

test('capabilities are the 24 bytes of revision 3', () => {
  const cases: [add: Readonly<Record<string, string>>, hex: string][] = [
    // Golden value of melange v0.59.1: `cap_net_raw,cap_net_admin: +eip`.
    [{ 'cap_net_raw,cap_net_admin': '+eip' }, `010000030030000000300000${zeros}`],
    [{ cap_net_bind_service: '+ep' }, `010000030004000000000000${zeros}`],
    [{ cap_sys_admin: '+p' }, `000000030000200000000000${zeros}`],
    [{ cap_ipc_lock: 'i' }, `000000030000000000400000${zeros}`],
    [{ cap_net_raw: '+e' }, `010000030000000000000000${zeros}`],
    [{ cap_net_raw: '' }, `000000030000000000000000${zeros}`],
    [{ cap_net_raw: '+ep', cap_net_admin: '+p' }, `010000030030000000000000${zeros}`],
  ];
  for (const [add, hex] of cases) assert.deepEqual(hexOf(setcap('/usr/bin/a', add)), { 'usr/bin/a': hex });
});

test('entries of one path are combined, however it is spelled', () => {
  const made = hexOf(
    setcap('/usr/bin/a', { cap_net_raw: '+p' }),
    setcap('usr//bin/./a', { cap_net_admin: '+p' }),
    setcap('/usr/bin/b', { cap_net_admin: '+p' }),
  );
  assert.deepEqual(made, {
    'usr/bin/a': `000000030030000000000000${zeros}`,
    'usr/bin/b': `000000030010000000000000${zeros}`,
  });
});

test('a capability that melange refuses is refused', () => {
  const names = [
    'cap_sys_ptrace',
    'CAP_NET_RAW',
    ' cap_net_raw',
    'cap_net_raw ',
    '',
    'cap_net_raw,',
    'constructor',
    '__proto__',
    'toString',
  ];
  for (const name of names) {
    const given = { path: '/a', add: new Map([[name, '+ep']]), reason: 'because' };
    assert.throws(() => capabilityXattrs([given]), failure('recipe-unreadable'), JSON.stringify(name));
  }
  assert.equal(capabilityXattrs([]).size, 0);
});
