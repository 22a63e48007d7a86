// The options of a field that every panel type has: unit, thresholds, mappings and so on. Grafana's application registers
// them with an editor each. Nobody edits here, so only the function counts that brings a value from the JSON into effect.

import {
  booleanOverrideProcessor,
  dataLinksOverrideProcessor,
  displayNameOverrideProcessor,
  FieldConfigPropertyItem,
  FieldConfigProperty,
  identityOverrideProcessor,
  numberOverrideProcessor,
  stringOverrideProcessor,
  thresholdsOverrideProcessor,
  unitOverrideProcessor,
  valueMappingsOverrideProcessor,
  SetFieldConfigOptionsArgs,
} from '@grafana/data';

type Process = FieldConfigPropertyItem['process'];

const processors: Record<string, Process> = {
  displayName: displayNameOverrideProcessor as Process,
  unit: unitOverrideProcessor as Process,
  min: numberOverrideProcessor as Process,
  max: numberOverrideProcessor as Process,
  fieldMinMax: booleanOverrideProcessor as Process,
  decimals: numberOverrideProcessor as Process,
  noValue: stringOverrideProcessor as Process,
  color: identityOverrideProcessor as Process,
  mappings: valueMappingsOverrideProcessor as Process,
  thresholds: thresholdsOverrideProcessor as Process,
  links: dataLinksOverrideProcessor as Process,
  actions: identityOverrideProcessor as Process,
  filterable: booleanOverrideProcessor as Process,
  description: stringOverrideProcessor as Process,
};

const noEditor = () => null;

function option(path: string, process: Process): FieldConfigPropertyItem {
  return {
    id: path,
    path,
    name: path,
    editor: noEditor,
    override: noEditor,
    process,
    shouldApply: () => true,
    settings: {},
  };
}

export function standardFieldOptions(): FieldConfigPropertyItem[] {
  return Object.entries(processors).map(([path, process]) => option(path, process));
}

/**
 * Options of a panel type. A path that is not listed has no effect in an override, here as in Grafana, so `custom` names
 * every option of the real panel that our dashboards may want, with its default or undefined.
 */
export function fieldOptions(color: string, custom: Record<string, unknown>): SetFieldConfigOptionsArgs<any> {
  return {
    standardOptions: {
      [FieldConfigProperty.Color]: { defaultValue: { mode: color } },
      [FieldConfigProperty.Thresholds]: {
        defaultValue: { mode: 'absolute', steps: [{ value: -Infinity, color: 'green' }, { value: 80, color: 'red' }] },
      },
    } as SetFieldConfigOptionsArgs<any>['standardOptions'],
    useCustomConfig: (builder) => {
      for (const [path, defaultValue] of Object.entries(custom)) {
        builder.addCustomEditor({
          ...option(path, identityOverrideProcessor as Process),
          defaultValue,
        } as Parameters<typeof builder.addCustomEditor>[0]);
      }
    },
  };
}
