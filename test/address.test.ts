import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import { Address, maskAddresses, shownAddress, shownTyped } from '../src/address.ts';
import { Failure } from '../src/failure.ts';

const secretive = 'https://user:PASS@host.example:8443/path/file?token=QUERY#FRAGMENT';

describe('an address', () => {
  it('shows no secret, however it is printed', () => {
    const address = Address.parse(secretive)!;
    const printed = [
      String(address),
      `${address}`,
      JSON.stringify({ address }),
      inspect(address),
      inspect({ a: { address } }),
      address.place,
    ];
    for (const text of printed) assert.doesNotMatch(text, /user|PASS|QUERY|FRAGMENT/, text);
    assert.equal(String(address), 'https://host.example:8443/path/file?…');
    assert.equal(address.reveal().href, secretive);
  });

  it('is masked in any text, among others and where it cannot be parsed', () => {
    const cases: [text: string, shown: string][] = [
      ['nothing', 'nothing'],
      ['a://b', 'a://b'],
      [`cannot read ${secretive} now`, 'cannot read https://host.example:8443/path/file?… now'],
      ["unable to access 'http://u:p@h.example/x': 404", "unable to access 'http://h.example/x': 404"],
      ['http://u@h/ https://u:p@h/?a b', 'http://h/ https://h/?… b'],
      ['http://u:p@h/x,http://u:p@i/y', 'http://h/x,http://i/y'],
      ['http://u:p/w@h/x', 'http://h/x'],
      ['http://u:p://w@h/x', 'http://…://h/x'],
      ['http://u:p?w@h/x', 'http://h/x'],
      ['http://u:p@w@h/x', 'http://h/x'],
      ['ftp://u:p@h/x?y=http://u:p@i', 'ftp://h/x?…'],
      ['http://[::1]:80/x@y', 'http://[::1]:80/x@y'],
      ['(see https://h.example).', '(see https://h.example).'],
      ['--x=https://u:p@h', '--x=https://h'],
      ['curl https:/u:SECRET@h/x', 'curl https:/h/x'],
      ['curl https:u:SECRET@h/x', 'curl https:h/x'],
      [String.raw`curl HTTPS:\\u:SECRET@h/x`, String.raw`curl HTTPS:\\h/x`],
      ['https:/h/x?t=SECRET y', 'https:/h/x?… y'],
      ['url=//u:SECRET@h/x', 'url=//h/x'],
      ['"//u:SECRET@h/x?t=SECRET"', '"//h/x?…'],
      ['https://h/x;token=SECRET/y z', 'https://h/x;… z'],
      ['https://h/x;a;b=SECRET', 'https://h/x;a;…'],
      ['see https://h.example; then', 'see https://h.example; then'],
      ['https: is a scheme, http:80 not', 'https: is a scheme, http:80 not'],
      ['PATH=/bin:/opt/x@1//lib@2', 'PATH=/bin:/opt/x@1//lib@2'],
      ['// a comment of a@b', '// a comment of a@b'],
      ['https://registry.example/@scope/name', 'https://registry.example/@scope/name'],
    ];
    for (const [text, shown] of cases) assert.equal(maskAddresses(text), shown, text);
    assert.equal(shownAddress('./folder?x'), './folder?x');
  });

  it('shows no secret in any part of a failure', () => {
    const failure = new Failure('usage', `${secretive} is wrong`, {
      expected: secretive,
      got: secretive,
      hint: secretive,
    });
    assert.doesNotMatch(inspect(failure), /PASS|QUERY|FRAGMENT/);
    assert.match(failure.message, /^https:\/\/host\.example:8443\/path\/file\?… is wrong$/);
  });

  it('shows no secret of an address inside it', () => {
    const locations = [
      'ext::https://u:SECRET@h.example/r',
      'ext::https://u:SECRET@h.example/r?q=SECRET',
      'view-source:https://u:SECRET@h.example/r',
      'https://h.example/https://u:SECRET@g.example/r',
      'https://h.example/https://u:SECRET@g.example/r?q=SECRET',
      String.raw`https:\\u:SECRET@h.example/r`,
    ];
    for (const location of locations) {
      assert.doesNotMatch(shownAddress(location), /SECRET/, location);
      assert.match(shownAddress(location), /h\.example/, location);
    }
  });

  it('is masked as it was typed where it is not an address: without slashes, for ssh, with white space', () => {
    const cases: [typed: string, shown: string][] = [
      ['https:/u:SECRET@h.example/r?t=SECRET', '…@h.example/r?…'],
      ['https:u:SECRET@h.example/r', '…@h.example/r'],
      ['https:/h.example/r?t=SECRET', 'https:/h.example/r?…'],
      ['u:SECRET@h.example:r.git', '…@h.example:r.git'],
      ['https://u:a SECRET@h h/r', '…@h h/r'],
      ['./recipes@2', './recipes@2'],
      ['/srv/a?b', '/srv/a?b'],
    ];
    for (const [typed, shown] of cases) assert.equal(shownTyped(typed), shown);
  });

  it('is masked in time that is linear', () => {
    const pieces = ['://', 'x://u:p@', 'a', '@', '://[', '?', ' ', ':', '/', ' //', 'http:', ';', ';a'];
    for (const piece of pieces) {
      const text = piece.repeat(200_000);
      assert.ok(maskAddresses(text).length <= text.length * 2, piece);
    }
  });
});
