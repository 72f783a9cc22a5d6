/** The reports that systems of CI read. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { renderCodeQuality } from '../../src/report/codequality-report.ts';
import { renderGithub } from '../../src/report/github-report.ts';
import { renderMarkdown, renderSummary } from '../../src/report/markdown-report.ts';
import { runResult } from '../../src/verdict/result.ts';
import { difference, inconclusive, notReproduced, rejected, reproduced } from '../support/results.ts';
import { everything, hostile, hostileStrings } from '../support/runs.ts';

/** A command as the runner parses it (actions/runner, src/Runner.Common/ActionCommand.cs, TryParseV2). */
function parseCommand(line: string) {
  assert.ok(line.startsWith('::'), line);
  const end = line.indexOf('::', 2);
  const [head, message] = [line.slice(2, end), line.slice(end + 2)];
  const space = head.indexOf(' ');
  const properties = head
    .slice(space + 1)
    .split(',')
    .map((each) => [each.slice(0, each.indexOf('=')), decoded(each.slice(each.indexOf('=') + 1))]);
  return { name: head.slice(0, space), message: decoded(message), ...Object.fromEntries(properties) };
}

function decoded(text: string): string {
  const marks: Readonly<Record<string, string>> = {
    '%3A': ':',
    '%2C': ',',
    '%0D': '\r',
    '%0A': '\n',
    '%25': '%',
  };
  return text.replace(/%(?:3A|2C|0D|0A|25)/g, (mark) => marks[mark]!);
}

const commandsOf = (text: string) => text.trimEnd().split('\n').map(parseCommand);

describe('annotations of GitHub', () => {
  it('are the ten worst and a count of all', () => {
    const differing = Array.from({ length: 30 }, (_, at) =>
      notReproduced([difference('mode', 'a')], `${at}.apk`),
    );
    const commands = commandsOf(
      renderGithub(runResult([inconclusive(), ...differing, reproduced(), rejected()])),
    );
    assert.equal(commands.length, 11);
    assert.match(commands[0]!['title'], /^rejected/);
    assert.match(
      commands.at(-1)!.message,
      /^33 packages: 1 rejected, 30 not reproduced, 1 inconclusive, 1 reproduced\n22 more/,
    );
    assert.deepEqual([...new Set(commands.map(({ name }) => name))], ['error', 'notice']);
  });

  it('are only a count where everything is reproduced', () => {
    const [command, ...others] = commandsOf(renderGithub(runResult([reproduced()])));
    assert.deepEqual(others, []);
    assert.equal(command!.name, 'notice');
  });

  it('warn of what says nothing about the package, and link to the page where its address is known', () => {
    const [first] = commandsOf(
      renderGithub(runResult([inconclusive()]), { docsUrl: 'https://a.example/v1' }),
    );
    assert.equal(first!.name, 'warning');
    assert.match(first!.message, /about: https:\/\/a\.example\/v1\/docs\/verdicts\.md#/);
  });

  it('hold no command of a package', () => {
    const files = [...Object.values(hostileStrings), 'a\n::stop-commands::x', 'a,line=3::b', '::error::x'];
    const run = runResult(files.map((file) => notReproduced([difference('mode', file)], file)));
    for (const { name } of [...commandsOf(renderGithub(run)), ...commandsOf(renderGithub(hostile()))])
      assert.match(name, /^(error|warning|notice)$/);
  });
});

describe('the summary of a job', () => {
  it('is below 900,000 bytes, and says how many packages have no section', () => {
    const paths = Array.from({ length: 300 }, (_, at) =>
      difference('mode', `é${at}${'x'.repeat(180)}`, { published: `${at}` }),
    );
    const run = runResult(Array.from({ length: 60 }, (_, at) => notReproduced(paths, `${at}.apk`)));
    const text = renderSummary(run);
    const cut = Number(/… and (\d+) more packages; /.exec(text)![1]);
    assert.ok(Buffer.byteLength(text) <= 900_000);
    assert.ok(Buffer.byteLength(text) > 300_000);
    assert.equal((text.match(/<details>/g) ?? []).length + cut, 60);
    assert.ok(Buffer.byteLength(renderMarkdown(run)) <= 60_000);
  });
});

describe('code quality of GitLab', () => {
  it('has what GitLab requires of each entry, the worst first', () => {
    const run = everything();
    const entries = JSON.parse(renderCodeQuality(run)) as Record<string, unknown>[];
    const known = ['info', 'minor', 'major', 'critical', 'blocker'];
    assert.ok(entries.length > 3);
    for (const { description, check_name, fingerprint, severity, location } of entries) {
      for (const text of [description, check_name, fingerprint])
        assert.ok(typeof text === 'string' && text !== '');
      assert.ok(known.includes(severity as string));
      const { path, lines } = location as { path: string; lines: { begin: number } };
      assert.ok(path !== '' && lines.begin === 1);
    }
    const prints = JSON.parse(
      renderCodeQuality(runResult([rejected('x/a.apk'), inconclusive(undefined, 'x/b.apk')])),
    ) as {
      fingerprint: string;
    }[];
    assert.equal(new Set(prints.map(({ fingerprint }) => fingerprint)).size, 2);
    assert.deepEqual(JSON.parse(renderCodeQuality(runResult([reproduced()]))), []);
  });
});
