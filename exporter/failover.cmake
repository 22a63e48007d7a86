# What was seen -> how long a failover took.
xenha_library(xenha_exporter_failover
  SOURCES
    ${CMAKE_CURRENT_LIST_DIR}/failover/closing.cpp
    ${CMAKE_CURRENT_LIST_DIR}/failover/follow_cloudstack.cpp
    ${CMAKE_CURRENT_LIST_DIR}/failover/follow_xenserver.cpp
    ${CMAKE_CURRENT_LIST_DIR}/failover/history.cpp
    ${CMAKE_CURRENT_LIST_DIR}/failover/phases.cpp
    ${CMAKE_CURRENT_LIST_DIR}/failover/state_json.cpp
    ${CMAKE_CURRENT_LIST_DIR}/failover/stopwatch.cpp
    ${CMAKE_CURRENT_LIST_DIR}/failover/suspicion.cpp
    ${CMAKE_CURRENT_LIST_DIR}/failover/victims.cpp
    ${CMAKE_CURRENT_LIST_DIR}/failover/views.cpp
  LINK xenha_base xenha_exporter_kept
  PRIVATE_LINK nlohmann_json::nlohmann_json)
