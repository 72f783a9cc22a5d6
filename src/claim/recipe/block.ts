/** What every block of the recipe has, whatever is in it. */

/** A block that melange keeps behind a pointer, and so can write even if all of it is zero. */
export interface Block {
  /** Set where the file has the key although every value is zero, as in `resources: {}`. */
  readonly present?: true;
}
