// Variables of a dashboard as the scene's.

import {
  ConstantVariable,
  CustomVariable,
  DataSourceVariable,
  IntervalVariable,
  QueryVariable,
  SceneVariable,
  SceneVariableSet,
  TextBoxVariable,
} from '@grafana/scenes';

import { VariableJson } from './model';

const queryOf = (json: VariableJson) => (typeof json.query === 'string' ? json.query : (json.query?.query ?? ''));

function variableOf(json: VariableJson): SceneVariable {
  const { name, label, description, hide, skipUrlSync } = json;
  const common = { name, label, description, hide, skipUrlSync };
  const choice = {
    ...common,
    value: json.current?.value ?? '',
    text: json.current?.text ?? '',
    isMulti: json.multi,
    includeAll: json.includeAll,
    allValue: json.allValue || undefined,
  };
  switch (json.type) {
    case 'datasource':
      return new DataSourceVariable({ ...choice, pluginId: queryOf(json), regex: json.regex ?? '' });
    case 'query':
      return new QueryVariable({
        ...choice,
        datasource: json.datasource ?? null,
        query: queryOf(json),
        regex: json.regex ?? '',
        refresh: json.refresh ?? 0,
        sort: json.sort ?? 0,
      });
    case 'custom':
      return new CustomVariable({ ...choice, query: queryOf(json) });
    case 'constant':
      return new ConstantVariable({ ...common, value: queryOf(json) });
    case 'textbox':
      return new TextBoxVariable({ ...common, value: String(json.current?.value ?? queryOf(json)) });
    case 'interval':
      return new IntervalVariable({
        ...common,
        intervals: queryOf(json).split(','),
        value: String(json.current?.value ?? ''),
      });
    default:
      throw new Error(`variable ${name} has type ${json.type}, which this page does not have`);
  }
}

export function variablesOf(list: VariableJson[] | undefined): SceneVariableSet {
  return new SceneVariableSet({ variables: (list ?? []).map(variableOf) });
}
