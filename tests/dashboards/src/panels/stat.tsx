import { FieldDisplay, getDisplayValueAlignmentFactors, PanelPlugin, PanelProps, VizOrientation } from '@grafana/data';
import { config } from '@grafana/runtime';
import { BigValueColorMode, BigValueGraphMode, BigValueJustifyMode, BigValueTextMode } from '@grafana/schema';
import { BigValue, DataLinksContextMenu, VizRepeater, VizRepeaterRenderValueProps } from '@grafana/ui';

import { ValueOptions, valueFieldOptions, valuesOf } from './values';

interface Options extends ValueOptions {
  colorMode?: BigValueColorMode;
  graphMode?: BigValueGraphMode;
  justifyMode?: BigValueJustifyMode;
  textMode?: BigValueTextMode;
  wideLayout?: boolean;
}

type Props = PanelProps<Options>;

function orientationOf({ height, options, width }: Props): VizOrientation {
  const { orientation } = options;
  if (!orientation || orientation === VizOrientation.Auto) {
    return width > height ? VizOrientation.Vertical : VizOrientation.Horizontal;
  }
  return orientation as VizOrientation;
}

function StatPanel(props: Props) {
  const { data, height, options, renderCounter, width } = props;
  const graphMode = options.graphMode ?? BigValueGraphMode.Area;
  const draw = ({ alignmentFactors, count, height, value, width }: VizRepeaterRenderValueProps<FieldDisplay>) => {
    const big = (onClick?: React.MouseEventHandler<HTMLElement>, className?: string) => (
      <BigValue
        value={value.display}
        count={count}
        sparkline={value.sparkline}
        colorMode={options.colorMode ?? BigValueColorMode.Value}
        graphMode={graphMode}
        justifyMode={options.justifyMode ?? BigValueJustifyMode.Auto}
        textMode={options.textMode ?? BigValueTextMode.Auto}
        alignmentFactors={alignmentFactors as ReturnType<typeof getDisplayValueAlignmentFactors>}
        text={options.text}
        width={width}
        height={height}
        theme={config.theme2}
        disableWideLayout={options.wideLayout === false}
        onClick={onClick}
        className={className}
        hasLinks={value.hasLinks}
      />
    );
    return value.hasLinks && value.getLinks ? (
      <DataLinksContextMenu links={value.getLinks}>
        {({ openMenu, targetClassName }) => big(openMenu, targetClassName)}
      </DataLinksContextMenu>
    ) : (
      big()
    );
  };
  return (
    <VizRepeater
      source={data}
      getValues={() => valuesOf(props, graphMode !== BigValueGraphMode.None)}
      getAlignmentFactors={getDisplayValueAlignmentFactors}
      renderValue={draw}
      renderCounter={renderCounter}
      width={width}
      height={height}
      itemSpacing={3}
      autoGrid
      orientation={orientationOf(props)}
    />
  );
}

export const stat = new PanelPlugin<Options>(StatPanel).useFieldConfig(valueFieldOptions());
