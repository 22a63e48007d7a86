// Grafana's own heatmap is not published. This one draws buckets of Prometheus: time to the right, bounds upwards.

import {
  FieldColorModeId,
  formattedValueToString,
  getFieldDisplayName,
  getValueFormat,
  PanelPlugin,
  PanelProps,
} from '@grafana/data';
import { measureText, useTheme2 } from '@grafana/ui';

import { fieldOptions } from '../field_options';
import { Empty, isEmpty } from './empty';
import { DrawnMarks } from './marks';
import { AXIS_HEIGHT, DRAWING, FONT_SIZE, TimeAxis, timeScale } from './time_axis';

interface Options {
  yAxis?: { unit?: string; decimals?: number };
}

const NAME_GAP = 8;

function HeatmapPanel({ data, fieldConfig, height, options, timeRange, timeZone, width }: PanelProps<Options>) {
  const theme = useTheme2();
  if (isEmpty(data)) {
    return <Empty fieldConfig={fieldConfig} />;
  }
  const unit = getValueFormat(options.yAxis?.unit);
  const bound = (name: string) => {
    const value = Number(name);
    const hasUnit = options.yAxis?.unit && Number.isFinite(value);
    return hasUnit ? formattedValueToString(unit(value, options.yAxis?.decimals)) : name;
  };
  const rows = data.series.map((frame) => ({
    name: bound(getFieldDisplayName(frame.fields[1], frame, data.series)),
    times: frame.fields[0].values as number[],
    counts: frame.fields[1].values as number[],
    step: frame.fields[0].config.interval ?? 0,
  }));
  const most = Math.max(1e-9, ...rows.flatMap((row) => row.counts));
  const left = Math.ceil(Math.max(...rows.map((row) => measureText(row.name, FONT_SIZE).width))) + NAME_GAP;
  const scale = timeScale(timeRange, left, Math.max(1, width - left));
  const bottom = height - AXIS_HEIGHT;
  const thick = bottom / rows.length;
  return (
    <svg data-drawing width={width} height={height} style={DRAWING}>
      <TimeAxis scale={scale} theme={theme} timeZone={timeZone} y={bottom} />
      {rows.map((row, index) => {
        const top = bottom - (index + 1) * thick;
        return (
          <g key={index}>
            <text x={left - NAME_GAP} y={top + thick / 2} dy="0.35em" textAnchor="end" fill={theme.colors.text.primary}>
              {row.name}
            </text>
            {row.counts.map((count, at) => {
              // A sample counts what came before it.
              const from = Math.max(left, scale.x(row.times[at] - row.step));
              const to = scale.x(row.times[at]);
              return count > 0 && to > from ? (
                <rect key={at} x={from} y={top} width={to - from} height={thick - 1} fill={heat(count / most)} />
              ) : null;
            })}
          </g>
        );
      })}
      <DrawnMarks annotations={data.annotations} height={bottom} scale={scale} timeRange={timeRange} />
    </svg>
  );
}

/** The more, the hotter; by the root, so that a single one is seen beside hundreds. */
function heat(share: number): string {
  const root = Math.sqrt(share);
  return `hsl(${45 - 45 * root} 90% ${60 - 15 * root}%)`;
}

export const heatmap = new PanelPlugin<Options>(HeatmapPanel).setDataSupport({ annotations: true }).useFieldConfig(
  fieldOptions(FieldColorModeId.Thresholds, {
    hideFrom: { legend: false, tooltip: false, viz: false },
    scaleDistribution: undefined,
  })
);
