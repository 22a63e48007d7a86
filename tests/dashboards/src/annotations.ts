// Annotations of Prometheus: stretches of time in which an expression is above 0.

import {
  AnnotationEvent,
  AnnotationQuery,
  AnnotationSupport,
  DataFrame,
  FieldType,
  rangeUtil,
  TimeRange,
} from '@grafana/data';
import { of } from 'rxjs';

import type { Target } from './prometheus';

/** As it stands in a dashboard's JSON. */
export interface AnnotationJson extends AnnotationQuery<Target> {
  expr?: string;
  step?: string;
  titleFormat?: string;
  textFormat?: string;
}

const filled = (format: string | undefined, labels: Record<string, string>) =>
  (format ?? '').replace(/\{\{\s*(.+?)\s*\}\}/g, (_, label) => labels[label] ?? '');

/** Moments that are not further apart than a step are one event. `step` in ms. */
function eventsOf(json: AnnotationJson, frames: DataFrame[], step: number): AnnotationEvent[] {
  return frames.flatMap((frame) => {
    const [time, value] = frame.fields;
    const events: AnnotationEvent[] = [];
    value.values.forEach((one: number, index: number) => {
      const at = time.values[index] as number;
      const last = events[events.length - 1];
      if (!(one > 0)) {
        return;
      }
      if (last && at - last.timeEnd! <= step) {
        last.timeEnd = at;
        return;
      }
      const labels = value.labels ?? {};
      events.push({
        time: at,
        timeEnd: at,
        title: filled(json.titleFormat, labels),
        text: filled(json.textFormat, labels),
        tags: [],
      });
    });
    return events;
  });
}

const STEP = '60s'; // Grafana's, when the annotation says none

/** What the scene's layer for annotations asks of a data source. */
export const annotationSupport: AnnotationSupport<Target, AnnotationJson> = {
  prepareAnnotation: (json) => json,
  prepareQuery: ({ expr, name, step }) => ({ refId: 'A', annotation: name, expr, range: true, interval: step || STEP }),
  processEvents: (json, frames) => of(eventsOf(json, frames, rangeUtil.intervalToMs(json.step || STEP))),
};

export interface Mark {
  from: number;
  to: number;
  color: string;
  text: string;
}

/** What a panel gets of them; `inside`: the range that it shows. */
export function marksOf(annotations: DataFrame[] | undefined, inside: TimeRange): Mark[] {
  const [first, last] = [inside.from.valueOf(), inside.to.valueOf()];
  return (annotations ?? [])
    .flatMap((frame) => {
      const values = (name: string) => frame.fields.find((field) => field.name === name)?.values ?? [];
      const times = frame.fields.find((field) => field.type === FieldType.time)?.values ?? [];
      return times.map((from: number, index: number) => ({
        from,
        to: values('timeEnd')[index] ?? from,
        color: values('color')[index] ?? 'orange',
        text: [values('title')[index], values('text')[index]].filter(Boolean).join(': '),
      }));
    })
    .filter((mark) => mark.to >= first && mark.from <= last)
    .map((mark) => ({ ...mark, from: Math.max(mark.from, first), to: Math.min(mark.to, last) }));
}
