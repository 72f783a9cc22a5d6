/** A value with named members and lists, in whatever format it was written. */
export type Structure =
  | string
  | number
  | boolean
  | null
  | readonly Structure[]
  | ReadonlyMap<string, Structure>
  | { readonly [key: string]: Structure };
