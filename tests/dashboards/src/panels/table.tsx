import { cacheFieldDisplayNames, FieldColorModeId, PanelPlugin, PanelProps } from '@grafana/data';
import { TableCellHeight } from '@grafana/schema';
import { TableSortByFieldState } from '@grafana/ui';
import { TableNG } from '@grafana/ui/unstable';

import { fieldOptions } from '../field_options';
import { Empty, isEmpty } from './empty';

interface Options {
  frameIndex?: number;
  showHeader?: boolean;
  cellHeight?: TableCellHeight;
  sortBy?: TableSortByFieldState[];
}

function TablePanel({ data, fieldConfig, height, options, timeRange, width }: PanelProps<Options>) {
  if (isEmpty(data)) {
    return <Empty fieldConfig={fieldConfig} />;
  }
  // Grafana's application has done this by now; without it a column that was renamed keeps its old header.
  cacheFieldDisplayNames(data.series);
  return (
    <TableNG
      data={data.series[options.frameIndex ?? 0] ?? data.series[0]}
      width={width}
      height={height}
      structureRev={data.structureRev}
      noHeader={options.showHeader === false}
      cellHeight={options.cellHeight ?? TableCellHeight.Sm}
      sortBy={options.sortBy}
      timeRange={timeRange}
      fieldConfig={fieldConfig}
      noValue={fieldConfig.defaults.noValue}
      // All rows into the document, those below the fold too: the test reads them.
      enableVirtualization={false}
    />
  );
}

export const table = new PanelPlugin<Options>(TablePanel).useFieldConfig(
  fieldOptions(FieldColorModeId.Thresholds, {
    align: 'auto',
    cellOptions: { type: 'auto' },
    inspect: false,
    filterable: undefined,
    hidden: undefined,
    hideFrom: undefined,
    hideHeader: undefined,
    minWidth: undefined,
    width: undefined,
    wrapHeaderText: undefined,
    wrapText: undefined,
  })
);
