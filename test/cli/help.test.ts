/** Help, topics and completions: made of the one tree of commands, and as narrow as a terminal. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Command } from '../../src/cli/commander.ts';
import { helpCommand } from '../../src/cli/commands/help-command.ts';
import { completedShells, completionScript } from '../../src/cli/help/completion.ts';
import { examples } from '../../src/cli/help/examples.ts';
import { arrangeHelp } from '../../src/cli/help/help-format.ts';
import { manPage } from '../../src/cli/help/man-page.ts';
import { headingOf } from '../../src/cli/help/option-headings.ts';
import { topics } from '../../src/cli/help/topics.ts';
import { commandTree } from '../../src/cli/program.ts';
import { findProgram } from '../../src/process.ts';
import { failureExitCodes, verdictExitCodes } from '../../src/verdict/verdict.ts';
import { failure } from '../support/failures.ts';
import { makeFolder } from '../support/folder.ts';
import { program, root, skipUnless } from '../support/lab.ts';

const tree = commandTree(() => undefined);
arrangeHelp(tree);

function leavesOf(command: Command, words: string): [words: string, command: Command][] {
  if (command.commands.length === 0) return [[words, command]];
  return command.commands.flatMap((each) => leavesOf(each, `${words} ${each.name()}`.trim()));
}
const leaves = leavesOf(tree, '');

function helpOf(command: Command): string {
  let text = '';
  command.configureOutput({
    writeOut: (piece) => {
      text += piece;
    },
  });
  command.outputHelp();
  return text;
}

describe('help', () => {
  it('has lines of 80 columns at most, no default that says nothing, and a heading for every option', () => {
    for (const [words, command] of [['', tree] as const, ...leaves]) {
      const text = helpOf(command);
      for (const line of text.split('\n')) assert.ok(line.length <= 80, `${words}: ${line}`);
      assert.doesNotMatch(text, /default: (\[\]|false)/);
      for (const { long } of command.options)
        assert.ok(headingOf(long?.slice(2) ?? ''), `${words} ${long}: a heading in option-headings.ts`);
    }
  });

  it('is that of the command where no other command was made', () => {
    for (const [words, command] of leaves) {
      const [name = ''] = words.split(' ');
      const alone = commandTree(() => undefined, name);
      arrangeHelp(alone);
      assert.deepEqual(
        alone.commands.map((each) => each.name()),
        [name],
      );
      const made = leavesOf(alone, '').find(([made]) => made === words)?.[1];
      assert.equal(helpOf(made!), helpOf(command), words);
    }
  });

  it('shows three examples of each command, of which every option is one of the command', () => {
    assert.deepEqual(Object.keys(examples).sort(), leaves.map(([words]) => words).sort());
    for (const [words, command] of leaves) {
      assert.ok(helpOf(command).includes('\nExamples:\n'), words);
      const known = [...command.options, ...tree.options].flatMap(({ long, short }) => [long, short]);
      for (const example of examples[words]!)
        for (const [option] of example.split(/[|<>]/)[0]!.matchAll(/(?<=^| )--?[a-z][a-z-]*/g))
          assert.ok(known.includes(option), `${words}: ${option}`);
    }
  });

  it('says every exit code', () => {
    const text = topics['exit-codes']!.text();
    for (const code of [...Object.values(verdictExitCodes), ...Object.values(failureExitCodes), 6, 130])
      assert.match(text, new RegExp(`^ +${code} `, 'm'));
    assert.ok(helpOf(tree).includes(text.slice(text.indexOf('  0  '))));
  });

  it('has topics of a screen each, and refuses a name that it does not know', () => {
    for (const [name, { text }] of Object.entries(topics)) {
      const lines = text().split('\n');
      assert.ok(lines.length <= 30, name);
      for (const line of lines) assert.ok(line.length <= 80, `${name}: ${line}`);
    }
    assert.throws(() => helpCommand(tree, ['no-such-topic']), failure('usage'));
  });
});

it('the manual page is one that mandoc has nothing to say against', {
  skip: skipUnless(findProgram('mandoc'), 'mandoc is not installed'),
}, () => {
  const page = manPage(tree, '0.1.0');
  for (const [words, command] of leaves)
    for (const each of [words, ...command.options.map(({ long }) => long!)])
      assert.ok(page.includes(each.replaceAll('-', '\\-')), each);
  // The page has no date: the same sources give the same bytes.
  const argv = ['-T', 'lint', '-W', 'warning'];
  const { stdout } = spawnSync('mandoc', argv, { input: page, encoding: 'utf8' });
  assert.deepEqual(
    stdout.split('\n').filter((line) => line !== '' && !line.includes('missing date')),
    [],
  );
  // As people read it, where there is a `man`.
  if (findProgram('man') === undefined) return;
  const environment = { ...process.env, MANWIDTH: '80', LC_ALL: 'C.UTF-8' };
  const shown = spawnSync('man', ['--warnings', '-l', '-'], {
    input: page,
    encoding: 'utf8',
    env: environment,
  });
  assert.deepEqual([shown.status, shown.stderr], [0, '']);
  assert.match(shown.stdout, /^ {3}verify-attestation$/m);
});

describe('completion', () => {
  let folder: string;
  const script = (shell: (typeof completedShells)[number]) => join(folder, `script.${shell}`);
  before(() => {
    folder = makeFolder();
    for (const shell of completedShells) writeFileSync(script(shell), completionScript(tree, shell));
  });
  after(() => rmSync(folder, { recursive: true }));

  /** What was typed, and words that are offered then, and words that are not. */
  const typed: readonly (readonly [line: string, offered: readonly string[], not: readonly string[]])[] = [
    ['ver', ['verify', 'verify-attestation'], ['lock']],
    ['policy ', ['check', 'explain', 'add', 'prune'], ['verify']],
    ['policy add --', ['--from', '--policy'], ['--repository']],
    ['verify --repo', ['--repository'], ['--from']],
    ['verify --format js', ['json', 'jsonl'], ['text']],
    ['cache verify --c', ['--cache', '--config'], ['--changed-since']],
  ];
  const asked: Readonly<Record<(typeof completedShells)[number], (line: string) => readonly string[]>> = {
    bash: (line) => {
      const words = `wolfi-repro ${line}`.split(' ').map((word) => `'${word}'`);
      const lines = `source ${script('bash')}; COMP_WORDS=(${words.join(' ')}); COMP_CWORD=${words.length - 1}`;
      return ['-c', `${lines}; _wolfi_repro; printf '%s\\n' "\${COMPREPLY[@]}"`];
    },
    zsh: (line) => {
      const words = `wolfi-repro ${line}`.split(' ').map((word) => `'${word}'`);
      const stubs =
        // biome-ignore lint/suspicious/noTemplateCurlyInString: it is zsh
        'compdef() { :; }; _files() { :; }; compadd() { shift; print -l -- ${(M)@:#$words[CURRENT]*}; }';
      return [
        '-fc',
        `${stubs}; source ${script('zsh')}; words=(${words.join(' ')}); CURRENT=${words.length}; _wolfi_repro`,
      ];
    },
    fish: (line) => ['--no-config', '-c', `source ${script('fish')}; complete -C 'wolfi-repro ${line}'`],
  };
  for (const shell of completedShells)
    it(`is what ${shell} offers`, {
      skip: skipUnless(findProgram(shell), `${shell} is not installed`),
    }, () => {
      for (const [line, offered, not] of typed) {
        const { stdout, stderr } = spawnSync(shell, asked[shell](line), { cwd: folder, encoding: 'utf8' });
        assert.equal(stderr, '', line);
        const words = stdout.split('\n').map((each) => each.split('\t')[0]!);
        for (const word of offered) assert.ok(words.includes(word), `${line}: ${word} in ${stdout}`);
        for (const word of not) assert.ok(!words.includes(word), `${line}: ${word} in ${stdout}`);
      }
    });

  it('is one that zsh finds by itself where it finds its own, and one that it takes with others', {
    skip: skipUnless(findProgram('zsh'), 'zsh is not installed'),
  }, () => {
    mkdirSync(join(folder, 'zfunc'));
    copyFileSync(script('zsh'), join(folder, 'zfunc/_wolfi-repro'));
    const begin = 'autoload -Uz compinit; compinit -D -u';
    const stubs =
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is zsh
      '_files() { :; }; compadd() { shift; print -l -- ${(M)@:#$words[CURRENT]*}; }; words=(wolfi-repro verif); CURRENT=2';
    const ways = [
      `fpath=(${folder}/zfunc $fpath); ${begin}; ${stubs}; $_comps[wolfi-repro]`,
      `${begin}; source ${script('zsh')}; ${stubs}; $_comps[wolfi-repro]`,
    ];
    for (const way of ways) {
      const { stdout, stderr } = spawnSync('zsh', ['-fc', way], { cwd: folder, encoding: 'utf8' });
      assert.deepEqual([stdout.trim().split('\n'), stderr], [['verify', 'verify-attestation'], '']);
    }
  });

  it('is printed by the program', () => {
    const { stdout, status } = spawnSync(process.execPath, [program, 'completion', 'bash'], {
      cwd: root,
      encoding: 'utf8',
    });
    assert.equal(status, 0);
    assert.equal(
      stdout,
      completionScript(
        commandTree(() => undefined),
        'bash',
      ),
    );
  });
});
