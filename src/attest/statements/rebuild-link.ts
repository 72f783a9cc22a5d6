/** The classic link of in-toto (specification 0.9, §4.4): only for what was reproduced, since it can say nothing else. */
import type { StatementSubject } from './statement-subject.ts';

/** The name of the step, as rebuilderd's worker calls it, so that a layout takes links of both. */
export function stepName(fileName: string): string {
  return `rebuild ${fileName}`;
}

/** Python refuses an `environment` that is null, as rebuilderd writes it. */
export function rebuildLink({ fileName, digest }: StatementSubject) {
  const file = { [fileName]: { sha256: digest } };
  return {
    _type: 'link',
    name: stepName(fileName),
    materials: file,
    products: file,
    byproducts: {},
    environment: {},
    command: [],
  };
}
