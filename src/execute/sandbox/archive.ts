/** Reads what the steps left, which is only ever done by the machine's own tar over the workspace. */
import { chmodSync, writeFileSync } from 'node:fs';
import { Failure } from '../../failure.ts';
import type { OutputTail } from '../../output-tail.ts';
import type { RunningProcess } from '../../process.ts';

/** Writes the names that tar takes from a file, each ended by a zero byte and taken literally: none can be an option. */
export function writeArchiveList(list: string, paths: readonly string[]): void {
  writeFileSync(list, paths.map((path) => `${path}\0`).join(''));
  // Explicitly, since the umask could take bits away: the ids that root lends read it.
  chmodSync(list, 0o644);
}

/** Arguments of GNU tar. */
export function archiveArguments(workspace: string, list: string): string[] {
  return [
    '--create',
    '--format=pax',
    '--xattrs',
    '--xattrs-include=*',
    '--numeric-owner',
    '--quoting-style=escape',
    `--directory=${workspace}`,
    '--verbatim-files-from',
    '--null',
    `--files-from=${list}`,
  ];
}

/** Waits for a tar whose standard error goes to `errors`. Fails with `unsupported` for what no archive holds. */
export async function archiveEnd(child: RunningProcess, errors: OutputTail): Promise<void> {
  const { exitCode } = await child.ended;
  if (exitCode !== 0) {
    throw new Failure('unsupported', 'the tree that the steps left cannot be read', { got: errors.text() });
  }
  // tar skips sockets and succeeds; melange's packager does not (docs/melange/tree.md#what-is-kept-of-a-file).
  const socket = /^tar: (.*): socket ignored$/m.exec(errors.text())?.[1];
  if (socket !== undefined) {
    throw new Failure('unsupported', 'the steps left a socket, which no package can hold', { got: socket });
  }
}
