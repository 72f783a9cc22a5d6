import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import { shownAddress } from '../../../src/address.ts';
import { isPrivateAddress, requireAllowed } from '../../../src/inputs/network/addresses.ts';
import { makeCredentials } from '../../../src/inputs/network/credentials.ts';

describe('addresses', () => {
  const privates = [
    '127.0.0.1',
    '10.1.2.3',
    '172.31.255.255',
    '192.168.0.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '224.0.0.1',
    '255.255.255.255',
    '::1',
    '::',
    'fe80::1',
    'fc00::1',
    'fd12::1',
    'ff02::1',
    '::ffff:127.0.0.1',
    '::ffff:a00:1',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    '::ffff:0:127.0.0.1',
    '2001:0:7f00:1::1',
    '5f00::1',
    'fe80::1%eth0',
    'nonsense',
  ];
  for (const address of privates)
    it(`considers ${address} private`, () => assert.ok(isPrivateAddress(address)));

  const publics = [
    '8.8.8.8',
    '172.32.0.1',
    '100.128.0.1',
    '2606:4700::1',
    '2001:200::1',
    '::ffff:8.8.8.8',
    '64:ff9b::808:808',
  ];
  for (const address of publics)
    it(`considers ${address} public`, () => assert.ok(!isPrivateAddress(address)));

  const policy = { offline: false, allowPrivateAddresses: false, allowPlainHttp: false };
  const refused = [
    'http://8.8.8.8/',
    'https://10.0.0.1/',
    'https://[::1]/',
    'https://2130706433/',
    'https://u:p@8.8.8.8/',
  ];
  for (const address of refused) {
    it(`refuses ${address} where a package chose it`, async () => {
      await assert.rejects(requireAllowed(new URL(address), 'recorded', policy), { code: 'address-refused' });
      await requireAllowed(new URL(address), 'named', policy);
    });
  }

  it('refuses everything offline', async () => {
    await assert.rejects(requireAllowed(new URL('https://8.8.8.8/'), 'named', { ...policy, offline: true }), {
      code: 'unreachable',
    });
  });

  it('are shown without credentials and queries', () => {
    assert.equal(shownAddress('https://me:secret@host.example/a?token=x'), 'https://host.example/a?…');
  });
});

describe('credentials', () => {
  const netrc =
    '# comment\nmachine a.example login me password word\nmacdef x\n  machine b.example\n\ndefault login d password e\n';
  const credentials = makeCredentials('basic:c.example:u:p:q,bearer:d.example:5000:token', netrc);
  const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
  const cases: readonly (readonly [string, string | undefined])[] = [
    ['https://a.example/', basic('me:word')],
    ['https://c.example/', basic('u:p:q')],
    ['https://d.example:5000/', 'Bearer token'],
    ['https://other.example/', basic('d:e')],
    ['http://a.example/', undefined],
    ['http://127.0.0.1:80/', basic('d:e')],
  ];
  for (const [address, expected] of cases) {
    it(`for ${address} are ${expected === undefined ? 'none' : 'those that were given'}`, () =>
      assert.equal(credentials(new URL(address), 'named'), expected));
  }

  it('for an address that a package chose are those of its host by name, at the port of https or the named one', () => {
    const own = makeCredentials(
      'basic:c.example:u:p,bearer:d.example:5000:token',
      'machine a.example login a password a\ndefault login d password e\n',
      ['own.example'],
    );
    const chosen: readonly (readonly [string, string | undefined])[] = [
      ['https://a.example/', basic('a:a')],
      ['https://a.example:8443/', undefined],
      ['https://c.example/', basic('u:p')],
      ['https://c.example:5000/', undefined],
      ['https://d.example:5000/', 'Bearer token'],
      ['https://other.example/', undefined],
      ['https://a.example.evil.example/', undefined],
    ];
    for (const [address, expected] of chosen)
      assert.equal(own(new URL(address), 'recorded'), expected, address);
    assert.equal(own(new URL('https://own.example/'), 'named'), undefined);
    assert.equal(own(new URL('https://other.example/'), 'named'), basic('d:e'));
  });
});

test('credentials go over plain http only to this machine, and not to a name that begins like it', () => {
  const credentials = makeCredentials('basic:127.evil.example:u:p,basic:127.0.0.1:u:p', '');
  assert.equal(credentials(new URL('http://127.evil.example/'), 'named'), undefined);
  assert.notEqual(credentials(new URL('http://127.0.0.1/'), 'named'), undefined);
});
