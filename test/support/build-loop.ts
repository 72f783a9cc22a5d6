/**
 * Recipes that differ from one that melange compiled in one point each: what a real melange does with them is held against what this
 * program does. The rules are those of docs/melange/build-loop.md.
 */
import { controlFile } from '../../src/apk/apk.ts';
import { labPackage } from './lab-packages.ts';

/**
 * What becomes of a recipe. `same`: packages are made whose own recipe is the same text. `otherwise`: packages are made that carry another
 * recipe. `nothing`: no package, without an error.
 */
export type MelangeEnd = 'same' | 'otherwise' | 'nothing' | 'fails';
/** The code of a failure, or as with melange. */
export type OurEnd =
  | 'same'
  | 'otherwise'
  | 'recipe-unreadable'
  | 'unsupported'
  | 'assertion-failed'
  | 'build-limit';

export interface LoopCase {
  readonly rule: string;
  readonly edits: readonly (readonly [from: string | RegExp, to: string])[];
  readonly melange: MelangeEnd;
  readonly ours: OurEnd;
  /** Packages besides the origin. */
  readonly others?: readonly string[];
  /** The origin is another package for it, besides the text of its recipe. */
  readonly shows?: true;
}

/** The recipe in a package that melange v0.59.1 built: it compiles to itself. */
export async function compiledRecipe(): Promise<string> {
  const apk = await labPackage('repository/v0.59.1/x86_64/hello-shell-1.4.2-r3.apk');
  return Buffer.from(controlFile(apk, '.melange.yaml')!).toString();
}

export function editedRecipe(recipe: string, { rule, edits }: LoopCase): string {
  return edits.reduce((text, [from, to]) => {
    const edited = text.replace(from, () => to);
    if (edited === text) throw new Error(`${rule}: nothing to edit`);
    return edited;
  }, recipe);
}

const behind = /$/;
const variable = (name: string): string => `$\u007b{${name}}}`;
const commit = 'commit: 5d7a3c9e1f20b48d6a7c8e9f0123456789abcdef';
/** A step in front of the others. */
const step = (yaml: string) => [['pipeline:\n', `pipeline:\n${yaml}`]] as const;
const subpackage = (yaml: string) => [[behind, `subpackages:\n${yaml}`]] as const;
const added = (condition: string) =>
  subpackage(`  - if: ${condition}
    name: hello-added
    pipeline:
      - runs: |
          true
    ${commit}
`);
const nested = (assertions: string) =>
  step(`  - pipeline:
      - runs: |
          true
      - if: '"a" == "b"'
        runs: |
          exit 1
        pipeline:
          - runs: |
              exit 1
      - runs: |
          true
        pipeline:
          - runs: |
              true
${assertions}`);
const packageKey = (yaml: string) => [['  resources: {}\n', yaml]] as const;

export const loopCases: readonly LoopCase[] = [
  {
    rule: 'a recipe that melange compiled',
    edits: [['name: settings and scripts', 'name: another name']],
    melange: 'same',
    ours: 'same',
  },

  // Conditions of subpackages.
  {
    rule: 'a subpackage is skipped',
    edits: added(`'''a'' == ''b'''`),
    melange: 'otherwise',
    ours: 'otherwise',
  },
  {
    rule: 'a subpackage is built',
    edits: added(`'''a'' == ''a'''`),
    others: ['hello-added'],
    melange: 'same',
    ours: 'same',
  },
  {
    rule: 'a variable in the condition of a subpackage is empty',
    edits: added(`${variable('build.arch')} == 'x86_64'`),
    melange: 'otherwise',
    ours: 'otherwise',
  },
  {
    rule: 'and is not equal to its value',
    edits: added(`${variable('build.arch')} != 'x86_64'`),
    others: ['hello-added'],
    melange: 'same',
    ours: 'same',
  },
  {
    rule: 'with blanks in the brackets',
    edits: added(`${variable(' package.name ')} == ''`),
    others: ['hello-added'],
    melange: 'same',
    ours: 'same',
  },
  {
    rule: 'a variable that melange does not know',
    edits: added(`${variable('build.nothing')} != 'x86_64'`),
    melange: 'fails',
    ours: 'recipe-unreadable',
  },
  {
    rule: 'an unknown variable within quotes',
    edits: added(`'''${variable('x')}'' != ''x'''`),
    melange: 'fails',
    ours: 'recipe-unreadable',
  },
  {
    rule: 'a variable that is filled in without quotes',
    edits: added(`${variable('package.name')} != 'x'`),
    melange: 'fails',
    ours: 'unsupported',
  },
  {
    rule: 'a variable that is filled in within quotes',
    edits: added(`'''${variable('package.name')}'' == ''hello-shell'''`),
    others: ['hello-added'],
    melange: 'otherwise',
    ours: 'otherwise',
  },
  {
    rule: 'and the other way round',
    edits: added(`'''${variable('package.name')}'' != ''hello-shell'''`),
    melange: 'otherwise',
    ours: 'unsupported',
  },
  {
    rule: 'a condition of a subpackage that is none',
    edits: added('maybe'),
    melange: 'fails',
    ours: 'recipe-unreadable',
  },
  {
    rule: 'a subpackage without steps',
    edits: subpackage(`  - name: hello-empty\n    ${commit}\n`),
    others: ['hello-empty'],
    melange: 'same',
    ours: 'same',
  },

  // Assertions.
  {
    rule: 'as many steps as required',
    edits: nested('    assertions:\n      required-steps: 2\n'),
    melange: 'same',
    ours: 'same',
  },
  {
    rule: 'more steps than required',
    edits: nested('    assertions:\n      required-steps: 1\n'),
    melange: 'fails',
    ours: 'assertion-failed',
  },
  {
    rule: 'skipped steps and those further down do not count',
    edits: nested('    assertions:\n      required-steps: 3\n'),
    melange: 'fails',
    ours: 'assertion-failed',
  },
  {
    rule: 'an assertion without a number requires none',
    edits: nested('    assertions: {}\n'),
    melange: 'fails',
    ours: 'assertion-failed',
  },
  {
    rule: 'a negative number is never reached',
    edits: nested('    assertions:\n      required-steps: -1\n'),
    melange: 'fails',
    ours: 'assertion-failed',
  },
  {
    rule: 'none ran and none is required',
    edits: step(`  - pipeline:
      - if: '"a" == "b"'
        runs: |
          exit 1
    assertions: {}
`),
    melange: 'same',
    ours: 'same',
  },
  {
    rule: 'an assertion of a nested step',
    edits: step(`  - pipeline:
      - pipeline:
          - runs: |
              true
        assertions: {}
`),
    melange: 'fails',
    ours: 'assertion-failed',
  },
  {
    rule: 'an assertion of a step that is skipped',
    edits: step(`  - if: '"a" == "b"'
    pipeline:
      - runs: |
          true
    assertions: {}
`),
    melange: 'same',
    ours: 'same',
  },
  {
    rule: 'an assertion of a subpackage',
    edits: subpackage(`  - name: hello-added
    pipeline:
      - pipeline:
          - runs: |
              true
        assertions: {}
    ${commit}
`),
    melange: 'fails',
    ours: 'assertion-failed',
  },

  // Variables.
  {
    rule: 'a variable in the text of a step',
    edits: [['cat >', `echo '${variable('package.version')}'\n      cat >`]],
    melange: 'otherwise',
    ours: 'recipe-unreadable',
  },
  {
    rule: 'an unknown variable in the text of a step',
    edits: [['cat >', `echo '${variable('package.nothing')}'\n      cat >`]],
    melange: 'fails',
    ours: 'recipe-unreadable',
  },
  {
    rule: 'a variable in the condition of a step',
    edits: step(`  - if: ${variable('build.arch')} == 'x86_64'\n    runs: |\n      true\n`),
    melange: 'otherwise',
    ours: 'recipe-unreadable',
  },
  {
    rule: 'a variable in a dependency',
    edits: packageKey(
      `  dependencies:\n    runtime:\n      - bash=${variable('package.version')}\n  resources: {}\n`,
    ),
    melange: 'otherwise',
    ours: 'recipe-unreadable',
  },
  {
    rule: 'a variable in a description',
    edits: [['Scripts and', variable('package.name')]],
    melange: 'otherwise',
    ours: 'unsupported',
  },
  {
    rule: 'an unknown variable in a description',
    edits: [['Scripts and', variable('package.nothing')]],
    melange: 'same',
    ours: 'same',
    shows: true,
  },
  {
    rule: 'a variable of the recipe in the environment of a step',
    edits: [
      ...step(`  - runs: |\n      true\n    environment:\n      A: ${variable('vars.a')}\n`),
      [behind, 'vars:\n  a: b\n'],
    ],
    melange: 'otherwise',
    ours: 'unsupported',
  },

  // Steps.
  {
    rule: 'a pipeline that is used and not there',
    edits: step('  - uses: strip\n'),
    melange: 'otherwise',
    ours: 'unsupported',
  },
  {
    rule: 'a pipeline that is used beside a text',
    edits: step('  - uses: strip\n    runs: |\n      true\n'),
    melange: 'fails',
    ours: 'unsupported',
  },
  {
    rule: 'a pipeline that is used and spelled out runs as it is spelled',
    edits: step('  - uses: strip\n    pipeline:\n      - runs: |\n          true\n'),
    melange: 'same',
    ours: 'same',
  },
  {
    rule: 'a text that begins with a comment',
    edits: step('  - runs: |\n      # none\n      true\n'),
    melange: 'otherwise',
    ours: 'recipe-unreadable',
  },
  {
    rule: 'a comment behind a statement',
    edits: step('  - runs: |\n      true # none\n'),
    melange: 'otherwise',
    ours: 'recipe-unreadable',
  },
  {
    rule: 'a comment between statements',
    edits: step("  - runs: |\n      echo '# one'\n      # none\n      true\n"),
    melange: 'otherwise',
    ours: 'recipe-unreadable',
  },
  {
    rule: 'what looks like a comment and is none',
    edits: step("  - runs: |\n      echo '\n      # one' a#b $# \\# >/dev/null\n"),
    melange: 'same',
    ours: 'same',
  },
  {
    rule: 'a text that names its interpreter',
    edits: step('  - runs: |\n      #!/bin/sh\n      true\n'),
    melange: 'same',
    ours: 'same',
  },
  {
    rule: 'a text without an end of line',
    edits: step('  - runs: "true"\n'),
    melange: 'otherwise',
    ours: 'recipe-unreadable',
  },
  {
    rule: 'inputs of nothing',
    edits: step('  - with:\n      a: b\n    runs: |\n      true\n'),
    melange: 'fails',
    ours: 'recipe-unreadable',
  },
  {
    rule: 'a directory that is not handed down',
    edits: step('  - pipeline:\n      - runs: |\n          pwd\n    working-directory: /tmp\n'),
    melange: 'otherwise',
    ours: 'recipe-unreadable',
  },
  {
    rule: 'an environment that is not handed down',
    edits: step('  - pipeline:\n      - runs: |\n          true\n    environment:\n      A: b\n'),
    melange: 'otherwise',
    ours: 'recipe-unreadable',
  },
  {
    rule: 'an environment that only an inner step has',
    edits: step('  - pipeline:\n      - runs: |\n          true\n        environment:\n          A: b\n'),
    melange: 'fails',
    ours: 'recipe-unreadable',
  },
  {
    rule: 'an environment that is handed down',
    edits: step(`  - pipeline:
      - runs: |
          [ "$A$B" = bc ]
        environment:
          A: b
          B: c
    environment:
      A: b
`),
    melange: 'same',
    ours: 'same',
  },
  {
    rule: 'needs of a step that runs',
    edits: step('  - runs: |\n      true\n    needs:\n      packages:\n        - busybox\n'),
    melange: 'otherwise',
    ours: 'recipe-unreadable',
  },
  {
    rule: 'needs of a step that is skipped',
    edits: step(
      `  - if: '"a" == "b"'\n    runs: |\n      true\n    needs:\n      packages:\n        - nothing\n`,
    ),
    melange: 'same',
    ours: 'same',
  },
  {
    rule: 'a condition that cannot be evaluated within a step that is skipped',
    edits: step(`  - if: '"a" == "b"'\n    pipeline:\n      - if: maybe\n        runs: |\n          true\n`),
    melange: 'same',
    ours: 'same',
  },
  {
    rule: 'a condition that cannot be evaluated in a test',
    edits: [
      [
        behind,
        `test:\n  environment:\n    contents:\n      packages:\n        - hello-shell\n    accounts:\n      run-as: ""\n      users:\n        - username: build\n          uid: 1000\n          gid: 1000\n          shell: ""\n          homedir: ""\n      groups:\n        - groupname: build\n          gid: 1000\n          members:\n            - build\n  pipeline:\n    - if: maybe\n      runs: |\n        true\n`,
      ],
    ],
    melange: 'fails',
    ours: 'recipe-unreadable',
  },
  {
    rule: 'a label decides nothing',
    edits: step('  - runs: |\n      true\n    label: continue\n'),
    melange: 'same',
    ours: 'same',
  },

  // The package and its environment.
  {
    rule: 'a build for another architecture',
    edits: [[commit, `${commit}\n  target-architecture:\n    - aarch64`]],
    melange: 'nothing',
    ours: 'recipe-unreadable',
  },
  {
    rule: 'a build for all architectures',
    edits: [[commit, `${commit}\n  target-architecture:\n    - all`]],
    melange: 'same',
    ours: 'same',
  },
  {
    rule: 'a version that is none',
    edits: [['version: 1.4.2', 'version: 1.4.2foo']],
    melange: 'fails',
    ours: 'recipe-unreadable',
  },
  {
    rule: 'a priority that is no number',
    edits: packageKey('  dependencies:\n    provider-priority: high\n  resources: {}\n'),
    melange: 'fails',
    ours: 'recipe-unreadable',
  },
  {
    rule: 'a vendor without a product',
    edits: packageKey('  cpe:\n    vendor: acme\n  resources: {}\n'),
    melange: 'fails',
    ours: 'recipe-unreadable',
  },
  {
    rule: 'a capability without a reason',
    edits: packageKey(
      '  setcap:\n    - path: /usr/bin/hello-sh\n      add:\n        cap_net_raw: +ep\n  resources: {}\n',
    ),
    melange: 'fails',
    ours: 'recipe-unreadable',
  },
  {
    rule: 'no resources',
    edits: packageKey(''),
    melange: 'otherwise',
    ours: 'recipe-unreadable',
  },
  {
    rule: 'a time that is over',
    edits: packageKey('  timeout: 1ns\n  resources: {}\n'),
    melange: 'fails',
    ours: 'build-limit',
  },
  {
    rule: 'a time that is not over',
    edits: packageKey('  timeout: 1h0m0s\n  resources: {}\n'),
    melange: 'same',
    ours: 'same',
  },
  {
    rule: 'a subpackage without a commit',
    edits: subpackage('  - name: hello-empty\n'),
    others: ['hello-empty'],
    melange: 'otherwise',
    ours: 'recipe-unreadable',
  },
  {
    rule: 'a variable of every build that is missing',
    edits: [['    HOME: /home/build\n', '']],
    melange: 'otherwise',
    ours: 'recipe-unreadable',
  },
  {
    rule: 'a later variable of every build that is missing',
    edits: [['    UV_CACHE_DIR: /var/cache/melange/uv\n', '']],
    melange: 'otherwise',
    ours: 'recipe-unreadable',
  },
  {
    rule: 'no user to build as',
    edits: [[/ {4}users:[\s\S]*? {4}groups:/, '    users: []\n    groups:']],
    melange: 'otherwise',
    ours: 'recipe-unreadable',
  },
  {
    rule: 'a user with the id 0',
    edits: [['uid: 1000', 'uid: 0']],
    melange: 'fails',
    ours: 'recipe-unreadable',
  },
  {
    rule: 'an unknown user to run as',
    edits: [['run-as: ""', 'run-as: nobody']],
    melange: 'fails',
    ours: 'recipe-unreadable',
  },
  {
    rule: 'a guest that is changed besides its packages',
    edits: [
      [
        /(npm_config_cache: .*\n)/,
        `npm_config_cache: /var/cache/melange/npm
  paths:
    - path: /etc/added
      type: directory
      permissions: 493
      source: ""
      recursive: false
`,
      ],
    ],
    melange: 'same',
    ours: 'unsupported',
  },
  {
    rule: 'a lock of another architecture',
    edits: [['- amd64', '- arm64']],
    melange: 'otherwise',
    ours: 'recipe-unreadable',
  },
  {
    rule: 'a key that melange does not know',
    edits: [['pipeline:\n', 'inputs: {}\npipeline:\n']],
    melange: 'fails',
    ours: 'otherwise',
  },
];
