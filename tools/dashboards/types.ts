// The published types that the dashboards are held against, by names of their own.
import type { Dashboard as Board } from './node_modules/@grafana/schema/dist/types/raw/dashboard/x/types.gen';
import type { Options as Logs } from './node_modules/@grafana/schema/dist/types/raw/composable/logs/panelcfg/x/types.gen';
import type { Options as Stat } from './node_modules/@grafana/schema/dist/types/raw/composable/stat/panelcfg/x/types.gen';
import type { Options as Table, FieldConfig as TableField } from './node_modules/@grafana/schema/dist/types/raw/composable/table/panelcfg/x/types.gen';
import type { Options as Lines, FieldConfig as LinesField } from './node_modules/@grafana/schema/dist/types/raw/composable/timeseries/panelcfg/x/types.gen';

export interface CheckedDashboard extends Board {}
export interface CheckedLogsOptions extends Logs {}
export interface CheckedStatOptions extends Stat {}
export interface CheckedTableOptions extends Table {}
export interface CheckedTableCustom extends TableField {}
export interface CheckedTimeseriesOptions extends Lines {}
export interface CheckedTimeseriesCustom extends LinesField {}
