/** What a file of settings sets and a call takes back. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { CommanderError } from '../../src/cli/commander.ts';
import { rawOptions } from '../../src/cli/given-options.ts';
import { addNegations } from '../../src/cli/negations.ts';
import { optionKeys } from '../../src/cli/option-keys.ts';
import { commandTree } from '../../src/cli/program.ts';
import { keys } from '../config/keys.ts';
import { temporaryFolder } from '../support/folder.ts';

describe('--no-NAME', () => {
  /** The options of a call whose file of settings sets switches and a policy. */
  async function optionsOf(folder: string, ...argv: readonly string[]) {
    const program = commandTree(() => undefined).configureOutput({ writeErr: () => undefined });
    addNegations(program);
    const command = program.commands.find((each) => each.name() === 'verify')!;
    command.exitOverride().action(() => undefined);
    const config = join(folder, 'wolfi-repro.yaml');
    await program.parseAsync(['--config', config, 'verify', ...argv, 'a.apk'], { from: 'user' });
    return rawOptions(command);
  }

  it('takes back a switch, a policy and a baseline, and nothing else', async (test) => {
    const folder = temporaryFolder(test);
    mkdirSync(folder, { recursive: true });
    const settings = {
      'allow-unsigned': true,
      offline: true,
      policy: './policy.yaml',
      baseline: './b.jsonl',
      color: false,
    };
    writeFileSync(join(folder, 'wolfi-repro.yaml'), JSON.stringify(settings));
    const all = await optionsOf(folder);
    assert.deepEqual([all.allowUnsigned, all.offline, all.color], [true, true, false]);
    assert.ok(all.policy?.endsWith('policy.yaml') && all.baseline?.endsWith('b.jsonl'));
    const less = await optionsOf(folder, '--no-allow-unsigned', '--no-policy', '--no-baseline');
    assert.deepEqual(
      [less.allowUnsigned, less.offline, less.policy, less.baseline],
      [false, true, undefined, undefined],
    );
    assert.equal((await optionsOf(folder, '--no-policy', '--policy', 'c.yaml')).policy, 'c.yaml');
    for (const flag of ['--no-sandbox', '--no-key', '--no-network', '--no-version', '--no-nonsense'])
      await assert.rejects(optionsOf(folder, flag), CommanderError, flag);
  });

  it('is no key of the file', () => {
    const program = commandTree(() => undefined);
    addNegations(program);
    assert.deepEqual(optionKeys(program), keys);
  });
});
