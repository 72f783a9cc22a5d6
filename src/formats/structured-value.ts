/** A value with named members and lists, whatever it was written in. */
export type Structure =
  | string
  | number
  | boolean
  | null
  | readonly Structure[]
  | ReadonlyMap<string, Structure>
  | { readonly [key: string]: Structure };
