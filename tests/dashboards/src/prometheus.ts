// The data source: asks Prometheus' HTTP interface, as Grafana's server would. The package @grafana/prometheus is of no use
// here, for it asks Grafana's server.

import {
  DataQueryRequest,
  DataQueryResponse,
  MetricFindValue,
  ScopedVars,
  TimeRange,
} from '@grafana/data';
import { DataQuery } from '@grafana/schema';
import { getClosest, RuntimeDataSource, sceneGraph, VizPanel } from '@grafana/scenes';

import { annotationSupport } from './annotations';
import { Answer, framesOf } from './frames';
import { sceneOf } from './host';
import { stepsOf, withStepVariables } from './steps';

export interface Target extends DataQuery {
  expr?: string;
  legendFormat?: string;
  instant?: boolean;
  range?: boolean;
  format?: string;
  interval?: string;
  /** Its name, when the query is not a panel's. */
  annotation?: string;
}

/** A query as it was asked last: the test wants to know which of a panel's queries gave nothing. */
export interface Asked {
  expr: string;
  series: number;
  error?: string;
}

const asked = new Map<string, Asked>();
const ofPanel = (panelKey: string | undefined, refId: string) => `${panelKey} ${refId}`;
const ofAnnotation = (name: string) => `annotation ${name}`;

export const lastAskedByPanel = (panelKey: string | undefined, refId: string) => asked.get(ofPanel(panelKey, refId));
export const lastAskedByAnnotation = (name: string) => asked.get(ofAnnotation(name));

async function ask<T>(path: string, parameters: Record<string, string>): Promise<T> {
  const reply = await fetch(path, { method: 'POST', body: new URLSearchParams(parameters) });
  const body = await reply.json();
  if (body.status !== 'success') {
    throw new Error(`${body.errorType}: ${body.error}`);
  }
  return body.data as T;
}

// As Grafana does it: one value stands as it is in quotation marks, several are a regular expression.
const quoted = (value: string) => value.replace(/\\/g, '\\\\').replace(/"/g, '\\"');
const literal = (value: string) => value.replace(/\\/g, '\\\\\\\\').replace(/[$^*{}[\]+?.()|]/g, '\\\\$&');

function forPromQL(value: unknown, variable: { multi?: boolean; includeAll?: boolean }): string {
  if (Array.isArray(value)) {
    const parts = value.map((one) => literal(String(one)));
    return parts.length === 1 ? parts[0] : `(${parts.join('|')})`;
  }
  return variable.multi || variable.includeAll ? literal(String(value)) : quoted(String(value));
}

function withVariables(text: string, scopedVars: ScopedVars | undefined): string {
  const scene = sceneOf(scopedVars);
  return scene ? sceneGraph.interpolate(scene, text, scopedVars, forPromQL as (value: unknown) => string) : text;
}

export class PrometheusSource extends RuntimeDataSource<Target> {
  constructor(uid: string, scrapeInterval: string) {
    super('prometheus', uid);
    this.interval = scrapeInterval;
    this.annotations = annotationSupport;
  }

  async query(request: DataQueryRequest<Target>): Promise<DataQueryResponse> {
    const targets = request.targets.filter((target) => !target.hide && target.expr);
    const answers = await Promise.all(targets.map((target) => this.queryOne(request, target, targets.length > 1)));
    const errors = answers.flatMap((answer) => (answer.error ? [answer.error] : []));
    return { data: answers.flatMap((answer) => answer.frames), errors, key: request.requestId };
  }

  private async queryOne(request: DataQueryRequest<Target>, target: Target, several: boolean) {
    const steps = stepsOf(request.range, request.intervalMs, this.interval!, target.interval);
    const expr = withVariables(withStepVariables(target.expr!, steps), request.scopedVars);
    const { format = 'time_series', legendFormat, refId } = target;
    const shape = { refId, format, legendFormat, several };
    const note: Asked = { expr, series: 0 };
    const scene = sceneOf(request.scopedVars);
    const panel = scene && getClosest(scene, (one) => (one instanceof VizPanel ? one.state.key : undefined));
    asked.set(target.annotation ? ofAnnotation(target.annotation) : ofPanel(panel, target.refId), note);
    const instant = async () => {
      const time = String(request.range.to.valueOf() / 1000);
      return framesOf(await ask<Answer>('/api/v1/query', { query: expr, time }), shape);
    };
    const range = async () => {
      const [start, end, step] = [String(steps.start), String(steps.end), String(steps.step)];
      const answer = await ask<Answer>('/api/v1/query_range', { query: expr, start, end, step });
      return framesOf(answer, { ...shape, step: steps.step });
    };
    try {
      const wantsRange = target.range ?? !target.instant;
      const frames = [...(wantsRange ? await range() : []), ...(target.instant ? await instant() : [])];
      note.series = frames.length;
      return { frames };
    } catch (error) {
      note.error = (error as Error).message;
      return { frames: [], error: { message: note.error, refId: target.refId } };
    }
  }

  /** What a variable can be: label_values(...) or query_result(...). */
  async metricFindQuery(
    query: string | { query: string },
    options?: { scopedVars?: ScopedVars; range?: TimeRange }
  ): Promise<MetricFindValue[]> {
    const text = withVariables(typeof query === 'string' ? query : query.query, options?.scopedVars).trim();
    const to = options?.range ? String(options.range.to.valueOf() / 1000) : undefined;
    const labels = /^label_values\((?:([^]+),\s*)?(\w+)\)$/.exec(text);
    if (labels) {
      const query = new URLSearchParams();
      if (labels[1]) {
        query.set('match[]', labels[1].trim());
      }
      if (options?.range) {
        query.set('start', String(options.range.from.valueOf() / 1000));
        query.set('end', to!);
      }
      const reply = await (await fetch(`/api/v1/label/${labels[2]}/values?${query}`)).json();
      if (reply.status !== 'success') {
        throw new Error(`variable ${text}: ${reply.error}`);
      }
      return (reply.data as string[]).map((value) => ({ text: value }));
    }
    const result = /^query_result\(([^]+)\)$/.exec(text);
    if (result) {
      const answer = await ask<Answer>('/api/v1/query', { query: result[1], ...(to ? { time: to } : {}) });
      return framesOf(answer, { refId: 'variable', format: 'time_series', several: false }).map((frame) => ({
        text: `${frame.fields[1].config.displayNameFromDS} ${frame.fields[1].values[0]} ${frame.fields[0].values[0]}`,
      }));
    }
    throw new Error(`a variable cannot be asked like this: ${text}`);
  }
}
