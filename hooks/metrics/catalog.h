// Every metric of xenha-hooks, told once. collect.cpp uses these definitions, METRICS.md is generated from
// them.
#pragma once

#include <span>

#include "lib/metrics/catalog_page.h"
#include "lib/metrics/metric_def.h"

namespace xenha::hooks::catalog {

using metrics::MetricDef;
inline constexpr auto kCounter = prometheus::MetricType::Counter;
inline constexpr auto kHistogram = prometheus::MetricType::Histogram;

inline constexpr MetricDef kAlertsReceived{
    .name = "xenha_hooks_alerts_received_total",
    .type = kCounter,
    .labels = "alertname,status",
    .help = "Alerts that came with webhooks, repeats too; alertname is that of a policy, else other.",
    .source = "POST /api/v1/alerts",
};
inline constexpr MetricDef kTruncatedAlerts{
    .name = "xenha_hooks_truncated_alerts_total",
    .type = kCounter,
    .help = "Alerts that Alertmanager left out of webhooks; above 0 its receiver needs max_alerts: 0.",
    .source = "truncatedAlerts of webhooks",
};
inline constexpr MetricDef kDecisions{
    .name = "xenha_hooks_decisions_total",
    .type = kCounter,
    .labels = "pool,action,verdict,reason",
    .help = "Decisions that differ from the one before, by verdict and reason; see DECISIONS.md.",
    .source = "the decision",
};
inline constexpr MetricDef kGuardState{
    .name = "xenha_hooks_guard_state",
    .labels = "pool,guard,state",
    .help =
        "1 for the state (pass, fail, unknown, not_applicable) of each guard at the newest evaluation, 0 for "
        "the others; "
        "only pools with an open alert.",
    .source = "the decision",
};
inline constexpr MetricDef kActions{
    .name = "xenha_hooks_actions_total",
    .type = kCounter,
    .labels = "pool,action,outcome",
    .help =
        "Attempts to switch pool HA on that ended, by outcome: success, failed, rolled_back, not_armed, "
        "unknown.",
    .source = "the action",
};
inline constexpr MetricDef kActionSeconds{
    .name = "xenha_hooks_action_seconds",
    .type = kHistogram,
    .help = "Duration of attempts from the call to the verified outcome.",
    .source = "the action",
};
inline constexpr MetricDef kActionInProgress{
    .name = "xenha_hooks_action_in_progress",
    .labels = "pool,action",
    .help = "1 while an attempt runs for the pool, else 0.",
    .source = "the action",
};
inline constexpr MetricDef kLastSuccess{
    .name = "xenha_hooks_last_success_timestamp_seconds",
    .labels = "pool,action",
    .help = "Unix time of the newest attempt that succeeded; absent before the first.",
    .source = "the journal",
};
inline constexpr MetricDef kPaused{
    .name = "xenha_hooks_paused",
    .labels = "pool",
    .help = "1 while an operator has paused the automation for the pool through the API, else 0.",
    .source = "the journal",
};
inline constexpr MetricDef kGaveUp{
    .name = "xenha_hooks_gave_up",
    .labels = "pool",
    .help = "1 when nothing is done for the pool any more until an operator clears it, else 0.",
    .source = "the journal",
};
inline constexpr MetricDef kMode{
    .name = "xenha_hooks_mode",
    .labels = "mode",
    .help = "1 for the mode the daemon runs in, 0 for the others: dry-run, act, standby.",
    .source = "hooks.mode in xenha.yml",
};
inline constexpr MetricDef kJournalErrors{
    .name = "xenha_hooks_journal_errors_total",
    .type = kCounter,
    .help = "Reads and writes of the journal that failed; while it cannot be written nothing is done.",
    .source = "the journal",
};
inline constexpr MetricDef kBuildInfo{
    .name = "xenha_hooks_build_info",
    .labels = "version",
    .help = "Always 1; the label tells which daemon this is.",
    .source = "the build",
};
inline constexpr MetricDef kConfigReloadSuccessful{
    .name = "xenha_config_last_reload_successful",
    .help =
        "1 if the configuration file was good when it was last read, 0 if it was refused and the one before "
        "is still in use.",
    .source = "start, SIGHUP, POST /-/reload",
};
inline constexpr MetricDef kConfigReloadSuccessTime{
    .name = "xenha_config_last_reload_success_timestamp_seconds",
    .help = "Unix time when a good configuration was last read.",
    .source = "start, SIGHUP, POST /-/reload",
};

/// Everything above and the process metrics, in reading order.
std::span<const metrics::CatalogGroup> groups();

}  // namespace xenha::hooks::catalog
