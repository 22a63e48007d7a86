// Steps of a range query and the variables that follow from them, by the rules of Grafana's Prometheus data source.

import { rangeUtil, TimeRange } from '@grafana/data';

const MOST_POINTS = 11000; // Prometheus refuses more of one series

export interface Steps {
  /** All in seconds. */
  start: number;
  end: number;
  step: number;
  rateInterval: number;
  range: number;
}

/** `wanted`: the step in ms that fits the panel's width; `least`: of the query, when it has its own shortest. */
export function stepsOf(range: TimeRange, wanted: number, scrapeInterval: string, least?: string): Steps {
  const scrape = rangeUtil.intervalToMs(least || scrapeInterval) / 1000;
  const from = range.from.valueOf() / 1000;
  const to = range.to.valueOf() / 1000;
  const step = Math.max(wanted / 1000, scrape, (to - from) / MOST_POINTS);
  return {
    // On multiples of the step, or every refresh would ask other instants and the lines would wobble.
    start: Math.floor(from / step) * step,
    end: Math.floor(to / step) * step,
    step,
    rateInterval: Math.max(step + scrape, 4 * scrape),
    range: to - from,
  };
}

const duration = (seconds: number) =>
  Number.isInteger(seconds) ? `${seconds}s` : `${Math.round(seconds * 1000)}ms`;

/** Puts the variables in that only the data source knows. */
export function withStepVariables(expr: string, steps: Steps): string {
  const values: Record<string, string> = {
    __rate_interval: duration(steps.rateInterval),
    __rate_interval_ms: String(steps.rateInterval * 1000),
    __interval: duration(steps.step),
    __interval_ms: String(steps.step * 1000),
    __range: duration(Math.round(steps.range)),
    __range_s: String(Math.round(steps.range)),
    __range_ms: String(Math.round(steps.range * 1000)),
  };
  return expr.replace(/\$(?:\{(\w+)\}|(\w+))/g, (whole, braced, bare) => values[braced ?? bare] ?? whole);
}
