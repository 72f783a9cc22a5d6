/** Numbers that were typed. */
import { Failure } from '../failure.ts';

/** Fails with `usage` for what is not a whole number from 1. */
export function parseCount(option: string, text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text))
    throw new Failure('usage', `${option} takes a whole number from 1`, { got: text });
  return Number(text);
}
