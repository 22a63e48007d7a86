# What came in, what was decided, what was done. The schema is compiled in.
set(journal_schema ${CMAKE_CURRENT_LIST_DIR}/journal/schema.sql)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${journal_schema})
file(READ ${journal_schema} XENHA_JOURNAL_SCHEMA)
configure_file(${CMAKE_CURRENT_LIST_DIR}/journal/schema_sql.h.in
  ${CMAKE_BINARY_DIR}/generated/hooks/journal/schema_sql.h @ONLY)
xenha_library(xenha_hooks_journal
  SOURCES
    ${CMAKE_CURRENT_LIST_DIR}/journal/entries.cpp
    ${CMAKE_CURRENT_LIST_DIR}/journal/journal_lock.cpp
    ${CMAKE_CURRENT_LIST_DIR}/journal/sqlite_acts.cpp
    ${CMAKE_CURRENT_LIST_DIR}/journal/sqlite_database.cpp
    ${CMAKE_CURRENT_LIST_DIR}/journal/sqlite_journal.cpp
    ${CMAKE_CURRENT_LIST_DIR}/journal/sqlite_orders.cpp
    ${CMAKE_CURRENT_LIST_DIR}/journal/sqlite_reads.cpp
    ${CMAKE_CURRENT_LIST_DIR}/journal/sqlite_receive.cpp
    ${CMAKE_CURRENT_LIST_DIR}/journal/sqlite_schema.cpp
    ${CMAKE_CURRENT_LIST_DIR}/journal/sqlite_store.cpp
    ${CMAKE_CURRENT_LIST_DIR}/journal/sqlite_upkeep.cpp
    ${CMAKE_CURRENT_LIST_DIR}/journal/text.cpp
  LINK xenha_base
  PRIVATE_LINK SQLite::SQLite3 nlohmann_json::nlohmann_json)
target_include_directories(xenha_hooks_journal PRIVATE ${CMAKE_BINARY_DIR}/generated)
