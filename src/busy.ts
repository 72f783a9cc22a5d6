/**
 * Work that ends when it is done and lets nothing else run before. While it goes on, no handler of a signal runs either; so whoever handles
 * signals is told, and can leave them to the kernel, which ends the program at once.
 */
export interface Attendant {
  /** No handler runs from now on. */
  leave(): void;
  /** They run again. */
  back(): void;
}

let attendant: Attendant | undefined;
let depth = 0;

/** Whoever is to be told from now on; undefined for nobody. */
export function attend(next: Attendant | undefined): void {
  attendant = next;
}

/** Work whose length a package decides. */
export function busy<Result>(work: () => Result): Result {
  if (depth === 0) attendant?.leave();
  depth += 1;
  try {
    return work();
  } finally {
    depth -= 1;
    if (depth === 0) attendant?.back();
  }
}
