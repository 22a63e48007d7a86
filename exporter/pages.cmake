# Snapshots -> pages.
xenha_library(xenha_exporter_pages
  SOURCES findings.cpp landing_page.cpp pages.cpp pools_json.cpp
  LINK xenha_base xenha_web xenha_exporter_metrics
  PRIVATE_LINK nlohmann_json::nlohmann_json)
