// What a state timeline shows of its data, by Grafana's rules: a row for each series, a stretch for each state.

import {
  applyNullInsertThreshold,
  cacheFieldDisplayNames,
  DataFrame,
  Field,
  FieldColorModeId,
  FieldType,
  formattedValueToString,
  getActiveThreshold,
  getFieldDisplayName,
  getValueFormat,
  GrafanaTheme2,
  ThresholdsMode,
  TimeRange,
} from '@grafana/data';

export interface State {
  text: string;
  color: string;
}

export interface Stretch extends State {
  from: number;
  to: number;
}

export interface Row {
  name: string;
  stretches: Stretch[];
  opacity: number;
  lineWidth: number;
}

const SHOWN = [FieldType.number, FieldType.boolean, FieldType.string, FieldType.enum];

export function rowsOf(series: DataFrame[], merge: boolean, range: TimeRange, theme: GrafanaTheme2): Row[] {
  cacheFieldDisplayNames(series);
  return series.flatMap((frame) => {
    const withGaps = applyNullInsertThreshold({
      frame,
      refFieldPseudoMin: range.from.valueOf(),
      refFieldPseudoMax: range.to.valueOf(),
    });
    const times = withGaps.fields.find((field) => field.type === FieldType.time)?.values ?? [];
    return withGaps.fields
      .filter((field) => SHOWN.includes(field.type) && !field.config.custom?.hideFrom?.viz)
      .map((field) => ({
        name: getFieldDisplayName(field, frame, series),
        stretches: stretchesOf(field, times, stateOf(field, merge, theme), merge, range.to.valueOf()),
        opacity: (field.config.custom?.fillOpacity ?? 70) / 100,
        lineWidth: field.config.custom?.lineWidth ?? 0,
      }));
  });
}

/** With colours from thresholds Grafana merges what lies between two of them, and then value mappings have no say. */
function byThreshold(field: Field): boolean {
  return (
    field.type === FieldType.number &&
    field.config.color?.mode === FieldColorModeId.Thresholds &&
    Boolean(field.config.thresholds?.steps.length)
  );
}

function stateOf(field: Field, merge: boolean, theme: GrafanaTheme2): (value: unknown) => State {
  if (merge && byThreshold(field)) {
    const states = thresholdStates(field, theme);
    const { steps } = field.config.thresholds!;
    return (value) => states[steps.indexOf(getActiveThreshold(value as number, steps))];
  }
  return (value) => {
    const shown = field.display!(value);
    return { text: formattedValueToString(shown), color: shown.color ?? theme.colors.text.disabled };
  };
}

function thresholdStates(field: Field, theme: GrafanaTheme2): State[] {
  const { mode, steps } = field.config.thresholds!;
  const format = getValueFormat(mode === ThresholdsMode.Percentage ? 'percent' : field.config.unit);
  const written = (value: number) => formattedValueToString(format(value, field.config.decimals ?? undefined));
  return steps.map((step, index) => ({
    text: index === 0 && steps.length > 1 ? `< ${written(steps[1].value)}` : `${written(step.value)}+`,
    color: theme.visualization.getColorByName(step.color),
  }));
}

function stretchesOf(field: Field, times: number[], state: (value: unknown) => State, merge: boolean, end: number): Stretch[] {
  const out: Stretch[] = [];
  let open: Stretch | undefined;
  field.values.forEach((value, index) => {
    const at = times[index];
    if (open) {
      open.to = at;
    }
    if (value === undefined) {
      return; // of another series: this one goes on
    }
    if (value === null) {
      open = undefined;
      return;
    }
    const now = state(value);
    if (open && merge && open.text === now.text && open.color === now.color) {
      return;
    }
    open = { ...now, from: at, to: at };
    out.push(open);
  });
  if (open) {
    open.to = end;
  }
  return out.filter((stretch) => stretch.from < end);
}

/** Grafana explains the colours only where they are states: not for a colour scale. */
export function legendOf(series: DataFrame[], rows: Row[], merge: boolean, theme: GrafanaTheme2): State[] {
  const first = series.flatMap((frame) => frame.fields).find((field) => field.type !== FieldType.time);
  if (first && byThreshold(first) && first.config.thresholds!.steps.length > 1 && merge) {
    return thresholdStates(first, theme);
  }
  if (first?.config.color?.mode?.startsWith('continuous')) {
    return [];
  }
  const seen = new Map<string, State>();
  for (const { text, color } of rows.flatMap((row) => row.stretches)) {
    if (text) {
      seen.set(text, { text, color });
    }
  }
  return [...seen.values()];
}
