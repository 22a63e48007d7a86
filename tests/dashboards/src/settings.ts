// What the address of the page says beside the variables and the time range, which Grafana's code reads itself.

export type ThemeName = 'dark' | 'light';

const query = new URLSearchParams(location.search);

export const settings = {
  theme: (query.get('theme') === 'light' ? 'light' : 'dark') as ThemeName,
  /** As in the settings of a Prometheus data source: no step is shorter, and $__rate_interval covers four of them. */
  scrapeInterval: query.get('scrape') ?? '15s',
  timeZone: query.get('tz') ?? 'utc',
  /** Overrides what the dashboard says; "" stops refreshing. */
  refresh: query.get('refresh'),
};

/** Parameters that a link to another dashboard has to carry along. */
export function keptParameters(): URLSearchParams {
  const kept = new URLSearchParams();
  for (const name of ['theme', 'scrape', 'tz', 'refresh']) {
    const value = query.get(name);
    if (value !== null) {
      kept.set(name, value);
    }
  }
  return kept;
}
