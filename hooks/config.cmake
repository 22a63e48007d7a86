# What the daemon is told: its config file.
xenha_library(xenha_hooks_config
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/hooks_config.cpp
  LINK xenha_base xenha_config xenha_web xenha_hooks_alert)
