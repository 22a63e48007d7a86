// The parts of a dashboard's JSON as Grafana's own types have them, each under a name for the schema generator. What the SDK
// adds for building a dashboard in code is taken off, and what is checked apart.

import * as bargauge from '@grafana/grafana-foundation-sdk/bargauge';
import * as common from '@grafana/grafana-foundation-sdk/common';
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import * as heatmap from '@grafana/grafana-foundation-sdk/heatmap';
import * as prometheus from '@grafana/grafana-foundation-sdk/prometheus';
import * as stat from '@grafana/grafana-foundation-sdk/stat';
import * as statetimeline from '@grafana/grafana-foundation-sdk/statetimeline';
import * as table from '@grafana/grafana-foundation-sdk/table';
import * as text from '@grafana/grafana-foundation-sdk/text';
import * as timeseries from '@grafana/grafana-foundation-sdk/timeseries';

export type CheckedDashboard = Omit<dashboard.Dashboard, 'panels' | 'annotations'>;
export type CheckedPanel = Omit<dashboard.Panel, 'targets' | 'options'>;
export type CheckedRow = Omit<dashboard.RowPanel, 'panels'>;
export type CheckedTarget = Omit<prometheus.Dataquery, '_implementsDataqueryVariant'>;

export type CheckedOptionsBargauge = Partial<bargauge.Options>;
export type CheckedOptionsHeatmap = Partial<heatmap.Options>;
export type CheckedOptionsStat = Partial<stat.Options>;
export type CheckedOptionsStateTimeline = Partial<statetimeline.Options>;
export type CheckedOptionsTable = Partial<table.Options>;
export type CheckedOptionsText = Partial<text.Options>;
export type CheckedOptionsTimeseries = Partial<timeseries.Options>;

export type CheckedCustomStateTimeline = Partial<statetimeline.FieldConfig>;
export type CheckedCustomTable = Partial<common.TableFieldOptions>;
export type CheckedCustomTimeseries = Partial<common.GraphFieldConfig>;
