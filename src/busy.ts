/**
 * Work that nothing interrupts. While it goes on, no handler of a signal runs either; so the attendant, which handles signals, is
 * informed and can leave them to the kernel, which ends the program at once.
 */
export interface Attendant {
  /** Called before work begins: no handler runs from now on. */
  leave(): void;
  /** Called when the work has ended: handlers run again. */
  back(): void;
}

let attendant: Attendant | undefined;
let depth = 0;

/** Sets the attendant that is informed from now on; undefined for none. */
export function attend(next: Attendant | undefined): void {
  attendant = next;
}

/** Does work whose length a package decides. */
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
