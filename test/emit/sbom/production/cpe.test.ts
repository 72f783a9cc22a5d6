import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { guessCpes, printCpe } from '../../../../src/emit/sbom/production/cpe.ts';
import { originCpe } from '../../../../src/emit/sbom/production/origin-cpe.ts';

const pairsOf = (name: string, url = '') =>
  guessCpes(name, '1-r0', url).map((cpe) => cpe.split(':').slice(3, 5).join(':'));

describe('guessed CPEs', () => {
  const rules: readonly (readonly [rule: string, name: string, url: string, expected: string])[] = [
    ['take a known vendor beside the name', 'bash', '', 'bash:bash gnu:bash'],
    ['take a known product', 'tiff', '', 'libtiff:libtiff libtiff:tiff tiff:libtiff tiff:tiff'],
    ['keep a name that starts with a digit', '7zip', '', '7zip:7zip'],
    ['know the vendor by the page', 'hello', 'https://www.gnu.org/software/hello/', 'hello:hello gnu:hello'],
    ['know no vendor by an insecure page', 'hello', 'http://www.gnu.org/software/hello/', 'hello:hello'],
    ['take an owner from GitHub', 'bar', 'git://github.com/own_er/bar', 'own_er:bar bar:bar'],
    ['take no owner without a repository', 'bar', 'https://github.com/owner', 'bar:bar'],
    ['let Apache be the only vendor', 'bar', 'https://github.com/apache/bar', 'apache:bar'],
    ['know dnsmasq by its author', 'dnsmasq', '', 'thekelleys:dnsmasq dnsmasq:dnsmasq'],
    ['take no plugin of Jenkins for Jenkins', 'jenkins', '', 'jenkins:jenkins'],
  ];
  for (const [rule, name, url, expected] of rules) {
    it(rule, () => assert.deepEqual(pairsOf(name, url), expected.split(' ')));
  }

  it('drop a removed product of Python but not the name of the package', () => {
    assert.ok(!pairsOf('py3-kubernetes').some((pair) => pair.endsWith(':kubernetes')));
    assert.ok(pairsOf('py3-kubernetes').some((pair) => pair.endsWith(':py3-kubernetes')));
  });

  it('are none for a name that no file can have, however it is made', () => {
    assert.deepEqual(pairsOf(`a${'1-'.repeat(50_000)}!`), []);
    assert.ok(pairsOf('a-'.repeat(127)).length < 2000);
  });

  it('are not confused by names that every object of JavaScript has', () => {
    for (const name of ['constructor', '__proto__', 'py3-constructor']) assert.ok(pairsOf(name).length > 0);
  });
});

describe('a CPE as text', () => {
  it('escapes punctuation and keeps dots, hyphens and underscores', () => {
    assert.equal(
      printCpe({ vendor: 'a b', product: 'c++/d_e.f-g', version: '1.2~x-r0' }),
      'cpe:2.3:a:a_b:c\\+\\+\\/d_e.f-g:1.2\\~x-r0:*:*:*:*:*:*:*',
    );
  });

  it('has a star for everything that is not said', () => {
    assert.equal(
      printCpe({ part: 'o', vendor: 'v', product: 'p', language: '', targetSoftware: 'go' }),
      'cpe:2.3:o:v:p:*:*:*:*:*:go:*:*',
    );
  });
});

describe('the CPE of an origin', () => {
  const cases: readonly (readonly [origin: string, expected: string | undefined])[] = [
    ['git', 'cpe:2.3:a:git-scm:git:2.1-rc1:*:*:*:*:*:*:*'],
    ['openjdk-21', 'cpe:2.3:a:oracle:jdk:2.1-rc1:*:*:*:*:*:*:*'],
    ['gitlab-cng', 'cpe:2.3:a:gitlab:gitlab:2.1-rc1:*:*:*:community:*:*:*'],
    ['gitlab-operator', undefined],
    ['zlib', undefined],
    ['constructor', undefined],
  ];
  for (const [origin, expected] of cases) {
    it(`of ${origin} is ${expected ?? 'not known'}`, () => {
      const cpe = originCpe(origin, '2.1-rc1-r12');
      assert.equal(cpe && printCpe(cpe), expected);
    });
  }
});
