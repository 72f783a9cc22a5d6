/** One line of a report: what is said, and of what. */
export interface Fact {
  readonly label: string;
  /** May have several lines. */
  readonly value: string;
  readonly tone?: 'warn' | 'faint';
}
