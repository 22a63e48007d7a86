# CloudStack -> snapshot.
xenha_library(xenha_exporter_cloud
  SOURCES
    ${CMAKE_CURRENT_LIST_DIR}/cloud/alert_book.cpp
    ${CMAKE_CURRENT_LIST_DIR}/cloud/cloud_access.cpp
    ${CMAKE_CURRENT_LIST_DIR}/cloud/cloud_alerts.cpp
    ${CMAKE_CURRENT_LIST_DIR}/cloud/cloud_events.cpp
    ${CMAKE_CURRENT_LIST_DIR}/cloud/cloud_inquiry.cpp
    ${CMAKE_CURRENT_LIST_DIR}/cloud/cloud_join.cpp
    ${CMAKE_CURRENT_LIST_DIR}/cloud/cloud_merge.cpp
    ${CMAKE_CURRENT_LIST_DIR}/cloud/cloud_schedule.cpp
    ${CMAKE_CURRENT_LIST_DIR}/cloud/cloud_state.cpp
    ${CMAKE_CURRENT_LIST_DIR}/cloud/cloud_watcher.cpp
  LINK xenha_base xenha_model xenha_cloudstack xenha_exporter_config xenha_exporter_kept
  PRIVATE_LINK nlohmann_json::nlohmann_json)
