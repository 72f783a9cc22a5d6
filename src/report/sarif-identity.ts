/** By what code scanning knows a result in every run. */
import { sha256 } from '../digest.ts';
import type { GroupView } from './differences-view.ts';

interface Named {
  readonly file: string;
}

/** The identity of a package, the same in every run and folder: the file's own name. */
export function identityOf({ file }: Named): string {
  return file.slice(file.lastIndexOf('/') + 1);
}

/** What a row is in every run. One with several differences is not known by the path that happens to be its first. */
export function identityOfGroup(subject: Named, { count, causes, example }: GroupView): readonly string[] {
  const { section, path, kind, title } = example;
  const own = count === 1 ? path : causes.map((cause) => cause.kind).join(' ');
  return [identityOf(subject), section, own, kind, title];
}

/** Results with fingerprints; of those that are alike by their identities, the second and further ones are numbered. */
export function unlike<R extends { readonly identity: readonly string[] }>(results: readonly R[]) {
  const counts = new Map<string, number>();
  return results.map(({ identity, ...rest }) => {
    const text = identity.join('\0');
    const before = counts.get(text) ?? 0;
    counts.set(text, before + 1);
    return {
      ...rest,
      partialFingerprints: fingerprint([...identity, ...(before === 0 ? [] : [String(before)])]),
    };
  });
}

/** GitHub tells results apart by its own name alone (docs.github.com, "SARIF support for code scanning"), and wants a digest and a number. */
export function fingerprint(parts: readonly string[]) {
  const digest = sha256(Buffer.from(parts.join('\0')));
  return { primaryLocationLineHash: `${digest.slice(0, 16)}:1`, 'wolfiRepro/v2': digest };
}
