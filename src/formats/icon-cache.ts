/** `icon-theme.cache` of GTK (gtk docs/iconcache.txt): directories, and the images of each icon. */
import { Allowance, type ByteCursor, readWhole } from './byte-cursor.ts';
import type { Structure } from './structured-value.ts';

export function readIconCache(bytes: Uint8Array, most: number): Structure | undefined {
  return readWhole(bytes, (file) => {
    const version = `${file.u16()}.${file.u16()}`;
    const [hash, directoryList] = [file.u32(), file.u32()];
    const allowance = new Allowance(8 * most);
    const cursor = file.from(directoryList);
    const count = cursor.u32();
    allowance.spend(count);
    const directories = Array.from({ length: count }, () => file.from(cursor.u32()).zeroEnded());
    return new Map<string, Structure>([
      ['version', version],
      ['directories', directories],
      ['icons', iconsOf(file.from(hash), file, directories, allowance)],
    ]);
  });
}

const none = 0xffffffff;

function iconsOf(
  hash: ByteCursor,
  file: ByteCursor,
  directories: readonly string[],
  allowance: Allowance,
): ReadonlyMap<string, Structure> {
  const buckets = hash.u32();
  allowance.spend(buckets);
  const icons = new Map<string, Structure>();
  for (let at = 0; at < buckets; at += 1) {
    for (let next = hash.u32(); next !== none; ) {
      allowance.spend();
      const icon = file.from(next);
      next = icon.u32();
      const name = file.from(icon.u32()).zeroEnded();
      icons.set(name, imagesOf(file.from(icon.u32()), directories, allowance));
    }
  }
  return icons;
}

function imagesOf(cursor: ByteCursor, directories: readonly string[], allowance: Allowance): Structure {
  const count = cursor.u32();
  allowance.spend(count);
  return Array.from({ length: count }, () => {
    const [directory, flags] = [cursor.u16(), cursor.u16()];
    cursor.take(4);
    return `${directories[directory] ?? directory}, flags ${flags}`;
  });
}
