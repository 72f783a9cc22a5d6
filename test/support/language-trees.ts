/** Trees of our own with content of languages: what of it syft has elements for is read here from the files themselves. */
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
  /** Over the elements that syft v1.57.1 and v1.46.0 find there, as each form writes them (`digestFound`). */
  readonly found: Readonly<Record<'C' | 'D', string>>;
}

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
];
