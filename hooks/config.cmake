# hooks.guards as the decision's policy.
xenha_library(xenha_hooks_guards
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/guards_config.cpp
  LINK xenha_config xenha_hooks_decision)
# What the daemon is told: its config file.
xenha_library(xenha_hooks_config
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/hooks_config.cpp
  LINK xenha_base xenha_config xenha_web xenha_hooks_alert xenha_hooks_guards)
