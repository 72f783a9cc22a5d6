/**
 * Where the project has its home: its repository, its pages and the types of what it states are below this address. It is a placeholder
 * until there is one: a name that RFC 6761 §6.4 keeps from ever being registered, so nobody can answer for it. What it changes besides this
 * file is in docs/releasing.md.
 */
export const home = 'https://wolfi-repro.invalid';
