import { FieldDisplay, getDisplayValueAlignmentFactors, PanelPlugin, PanelProps, VizOrientation } from '@grafana/data';
import { config } from '@grafana/runtime';
import { BarGaugeDisplayMode, BarGaugeNamePlacement, BarGaugeValueMode } from '@grafana/schema';
import { BarGauge, DataLinksContextMenu, VizRepeater, VizRepeaterRenderValueProps } from '@grafana/ui';

import { Empty, isEmpty } from './empty';
import { ValueOptions, valueFieldOptions, valuesOf } from './values';

interface Options extends ValueOptions {
  displayMode?: BarGaugeDisplayMode;
  valueMode?: BarGaugeValueMode;
  namePlacement?: BarGaugeNamePlacement;
  showUnfilled?: boolean;
  minVizWidth?: number;
  minVizHeight?: number;
  maxVizHeight?: number;
}

type Props = PanelProps<Options>;

function orientationOf({ height, options, width }: Props): VizOrientation {
  if (options.orientation === VizOrientation.Vertical || options.orientation === VizOrientation.Horizontal) {
    return options.orientation;
  }
  return width > height ? VizOrientation.Vertical : VizOrientation.Horizontal;
}

function BarGaugePanel(props: Props) {
  const { data, fieldConfig, height, options, renderCounter, width } = props;
  if (isEmpty(data)) {
    return <Empty fieldConfig={fieldConfig} />;
  }
  const draw = ({ alignmentFactors, height, orientation, value, width }: VizRepeaterRenderValueProps<FieldDisplay>) => {
    const bar = (onClick?: React.MouseEventHandler<HTMLElement>, className?: string) => (
      <BarGauge
        value={value.display}
        field={value.field}
        display={value.view?.getFieldDisplayProcessor(value.colIndex ?? 0)}
        alignmentFactors={alignmentFactors as ReturnType<typeof getDisplayValueAlignmentFactors>}
        orientation={orientation}
        displayMode={options.displayMode ?? BarGaugeDisplayMode.Gradient}
        valueDisplayMode={options.valueMode ?? BarGaugeValueMode.Color}
        namePlacement={options.namePlacement ?? BarGaugeNamePlacement.Auto}
        showUnfilled={options.showUnfilled ?? true}
        text={options.text}
        width={width}
        height={height}
        theme={config.theme2}
        onClick={onClick}
        className={className}
      />
    );
    return value.hasLinks && value.getLinks ? (
      <DataLinksContextMenu links={value.getLinks}>
        {({ openMenu, targetClassName }) => bar(openMenu, targetClassName)}
      </DataLinksContextMenu>
    ) : (
      bar()
    );
  };
  return (
    <VizRepeater
      source={data}
      getValues={() => valuesOf(props, false)}
      getAlignmentFactors={getDisplayValueAlignmentFactors}
      renderValue={draw}
      renderCounter={renderCounter}
      width={width}
      height={height}
      minVizWidth={options.minVizWidth ?? 8}
      minVizHeight={options.minVizHeight ?? 16}
      maxVizHeight={options.maxVizHeight ?? 300}
      itemSpacing={options.displayMode === BarGaugeDisplayMode.Lcd ? 2 : 10}
      orientation={orientationOf(props)}
    />
  );
}

export const bargauge = new PanelPlugin<Options>(BarGaugePanel).useFieldConfig(valueFieldOptions());
