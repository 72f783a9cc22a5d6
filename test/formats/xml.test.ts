import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { anchorsOf } from '../../src/formats/simple-index.ts';
import { parseToml } from '../../src/formats/toml.ts';
import { childrenOf, parseXml } from '../../src/formats/xml.ts';

describe('XML', () => {
  it('has elements with their places, so that they can be cut out', () => {
    const text = '\ufeff<?xml version="1.0"?>\r\n<a><b x="1>2">é\u{1f600}</b>\r\n<b/><![CDATA[<b>]]></a>';
    const document = parseXml(Buffer.from(text))!;
    const [first, second] = childrenOf(document.root, 'b');
    assert.equal(document.text.slice(first!.start, first!.end), '<b x="1>2">é\u{1f600}</b>');
    assert.equal(document.text.slice(second!.start, second!.end), '<b/>');
    assert.equal(first!.attributes.get('x'), '1>2');
    assert.equal(document.root.text, '\n<b>');
  });

  for (const text of [
    '',
    '<a>',
    '<a></b>',
    '<a>&b;</a>',
    '<a/><a/>',
    'a',
    '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
  ])
    it(`that is not well-formed is none: ${text}`, () =>
      assert.equal(parseXml(Buffer.from(text)), undefined));
});

describe('TOML', () => {
  it('keeps what JavaScript gives a meaning to as ordinary keys', () => {
    const document = parseToml(Buffer.from('__proto__ = "x"\n[constructor]\na = 12345678901234567890123\n'));
    assert.ok(document === undefined || !('x' in {}));
    assert.equal(({} as Record<string, unknown>)['x'], undefined);
  });

  it('of numbers of any length is read', () => {
    assert.equal(parseToml(Buffer.from('a = 9007199254740993\n'))!['a'], 9007199254740993n);
  });

  for (const text of ['a = ', '[[a]', 'a = 1\na = 2', `a = ${'['.repeat(100)}${']'.repeat(100)}`])
    it(`that is not TOML, or is too deep, is none: ${text.slice(0, 20)}`, () =>
      assert.equal(parseToml(Buffer.from(text)), undefined));
});

describe('a page of an index', () => {
  it('has anchors with their places', () => {
    const page = `<html><abbr>x</abbr><a\n data-x=">" HREF='../a.whl#sha256=1&amp;2'>a.whl</a><br/><A href=b>b&lt;</A ></html>`;
    assert.deepEqual(
      anchorsOf(page).map(({ href, text, start, end }) => [
        href,
        text,
        page.slice(start, start + 2),
        page[end - 1],
      ]),
      [
        ['../a.whl#sha256=1&2', 'a.whl', '<a', '>'],
        ['b', 'b<', '<A', '>'],
      ],
    );
  });

  for (const [what, page] of [
    ['without ends', '<a href="x">'.repeat(100_000)],
    ['with quotes that are open', '<a "'.repeat(100_000)],
    ['of brackets', '<'.repeat(1_000_000)],
    ['of spaces', `<a ${' '.repeat(1_000_000)}>x</a>`],
  ] as const)
    it(`is read within its time: ${what}`, () => {
      const begin = performance.now();
      anchorsOf(page);
      assert.ok(performance.now() - begin < 2000);
    });
});
