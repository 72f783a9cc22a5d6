/** Trees of our own with content of languages: what of it syft has elements for is read here from the files themselves. */
import type { FormName } from '../../src/claim/traits/record-variant.ts';
import { type Tree, type TreeEntry, treeOf } from '../../src/execute/tree.ts';
import { contentOf, emptyContent } from '../../src/formats/content.ts';

/** A tree of these files and the folders above them. */
export function treeOfFiles(files: Readonly<Record<string, string | Uint8Array>>): Tree {
  const entries: TreeEntry[] = [];
  const known = new Set<string>();
  for (const [path, content] of Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const common = { mode: 0o755, uid: 0, gid: 0, target: '', xattrs: [] };
    for (let cut = path.indexOf('/'); cut > 0; cut = path.indexOf('/', cut + 1)) {
      const folder = path.slice(0, cut);
      if (!known.has(folder))
        entries.push({ ...common, path: folder, type: 'directory', content: emptyContent });
      known.add(folder);
    }
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    entries.push({ ...common, path, type: 'file', content: contentOf(bytes) });
  }
  return treeOf(entries);
}

const gems = 'usr/lib/ruby/gems/3.3.0/specifications';
const node = 'usr/lib/node_modules';
const python = 'usr/lib/python3.12/site-packages';
const json = (value: unknown) => JSON.stringify(value);

export interface LanguageTree {
  readonly what: string;
  readonly files: Readonly<Record<string, string>>;
  /**
   * Over the elements that syft v1.57.1 and v1.46.0 find there, as each form writes them (`digestFound`): paths of A with a slash, those of
   * the others without.
   */
  readonly found: Readonly<Record<FormName, string>>;
}

const distribution = (name: string, version: string, more = '') => ({
  [`${python}/${name}-${version}.dist-info/METADATA`]: `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\nLicense: MIT\n${more}\n`,
});
const specification = (name: string, version: string, lines = '') => ({
  [`${gems}/${name}-${version}.gemspec`]: `Gem::Specification.new do |s|\n  s.name = "${name}".freeze\n  s.version = "${version}"\n${lines}end\n`,
});
const manifest = (name: string, more = {}) => ({
  [`${node}/${name}/package.json`]: json({ name, version: '1.2.3', license: 'MIT', ...more }),
});

/** As RubyGems writes a specification. */
const gemspec = `# -*- encoding: utf-8 -*-
# stub: lab-rake 13.1.0 ruby lib

Gem::Specification.new do |s|
  s.name = "lab-rake".freeze
  s.version = "13.1.0"

  s.required_rubygems_version = Gem::Requirement.new(">= 1.3.2".freeze) if s.respond_to? :required_rubygems_version=
  s.metadata = { "source_code_uri" => "https://lab.example/rake" } if s.respond_to? :metadata=
  s.require_paths = ["lib".freeze]
  s.authors = ["Andr\\u00E9 Lab".freeze, "Eric Second".freeze]
  s.bindir = "exe".freeze
  s.date = "2023-10-28"
  s.description = "Makes things.".freeze
  s.email = ["lab@lab.example".freeze]
  s.executables = ["rake".freeze]
  s.files = ["exe/rake".freeze, "lib/rake.rb".freeze]
  s.homepage = "https://lab.example/rake".freeze
  s.licenses = ["MIT".freeze, "Own Licence".freeze, "GPL-2.0 OR Ruby".freeze]
  s.rubygems_version = "3.5.3".freeze
  s.installed_by_version = "3.5.3" if s.respond_to? :installed_by_version
end
`;

export const languageTrees: readonly LanguageTree[] = [
  {
    what: 'gems',
    found: {
      A: 'ae3effd0f0bf16e76bedbb2c3e3063cb60a0a10abce38bd662a24d286824f977',
      B: '0dddbec91657d6fb81aee2518865af54d721201ec70a65f7382f19f51ebcee62',
      C: '4b9b73e81b34fa79604b920ff2dac453ecd2ce2d3dabe813f192a214d087aeca',
      D: '958fc6a3b842ef59202839f9ffc94f31d44c9d1f248467532217538deba805bc',
    },
    files: {
      [`${gems}/lab-rake-13.1.0.gemspec`]: gemspec,
      [`${gems}/default/plain-0.1.gemspec`]:
        'Gem::Specification.new do |s|\n  s.name = "plain".freeze\n  s.version = "0.1.pre"\nend\n',
      [`${gems}/mail-1.0.gemspec`]: gemspec
        .replace('lab-rake".freeze', 'mail".freeze')
        .replace('"Andr\\u00E9 Lab"', '"Ann Lab <ann@lab.example>"')
        .replace('"MIT".freeze, "Own Licence".freeze, "GPL-2.0 OR Ruby"', '"MIT".freeze, "MIT"'),
    },
  },
  {
    what: 'packages of Node',
    found: {
      A: '99fd11d6396f7c600d466aa33e0d906562a72703f40b9e6fe7187038588e6647',
      B: 'c43ee36abceba040c2cab59e1c4e5b72f7b152c32a677fc1ad522d97156f981a',
      C: 'e737aff05d30e15f7527eba324b38025edfc7289dd5a0b67c3b49847adb3d1cb',
      D: 'b7fc8056c9e26efa99f950cd5fbb72c50bcf80de17d146c698b5baec3569441a',
    },
    files: {
      [`${node}/demo/package.json`]: json({
        name: 'demo',
        version: '1.2.3',
        description: 'A <b> & demo',
        author: 'Ann Lab <ann@lab.example> (https://lab.example/ann)',
        contributors: [{ name: 'Ben', email: 'ben@lab.example' }, 'Cy'],
        license: 'MIT',
        homepage: 'https://lab.example/demo',
        repository: { type: 'git', url: 'git+https://github.com/lab/demo.git' },
        dependencies: { other: '^1' },
      }),
      [`${node}/@scope/thing/package.json`]: json({
        name: '@scope/thing',
        version: '1.0.0-rc.1+b5',
        private: true,
        author: 'Dee <dee@lab.example>',
        licenses: [{ type: 'BSD-3-Clause' }, { type: 'Custom' }],
        repository: 'github:lab/thing',
      }),
      [`${node}/nameless/package.json`]: json({ type: 'module' }),
      [`${node}/no-version/package.json`]: json({
        name: 'no-version',
        author: { name: 'Eve', url: 'https://lab.example' },
        repository: 'lab/short',
      }),
      [`${node}/lic/package.json`]: json({
        name: 'lic',
        version: '1.0.0',
        license: { type: 'SEE LICENSE IN x' },
        author: 'Foo (foo@lab.example)',
      }),
    },
  },
  {
    what: 'distributions of Python',
    found: {
      A: 'a98dfc2eea474d8d35bbc829bd910e78da330196d99ba369d8bae866221059e8',
      B: 'c3f2eb7e38a8a1d35d40e9a1b651c5ed0ba334f0378d7910bd9cb12a39644ac2',
      C: '6f6cc1b9388877bb86ec3f00eb09a118751a672a094ebb3f200ad374b6ec2e82',
      D: '0e52219dc320aa14585be8b3a713f10afecc8f63eb539184458e212f51ca29af',
    },
    files: {
      [`${python}/Lab_Demo.x-1.2.dist-info/METADATA`]:
        'Metadata-Version: 2.1\nName: Lab_Demo.x\nVersion: 1.2\nLicense: MIT\nAuthor: Ann Lab\nAuthor-email: ann@lab.example\n' +
        'Requires-Dist: a\nRequires-Dist: b>1\nProvides-Extra: t\nRequires-Python: >=3\nPlatform: any\n\nText\n',
      [`${python}/Lab_Demo.x-1.2.dist-info/RECORD`]:
        'Lab_Demo.x-1.2.dist-info/METADATA,sha256=abc,12\nlab/x.py,,\n',
      [`${python}/Lab_Demo.x-1.2.dist-info/top_level.txt`]: 'lab\nmore\n',
      [`${python}/mail_only-2.0.dist-info/METADATA`]:
        'Metadata-Version: 2.4\nName: mail-only\nVersion: 2.0+local.1\nLicense-Expression: Apache-2.0 OR MIT\n' +
        'Author-email: Ann B <ann@lab.example>\n',
      [`${python}/two_authors-1.dist-info/METADATA`]:
        'Metadata-Version: 2.4\nName: two-authors\nVersion: 1\nLicense: Own Licence\n' +
        'Author-email: "Ann B." <ann@lab.example>, Bo <bo@lab.example>\n',
      [`${python}/same-1.dist-info/METADATA`]: 'Name: same\nVersion: 1\nRequires-Dist: a\nRequires-Dist: a\n',
      [`${python}/same-1.dist-info/RECORD`]: 'a.py,,\na.py,,\n',
    },
  },
  {
    what: 'distributions whose authors are guessed to be vendors',
    found: {
      A: '80d92b8c43133300a5c4b2833ea52087f4fad15723008fd9c9ba94921c1b00de',
      B: 'e440e990d8483e000a15aa20b5a04c5090ea8e932590aa2c7415f2022898474b',
      C: '7591f20e4f6899e8e2f544ec9d6f07da0ae6ea75d352bf3a865cbf78c16835a0',
      D: 'bed40ff01ad589ce015c89ac43ff47f6e3e964548db8d48a833cbfa99c757d4c',
    },
    files: {
      ...distribution('lab-demo', '1.0', 'Author: The Ann-B. Lab\nAuthor-email: ann.b-c_d@lab.example'),
      ...distribution('python-lab_x', '2.0+l', 'Author: Ann project\nAuthor-email: Ann B <ann@x>'),
      ...distribution('pythonlab', '1', 'Author: apache'),
      ...distribution('apache-lab', '1'),
      ...distribution('a--b', '1', 'Author: Zoë'),
      ...distribution('jira-lab-client', '3', 'Author: jira'),
      ...distribution('quoted', '1', 'Author: "Ann"\nAuthor-email: "A B" <a-b@x>'),
      ...distribution('quoted-twice', '1', 'Author: `"Ann"`\nAuthor-email: \'a\''),
      ...distribution('escaped', '1', "Author: a, e; f:g/h (i) [j] {k} ~ ! # $ % & + < = > ^ ` | '"),
      ...distribution('matching-anything', '1', 'Author: a*b\nAuthor-email: a?b'),
    },
  },
  {
    what: 'gems whose authors and pages are guessed to be vendors',
    found: {
      A: '87886e2e194c80d4cf1f6d10e4f8a4620bf3b8f37fbba2c582d94b4531053b36',
      B: '5993c313685fce8ce516bc877f3df9aa4210c792de410d1eb2de84e4fe6d3f95',
      C: '9e4ce729553e9214d0004f02fbce9613e9f5c572de1bd01fba35e72fe38ea756',
      D: '1064a9e6d78778ce174d3fba5e0a4b4ebb6d57eb49fbf0a30550e54f49623a17',
    },
    files: {
      ...specification(
        'lab-gem',
        '1.0',
        '  s.authors = ["The Ann-B".freeze, "bo@lab.example"]\n  s.homepage = "https://github.com/Own-er/lab".freeze\n',
      ),
      ...specification('lab_gem-x', '1.0', '  s.homepage = "https://www.ruby-lang.org/x".freeze\n'),
      ...specification('plain', '0'),
      ...specification('jenkinsx', '1'),
    },
  },
  {
    what: 'packages of Node whose addresses are guessed to name vendors',
    found: {
      A: '40367b8acc16467381e3e686beeef09528b6c98372b00f8957003d985a3b60c1',
      B: 'ef805b43c64537eb401f4b950481ff79230fd72c6b2a29ed62f76e059a57e706',
      C: '767ac24957443c16717aa76441584b1ee348c0a2652aa717c2481cd3b6e2150f',
      D: 'a9603d1336e2a194f055ab5c0f1bc2d6156f44163af5dafa2fe53e3e5a8909eb',
    },
    files: {
      ...manifest('lab-node', {
        homepage: 'https://gitlab.com/some_one/x',
        repository: { url: 'git://github.com/Other-One/y.git' },
      }),
      ...manifest('@sco-pe/lab_n', { repository: 'https://github.com//x' }),
      ...manifest('node.js'),
      ...manifest('jenkins'),
      ...manifest('jira'),
      ...manifest('jira-client', { author: 'x' }),
      ...manifest('no-version', { version: '' }),
    },
  },
];
