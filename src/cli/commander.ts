/** The gateway to the `commander` package. */
export { Command, CommanderError, Option } from 'commander';
