// Answers of Prometheus as the data frames that Grafana's own data source would make of them.

import { DataFrame, DataFrameType, FieldType, toDataFrame } from '@grafana/data';

type Labels = Record<string, string>;
type Sample = [number, string];

export interface Answer {
  resultType: 'matrix' | 'vector' | 'scalar' | 'string';
  result: unknown;
}

interface Series {
  metric: Labels;
  samples: Sample[];
}

export interface Shape {
  refId: string;
  format: string;
  legendFormat?: string;
  /** Of a range query, in seconds: a longer pause between samples is a gap. */
  step?: number;
  /** Values of several queries in one panel are told apart by their letter. */
  several: boolean;
}

export function framesOf(answer: Answer, shape: Shape): DataFrame[] {
  const series = seriesOf(answer);
  switch (shape.format) {
    case 'table':
      return series.length ? [tableOf(series, shape)] : [];
    case 'heatmap':
      return bucketsOf(series, shape);
    default:
      return series.map((one) => frameOf(one, shape, nameOf(one.metric, shape.legendFormat)));
  }
}

function seriesOf(answer: Answer): Series[] {
  switch (answer.resultType) {
    case 'matrix':
      return (answer.result as Array<{ metric: Labels; values: Sample[] }>).map((one) => ({
        metric: one.metric,
        samples: one.values,
      }));
    case 'vector':
      return (answer.result as Array<{ metric: Labels; value: Sample }>).map((one) => ({
        metric: one.metric,
        samples: [one.value],
      }));
    case 'scalar':
      return [{ metric: {}, samples: [answer.result as Sample] }];
    default:
      throw new Error(`a panel cannot show a result of type ${answer.resultType}`);
  }
}

const SPECIAL: Record<string, number> = { '+Inf': Infinity, '-Inf': -Infinity };
const numberOf = (text: string) => SPECIAL[text] ?? Number.parseFloat(text);

/** Without a name of its own a series is left to Grafana's panels, which name it by the labels that tell it apart. */
function nameOf(metric: Labels, legendFormat: string | undefined): string | undefined {
  if (legendFormat === '__auto') {
    return undefined;
  }
  if (legendFormat) {
    return legendFormat.replace(/\{\{\s*(.+?)\s*\}\}/g, (_, label) => metric[label] ?? '');
  }
  const { __name__: name, ...labels } = metric;
  const pairs = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  return `${name ?? ''}{${pairs.join(', ')}}`;
}

function frameOf(series: Series, shape: Shape, displayNameFromDS: string | undefined): DataFrame {
  return toDataFrame({
    refId: shape.refId,
    meta: { type: shape.step ? DataFrameType.TimeSeriesMulti : DataFrameType.NumericMulti },
    fields: [
      {
        name: 'Time',
        type: FieldType.time,
        values: series.samples.map(([at]) => at * 1000),
        config: shape.step ? { interval: shape.step * 1000 } : {},
      },
      {
        name: 'Value',
        type: FieldType.number,
        labels: series.metric,
        values: series.samples.map(([, value]) => numberOf(value)),
        config: displayNameFromDS === undefined ? {} : { displayNameFromDS },
      },
    ],
  });
}

/** Time, a column a label, the value: one row a sample. */
function tableOf(series: Series[], shape: Shape): DataFrame {
  const labels = [...new Set(series.flatMap((one) => Object.keys(one.metric)))].sort();
  const rows = series.flatMap((one) => one.samples.map((sample) => ({ metric: one.metric, sample })));
  return toDataFrame({
    refId: shape.refId,
    fields: [
      { name: 'Time', type: FieldType.time, values: rows.map((row) => row.sample[0] * 1000) },
      ...labels.map((label) => ({
        name: label,
        type: FieldType.string,
        values: rows.map((row) => row.metric[label] ?? ''),
      })),
      {
        name: shape.several ? `Value #${shape.refId}` : 'Value',
        type: FieldType.number,
        values: rows.map((row) => numberOf(row.sample[1])),
      },
    ],
  });
}

/** Prometheus counts what lies below each bound; a heatmap shows what lies between two. */
function bucketsOf(series: Series[], shape: Shape): DataFrame[] {
  const byBound = [...series].sort((a, b) => numberOf(a.metric.le) - numberOf(b.metric.le));
  return byBound.map((one, index) => {
    const below = new Map(index ? byBound[index - 1].samples : []);
    const samples = one.samples.map(([at, value]): Sample => {
      const rest = numberOf(value) - numberOf(below.get(at) ?? '0');
      return [at, String(Math.max(0, rest))];
    });
    return frameOf({ metric: one.metric, samples }, shape, one.metric.le);
  });
}
