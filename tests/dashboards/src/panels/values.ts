// Stat and bar gauge show single values: one for each series, or one for each row.

import {
  FieldColorModeId,
  FieldConfigSource,
  FieldDisplay,
  getFieldDisplayValues,
  InterpolateFunction,
  PanelData,
  ReduceDataOptions,
} from '@grafana/data';
import { config } from '@grafana/runtime';

import { fieldOptions } from '../field_options';

export interface ValueOptions {
  reduceOptions?: Partial<ReduceDataOptions>;
  orientation?: string;
  text?: { titleSize?: number; valueSize?: number };
}

interface Shown {
  data: PanelData;
  fieldConfig: FieldConfigSource;
  options: ValueOptions;
  replaceVariables: InterpolateFunction;
  timeZone: string;
}

/** Without data: one value, the text for no value. That is Grafana's code as well. */
export function valuesOf(shown: Shown, sparkline: boolean): FieldDisplay[] {
  const { data, fieldConfig, options, replaceVariables, timeZone } = shown;
  return getFieldDisplayValues({
    fieldConfig,
    reduceOptions: { calcs: ['lastNotNull'], ...options.reduceOptions },
    replaceVariables,
    theme: config.theme2,
    data: data.series,
    sparkline,
    timeZone,
  });
}

export const valueFieldOptions = () => fieldOptions(FieldColorModeId.Thresholds, {});
