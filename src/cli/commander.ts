/** The gateway to the `commander` package. */
export { Command, CommanderError, type HelpConfiguration, Option } from 'commander';
