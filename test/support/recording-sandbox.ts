/** A sandbox that only writes down what it was asked to run. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Sandbox, SandboxCommand, SandboxEnd } from '../../src/execute/sandbox/sandbox.ts';
import { makeFolderWithin } from '../../src/execute/workspace.ts';
import { type Ending, temporaryFolder } from './folder.ts';

export interface Ran {
  /** The first line of the step's text. */
  readonly script: string;
  readonly env: Readonly<Record<string, string>>;
}

export type Answer = (ran: Ran, command: SandboxCommand) => Partial<SandboxEnd>;

export interface Recording {
  readonly sandbox: Sandbox;
  readonly workspace: string;
  /** In their order, without what is run once when a guest starts. */
  readonly ran: readonly Ran[];
}

export function recordingSandbox(test: Ending, answer: Answer = () => ({})): Recording {
  const workspace = join(temporaryFolder(test), 'workspace');
  mkdirSync(workspace);
  const ran: Ran[] = [];
  const sandbox: Sandbox = {
    kind: 'bubblewrap',
    ids: 'machine',
    workspace,
    caveats: [],
    async run(command) {
      const script = command.argv[2]!;
      const each = { script: script.split('\n')[3] ?? script, env: Object.fromEntries(command.env) };
      if (!script.includes('ldconfig')) ran.push(each);
      return { exitCode: 0, exceeded: undefined, ...answer(each, command) };
    },
    makeFolder: async (path) => makeFolderWithin(workspace, path),
    archive: async () => undefined,
  };
  return { sandbox, workspace, ran };
}
