/**
 * Encoders whose output is, byte for byte, equal to that of the Go programs that write packages: klauspost/compress gzip,
 * klauspost/pgzip and Go's compress/gzip, all at their default level.
 */
export { agreeingEncoders, type Framing } from './agreeing-encoders.ts';
export { gzipGo, gzipKlauspost } from './gzip-writer.ts';
export { type PgzipOptions, pgzip } from './pgzip.ts';
