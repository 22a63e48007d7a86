import { FieldColorModeId, PanelPlugin, PanelProps } from '@grafana/data';
import { LegendDisplayMode, VizLegendOptions } from '@grafana/schema';
import { TimeSeries, TooltipDisplayMode, TooltipPlugin2 } from '@grafana/ui';
import { ComponentProps, useMemo } from 'react';

import { fieldOptions } from '../field_options';
import { Empty, isEmpty } from './empty';
import { ChartMarks } from './marks';
import { Tooltip } from './tooltip';

interface Options {
  legend?: VizLegendOptions;
  tooltip?: { mode: TooltipDisplayMode };
}

const LEGEND: VizLegendOptions = { displayMode: LegendDisplayMode.List, placement: 'bottom', showLegend: true, calcs: [] };

// An enumeration that is not published.
const NEAREST = 0 as ComponentProps<typeof TooltipPlugin2>['hoverMode'];
const ALL_AT_ONCE = 1 as ComponentProps<typeof TooltipPlugin2>['hoverMode'];

function TimeSeriesPanel({ data, fieldConfig, height, options, timeRange, timeZone, width }: PanelProps<Options>) {
  // The component writes into the fields that it is given, and the scene keeps its own for the next drawing.
  const frames = useMemo(
    () => data.series.map((frame) => ({ ...frame, fields: frame.fields.map((field) => ({ ...field })) })),
    [data.series]
  );
  if (isEmpty(data)) {
    return <Empty fieldConfig={fieldConfig} />;
  }
  const mode = options.tooltip?.mode ?? TooltipDisplayMode.Single;
  return (
    <TimeSeries
      frames={frames}
      structureRev={data.structureRev}
      timeRange={timeRange}
      timeZone={[timeZone]}
      width={width}
      height={height}
      legend={{ ...LEGEND, ...options.legend }}
      options={options}
    >
      {(builder, alignedFrame) => (
        <>
          <ChartMarks annotations={data.annotations} builder={builder} timeRange={timeRange} />
          {mode !== TooltipDisplayMode.None && (
            <TooltipPlugin2
              config={builder}
              hoverMode={mode === TooltipDisplayMode.Single ? NEAREST : ALL_AT_ONCE}
              render={(_, indices, series) => (
                <Tooltip frame={alignedFrame} indices={indices} only={mode === TooltipDisplayMode.Single ? series : null} />
              )}
            />
          )}
        </>
      )}
    </TimeSeries>
  );
}

const HIDE_FROM = { legend: false, tooltip: false, viz: false };

export const timeseries = new PanelPlugin<Options>(TimeSeriesPanel).setDataSupport({ annotations: true }).useFieldConfig(
  fieldOptions(FieldColorModeId.PaletteClassic, {
    drawStyle: 'line',
    lineInterpolation: 'linear',
    lineWidth: 1,
    lineStyle: undefined,
    lineColor: undefined,
    fillOpacity: 0,
    fillColor: undefined,
    fillBelowTo: undefined,
    gradientMode: 'none',
    barAlignment: 0,
    barMaxWidth: undefined,
    barWidthFactor: undefined,
    spanNulls: false,
    insertNulls: false,
    showPoints: 'auto',
    pointSize: 5,
    stacking: { mode: 'none', group: 'A' },
    transform: undefined,
    axisPlacement: 'auto',
    axisLabel: undefined,
    axisColorMode: 'text',
    axisBorderShow: false,
    axisCenteredZero: false,
    axisGridShow: true,
    axisSoftMin: undefined,
    axisSoftMax: undefined,
    axisWidth: undefined,
    scaleDistribution: { type: 'linear' },
    thresholdsStyle: { mode: 'off' },
    hideFrom: HIDE_FROM,
  })
);
