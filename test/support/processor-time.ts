/** Milliseconds of processor that this process has used: what else runs on the machine does not make them more. */
export function processorMilliseconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
