/** Git repositories with fixed people and dates, so that the ids of their commits are always the same. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Runs git with nothing of the caller's configuration. */
export function gitIn(folder: string, ...argv: readonly string[]): string {
  return gitOn(0, folder, ...argv);
}

/** The same, a number of days later. */
export function gitOn(day: number, folder: string, ...argv: readonly string[]): string {
  const env = { ...process.env, ...labAuthor(day) };
  const stdio = ['ignore', 'pipe', 'pipe'] as const;
  return execFileSync('git', ['-C', folder, ...argv], { env, encoding: 'utf8', stdio: [...stdio] }).trim();
}

/** Environment in which git commits as the lab does, with nothing of the caller's configuration. */
export function labAuthor(day: number): NodeJS.ProcessEnv {
  const date = `${1_700_000_000 + day * 86_400} +0000`;
  return {
    GIT_AUTHOR_NAME: 'Lab',
    GIT_AUTHOR_EMAIL: 'lab@lab.example',
    GIT_AUTHOR_DATE: date,
    GIT_COMMITTER_NAME: 'Lab',
    GIT_COMMITTER_EMAIL: 'lab@lab.example',
    GIT_COMMITTER_DATE: date,
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
  };
}

/** A repository with a work tree; `publish` makes or renews the bare one that is served. */
export interface Workshop {
  readonly tree: string;
  /** Writes files, commits them, and returns the commit. */
  commit(message: string, files?: Readonly<Record<string, string>>): string;
  git(...argv: readonly string[]): string;
  publish(bare: string): void;
  /** The same repository at a different place, whose commits go on where these ended: a copy costs no program. */
  copy(tree: string): Workshop;
}

export function openWorkshop(tree: string): Workshop {
  mkdirSync(tree, { recursive: true });
  gitIn(tree, 'init', '-q', '-b', 'main');
  return workshopAt(tree, 0);
}

function workshopAt(tree: string, lastDay: number): Workshop {
  let day = lastDay;
  const git = (...argv: readonly string[]) => gitOn(day, tree, ...argv);
  return {
    tree,
    git,
    commit(message, files = {}) {
      day += 1;
      for (const [path, text] of Object.entries(files)) {
        mkdirSync(dirname(join(tree, path)), { recursive: true });
        writeFileSync(join(tree, path), text);
      }
      git('add', '-A');
      git('commit', '-q', '--allow-empty', '-m', message);
      return git('rev-parse', 'HEAD');
    },
    publish(bare) {
      gitIn(tree, 'init', '-q', '--bare', '-b', 'main', bare);
      gitIn(
        tree,
        'push',
        '-q',
        '--prune',
        '--force',
        bare,
        'refs/heads/*:refs/heads/*',
        'refs/tags/*:refs/tags/*',
      );
    },
    copy(other) {
      cpSync(tree, other, { recursive: true });
      return workshopAt(other, day);
    },
  };
}
