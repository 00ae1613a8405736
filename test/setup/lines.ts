/** A line that a function wrote to its output: a log line or a metric. */
export type Line = Readonly<Record<string, unknown>>;

/**
 * Collects every line of JSON that functions write from now on. Call it before any of them is loaded (`vi.hoisted`): the logger and
 * the metrics look once where to write.
 */
export function collectLines() {
  const lines: string[] = [];
  process.env['POWERTOOLS_LOG_LEVEL'] = 'DEBUG';
  process.env['POWERTOOLS_METRICS_DISABLED'] = 'false';
  for (const stream of [process.stdout, process.stderr]) {
    const write = stream.write.bind(stream);
    stream.write = ((chunk: string | Uint8Array, ...rest: never[]) => {
      const text = String(chunk);
      if (!text.startsWith('{')) return write(chunk, ...rest);
      lines.push(...text.trim().split('\n'));
      return true;
    }) as typeof stream.write;
  }
  const parsed = (): Line[] => lines.map((line) => JSON.parse(line) as Line);
  return {
    lines,
    logged: (): Line[] => parsed().filter((line) => 'message' in line && !('_aws' in line)),
    metrics: (): Line[] => parsed().filter((line) => '_aws' in line),
    clear: () => lines.splice(0),
  };
}

/** How often each metric was counted in some lines. */
export function countsIn(metrics: readonly Line[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const line of metrics) {
    const { CloudWatchMetrics } = line['_aws'] as { CloudWatchMetrics: { Metrics: { Name: string }[] }[] };
    for (const { Name } of CloudWatchMetrics.flatMap(({ Metrics }) => Metrics)) {
      counts[Name] = (counts[Name] ?? 0) + Number([line[Name]].flat()[0]);
    }
  }
  return counts;
}
