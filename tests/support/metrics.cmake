# Goldens, the strict reader of expositions, pools as values.
xenha_library(xenha_test_metrics
  SOURCES golden.cpp strict_exposition.cpp tool.cpp
  LINK xenha_metrics)
target_compile_definitions(xenha_test_metrics PRIVATE XENHA_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
xenha_library(xenha_test_pools SOURCES cloud_builder.cpp failover_builder.cpp pool_builder.cpp LINK xenha_base)
