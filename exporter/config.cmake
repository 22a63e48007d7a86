# What the exporter is told: its config file and its command line.
xenha_library(xenha_exporter_config
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/exporter_config.cpp ${CMAKE_CURRENT_LIST_DIR}/flags.cpp
  LINK xenha_base xenha_config xenha_web)
