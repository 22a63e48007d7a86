# Snapshots -> metrics -> what a scrape gets.
xenha_library(xenha_exporter_metrics
  SOURCES
    metrics/catalog.cpp
    metrics/cloud.cpp
    metrics/failovers.cpp
    metrics/heartbeat.cpp
    metrics/hosts.cpp
    metrics/metrics_page.cpp
    metrics/pool_ha.cpp
    metrics/self.cpp
    snapshot/snapshot_store.cpp
  LINK xenha_base xenha_metrics Threads::Threads)
