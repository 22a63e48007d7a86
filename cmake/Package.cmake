# The Debian package of what exists: xenha-exporter. `cpack -G DEB` in the build directory makes it.
# Included from the top, after all targets. Set SOURCE_DATE_EPOCH for the same bytes each time.

set(deploy ${CMAKE_CURRENT_LIST_DIR}/../exporter/deploy)

# Installed, the program finds the libraries that cure civetweb's TLS beside the system's (lib/web/CMakeLists.txt).
set_target_properties(xenha-exporter PROPERTIES INSTALL_RPATH "${XENHA_PRIVATE_RPATH}")

# gzip -n leaves out the time, so that the package is reproducible.
function(xenha_install_gzipped file name destination)
  find_program(GZIP gzip REQUIRED)
  set(packed ${CMAKE_CURRENT_BINARY_DIR}/package/${name}.gz)
  add_custom_command(OUTPUT ${packed}
    COMMAND ${CMAKE_COMMAND} -E make_directory ${CMAKE_CURRENT_BINARY_DIR}/package
    COMMAND ${GZIP} -9nc ${file} > ${packed}
    DEPENDS ${file} VERBATIM)
  add_custom_target(package_${name} ALL DEPENDS ${packed})
  install(FILES ${packed} DESTINATION ${destination})
endfunction()

xenha_install_gzipped(${deploy}/xenha-exporter.8 xenha-exporter.8 ${CMAKE_INSTALL_MANDIR}/man8)
xenha_install_gzipped(${deploy}/debian/changelog changelog ${CMAKE_INSTALL_DATADIR}/doc/xenha-exporter)
install(FILES ${deploy}/debian/copyright DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/xenha-exporter)
install(FILES ${deploy}/debian/lintian-overrides DESTINATION ${CMAKE_INSTALL_DATADIR}/lintian/overrides
        RENAME xenha-exporter)
install(FILES ${deploy}/xenha-exporter.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions
        RENAME xenha-exporter)
# Units live in lib/systemd/system whatever the libraries' directory is.
install(FILES ${deploy}/xenha-exporter.service DESTINATION lib/systemd/system)
install(FILES ${deploy}/xenha-exporter.default DESTINATION /etc/default RENAME xenha-exporter)
install(FILES ${deploy}/xenha.yml DESTINATION /etc/xenha)
install(FILES ${deploy}/example.pw DESTINATION /etc/xenha PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ)

# What other programs take: Prometheus the rules (share/xenha/rules/install puts them there), Grafana the dashboards.
file(GLOB rule_files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/rules/*.rules.yml)
install(FILES ${rule_files} ${CMAKE_SOURCE_DIR}/rules/alertmanager.example.yml ${CMAKE_SOURCE_DIR}/rules/RUNBOOK.md
        DESTINATION ${CMAKE_INSTALL_DATADIR}/xenha/rules)
install(PROGRAMS ${CMAKE_SOURCE_DIR}/rules/install DESTINATION ${CMAKE_INSTALL_DATADIR}/xenha/rules)
file(GLOB dashboard_files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/dashboards/*.json)
install(FILES ${dashboard_files} ${CMAKE_SOURCE_DIR}/dashboards/README.md DESTINATION ${CMAKE_INSTALL_DATADIR}/xenha/dashboards)
install(DIRECTORY ${CMAKE_SOURCE_DIR}/dashboards/provisioning DESTINATION ${CMAKE_INSTALL_DATADIR}/xenha/dashboards)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME xenha-exporter)
set(CPACK_PACKAGE_VENDOR xenha)
set(CPACK_PACKAGE_CONTACT "xenha maintainers <xenha@xenha.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Prometheus exporter for XenServer and XCP-ng high availability")
set(CPACK_PACKAGE_DESCRIPTION
"Watches the high availability of XenServer and XCP-ng pools and serves it
to Prometheus: whether it is on, who is master and whether all hosts agree,
how near each host is to being fenced, and how long every failover took.
It only reads; the program does not contain the calls that change a pool.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
# A build with debug information gives a second package, -dbgsym, for reading core dumps.
if(CMAKE_BUILD_TYPE MATCHES "^(Debug|RelWithDebInfo)$")
  set(CPACK_STRIP_FILES OFF)
  set(CPACK_DEBIAN_DEBUGINFO_PACKAGE ON)
else()
  set(CPACK_STRIP_FILES ON)
endif()
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "adduser, init-system-helpers (>= 1.54)")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS ca-certificates)
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "prometheus, prometheus-alertmanager")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
    ${deploy}/debian/conffiles ${deploy}/debian/postinst ${deploy}/debian/prerm ${deploy}/debian/postrm)
include(CPack)
