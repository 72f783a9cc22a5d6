/** A package whose build takes for ever: hello-shell of the lab with another step in its recipe, and therefore unsigned. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readApk } from '../../src/apk/read-apk.ts';
import { fileSource } from '../../src/inputs/store/files.ts';
import { lab } from './lab.ts';

const published: string = join(lab, 'repository/v0.59.1/x86_64/hello-shell-1.4.2-r3.apk');

/**
 * Writes the package into a folder.
 * @param text shell text that runs first in its one step; a line each
 */
export async function writeSlowPackage(
  folder: string,
  name: string,
  text: readonly string[],
): Promise<string> {
  const { control, data } = await readApk(fileSource(published));
  const aside = mkdtempSync(join(folder, 'control-'));
  try {
    execFileSync('tar', ['-xzf', '-', '-C', aside], { input: control.bytes });
    const recipe = readFileSync(join(aside, '.melange.yaml'), 'utf8');
    const begin = '    runs: |\n';
    const steps = text.map((line) => `      ${line}\n`).join('');
    writeFileSync(join(aside, '.melange.yaml'), recipe.replace(begin, `${begin}${steps}`));
    const packed = execFileSync('tar', [
      ...['-cz', '--format=ustar', '--owner=0', '--group=0', '-C', aside],
      ...['.PKGINFO', '.melange.yaml'],
    ]);
    const path = join(folder, name);
    writeFileSync(path, Buffer.concat([packed, readFileSync(published).subarray(data.start)]));
    return path;
  } finally {
    rmSync(aside, { recursive: true });
  }
}
