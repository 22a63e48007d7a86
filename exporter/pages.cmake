# Snapshots -> pages.
xenha_library(xenha_exporter_pages
  SOURCES
    cloud_findings.cpp
    failover_panel.cpp
    failover_table.cpp
    failovers_json.cpp
    findings.cpp
    json_values.cpp
    landing_page.cpp
    pages.cpp
    pools_json.cpp
    timeline.cpp
  LINK xenha_base xenha_web xenha_exporter_metrics
  PRIVATE_LINK nlohmann_json::nlohmann_json)
