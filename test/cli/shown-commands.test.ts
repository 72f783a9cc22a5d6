/**
 * Every command that a page shows is one of the program, with options that it has. What of them is also run: pages.test.ts, guides.test.ts and
 * attestations.test.ts have the pages whose commands need nothing but the lab.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import type { Command } from '../../src/cli/commander.ts';
import { commandTree, spelledOut } from '../../src/cli/program.ts';
import { root } from '../support/lab.ts';

/** The command lines of a page: indented, behind a prompt, or a step of a job. */
function commandsOf(text: string): string[] {
  const whole = text.replaceAll(/ \\\n\s+/g, ' ');
  return [...whole.matchAll(/^(?: {4}|\$ |\s*- (?:run: )?)(?:npx )?wolfi-repro (.*)$/gm)].map(
    ([, line]) => line!,
  );
}

/** The words of a line as a shell gives them to a program: without a comment, and without what goes elsewhere. */
function wordsOf(line: string): string[] {
  const own = line.replace(/\s#\s.*$/, '').split(/\s(?:>>?|\||&&)\s/)[0]!;
  return (own.match(/"[^"]*"|'[^']*'|<\([^)]*\)|\S+/g) ?? []).map((word) =>
    spelledOut(word.replace(/^["']|["']$/g, '')),
  );
}

function withoutActions(command: Command): Command {
  command.action(() => {}).configureOutput({ outputError: () => {} });
  for (const each of command.commands) withoutActions(each);
  return command;
}

it('every command of every page is one of the program, with options that it has', async () => {
  const pages = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name));
  const shown = ['README.md', ...pages].flatMap((page) =>
    commandsOf(readFileSync(join(root, page), 'utf8')).map((line) => ({ page, line })),
  );
  assert.ok(shown.length > 100);
  const tree = withoutActions(commandTree(() => undefined));
  for (const { page, line } of shown)
    if (line !== '--version')
      await assert.doesNotReject(tree.parseAsync(wordsOf(line), { from: 'user' }), `${page}: ${line}`);
  for (const wrong of ['verify --no-such-option a.apk', 'verfy a.apk', 'lock', 'status show a b'])
    await assert.rejects(tree.parseAsync(wordsOf(wrong), { from: 'user' }), wrong);
});
