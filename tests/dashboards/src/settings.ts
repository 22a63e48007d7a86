// How a dashboard is to be shown: from the address of the page, else from who serves it. Variables and time range in the
// address are read by Grafana's code.

export type ThemeName = 'dark' | 'light';

declare global {
  interface Window {
    /** Set by the server. */
    xenhaDefaults: Record<string, string>;
  }
}

const query = new URLSearchParams(location.search);
const said = (name: string): string | undefined => query.get(name) ?? window.xenhaDefaults[name];

export const settings = {
  theme: (said('theme') === 'light' ? 'light' : 'dark') as ThemeName,
  /** As in the settings of a Prometheus data source: no step is shorter, and $__rate_interval covers four of them. */
  scrapeInterval: said('scrape') ?? '15s',
  timeZone: said('tz') ?? 'utc',
  /** Else as the dashboard has it; "" is none. */
  refresh: said('refresh'),
  /** Where the address says nothing; else as the dashboard has it. */
  from: window.xenhaDefaults.from,
  to: window.xenhaDefaults.to,
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
