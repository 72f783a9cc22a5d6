/** One line of a report: a label and a value. */
export interface Fact {
  readonly label: string;
  /** The value; it may have several lines. */
  readonly value: string;
  readonly tone?: 'warn' | 'faint';
}
