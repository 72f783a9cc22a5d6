/** Programs of the machine that judge what is read and written here. */
import { spawnSync } from 'node:child_process';

/** `false` where all are installed, or the reason for which `node:test` skips a test. */
export function lacks(
  ...programs: readonly ('openssl' | 'python3' | 'tar' | 'gzip' | 'gcc')[]
): string | false {
  const missing = programs.filter((program) => {
    const { error, stdout } = spawnSync(program, [program === 'openssl' ? 'version' : '--version'], {
      encoding: 'utf8',
    });
    return error !== undefined || (program === 'tar' && !stdout.includes('GNU tar'));
  });
  return missing.length === 0 ? false : `${missing.join(' and ')} not installed`;
}
