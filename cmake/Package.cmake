# The Debian packages. `cpack -G DEB` in the build directory makes them; included from the top, after all targets.
# Set SOURCE_DATE_EPOCH for the same bytes each time.
#
#   xenha-common     the configuration file, the group of its secrets, two private libraries
#   xenha-exporter   only reads; what Prometheus and Grafana need
#   xenha-hooks      can switch pool HA on
#   xenhactl         what a person types; can do the most, and nothing by itself
#
# One package for all would be simpler to name, but then whoever wants to watch gets a program that can write to a pool. Nor may
# the hooks bring the exporter along: a standby daemon often runs on a machine of its own. A file belongs to one package only, so
# what both need is a third. A further program is one xenha_package() and what it installs under that name.

set(shared ${CMAKE_SOURCE_DIR}/lib/deploy)
set(made ${CMAKE_CURRENT_BINARY_DIR}/package)
# cpack packs what is built, and builds nothing: whoever wants a package need not build the tests.
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON)

# gzip -n leaves out the time, so that the package is reproducible.
function(xenha_install_gzipped component file name destination)
  find_program(GZIP gzip REQUIRED)
  set(packed ${made}/${component}/${name}.gz)
  add_custom_command(OUTPUT ${packed}
    COMMAND ${CMAKE_COMMAND} -E make_directory ${made}/${component}
    COMMAND ${GZIP} -9nc ${file} > ${packed}
    DEPENDS ${file} VERBATIM)
  add_custom_target(package_${component}_${name} ALL DEPENDS ${packed})
  add_dependencies(packages package_${component}_${name})
  install(FILES ${packed} DESTINATION ${destination} COMPONENT ${component})
endfunction()

# xenha_package(COMPONENT NAME name SUMMARY text DESCRIPTION text DEPENDS text CONTROL files...): a package. Files get into it by
# install(... COMPONENT that). Line breaks of the description count.
macro(xenha_package component)
  cmake_parse_arguments(ARG "" "NAME;SUMMARY;DESCRIPTION;DEPENDS" "CONTROL" ${ARGN})
  string(TOUPPER ${component} upper)
  set(CPACK_DEBIAN_${upper}_PACKAGE_NAME ${ARG_NAME})
  set(CPACK_DEBIAN_${upper}_DESCRIPTION "${ARG_SUMMARY}\n${ARG_DESCRIPTION}")
  set(CPACK_DEBIAN_${upper}_PACKAGE_DEPENDS "${ARG_DEPENDS}")
  set(CPACK_DEBIAN_${upper}_PACKAGE_CONTROL_EXTRA ${ARG_CONTROL})
  list(APPEND CPACK_COMPONENTS_ALL ${component})
  xenha_install_gzipped(${component} ${shared}/debian/changelog changelog ${CMAKE_INSTALL_DATADIR}/doc/${ARG_NAME})
  install(FILES ${shared}/debian/copyright DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${ARG_NAME} COMPONENT ${component})
endmacro()

# xenha_install_program(COMPONENT PROGRAM MANUAL COMPLETION): a program, what man and bash show of it.
function(xenha_install_program component program manual completion)
  install(TARGETS ${program} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT ${component})
  add_dependencies(packages ${program})
  cmake_path(GET manual FILENAME page)
  cmake_path(GET manual EXTENSION LAST_ONLY section)
  string(REPLACE "." "man" directory ${section})
  xenha_install_gzipped(${component} ${manual} ${page} ${CMAKE_INSTALL_MANDIR}/${directory})
  install(FILES ${completion} DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME ${program}
          COMPONENT ${component})
endfunction()

# xenha_daemon_package(COMPONENT ... UNIT text GECOS text FIRST_STEP text): a program xenha-COMPONENT with manual, completion and
# a service of its own user. UNIT is the unit's description; FIRST_STEP what to do before the first start.
macro(xenha_daemon_package component)
  cmake_parse_arguments(DAEMON "" "SUMMARY;DESCRIPTION;UNIT;GECOS;FIRST_STEP" "" ${ARGN})
  set(program xenha-${component})
  set(description "${DAEMON_UNIT}")
  set(gecos "${DAEMON_GECOS}")
  set(first_step "${DAEMON_FIRST_STEP}")
  configure_file(${shared}/daemon.service.in ${made}/${component}/${program}.service @ONLY)
  set(control)
  foreach(script conffiles postinst prerm postrm)
    configure_file(${shared}/debian/daemon.${script}.in ${made}/${component}/${script} @ONLY)
    list(APPEND control ${made}/${component}/${script})
  endforeach()
  xenha_package(${component}
    NAME ${program}
    SUMMARY "${DAEMON_SUMMARY}"
    DESCRIPTION "${DAEMON_DESCRIPTION}"
    DEPENDS "xenha-common (= ${PROJECT_VERSION}), adduser, init-system-helpers (>= 1.54)"
    CONTROL ${control})
  # Installed, the program finds the libraries that cure civetweb's TLS beside the system's (lib/web/CMakeLists.txt).
  set_target_properties(${program} PROPERTIES INSTALL_RPATH "${XENHA_PRIVATE_RPATH}")
  set(deploy ${CMAKE_SOURCE_DIR}/${component}/deploy)
  xenha_install_program(${component} ${program} ${deploy}/${program}.8 ${shared}/xenha.bash)
  # Units live in lib/systemd/system whatever the libraries' directory is.
  install(FILES ${made}/${component}/${program}.service DESTINATION lib/systemd/system COMPONENT ${component})
  install(FILES ${deploy}/${program}.default DESTINATION /etc/default RENAME ${program} COMPONENT ${component})
endmacro()

# What cpack needs, and nothing more: cmake --build ... --target packages
add_custom_target(packages)
add_dependencies(packages xenha_tls_shim_ssl xenha_tls_shim_crypto)

set(CPACK_COMPONENTS_ALL)
configure_file(${shared}/debian/common.conffiles ${made}/common/conffiles COPYONLY)
configure_file(${shared}/debian/common.postinst ${made}/common/postinst COPYONLY)
configure_file(${shared}/debian/common.postrm ${made}/common/postrm COPYONLY)
xenha_package(common
  NAME xenha-common
  SUMMARY "configuration and libraries that the xenha programs share"
  DESCRIPTION
"One file describes the pools of XenServer or XCP-ng and the CloudStacks above
them to all xenha programs. This package brings it, the group of those who
read its secrets, and two libraries that the programs' web servers need."
  DEPENDS "adduser"
  CONTROL ${made}/common/conffiles ${made}/common/postinst ${made}/common/postrm)
# The configuration file was in xenha-exporter.
set(CPACK_DEBIAN_COMMON_PACKAGE_REPLACES "xenha-exporter (<< 0.2.0)")
set(CPACK_DEBIAN_COMMON_PACKAGE_BREAKS "xenha-exporter (<< 0.2.0)")
install(FILES ${shared}/xenha.yml DESTINATION /etc/xenha COMPONENT common)
install(FILES ${shared}/example.pw DESTINATION /etc/xenha PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ COMPONENT common)
install(FILES ${shared}/debian/common.lintian-overrides DESTINATION ${CMAKE_INSTALL_DATADIR}/lintian/overrides
        RENAME xenha-common COMPONENT common)

xenha_daemon_package(exporter
  SUMMARY "Prometheus exporter for XenServer and XCP-ng high availability"
  DESCRIPTION
"Watches the high availability of XenServer and XCP-ng pools and serves it
to Prometheus: whether it is on, who is master and whether all hosts agree,
how near each host is to being fenced, and how long every failover took.
It only reads: the program does not contain the calls that change a pool."
  UNIT "Prometheus exporter for XenServer and XCP-ng high availability"
  GECOS "xenha exporter"
  FIRST_STEP "describe your pools in /etc/xenha/xenha.yml")
set(CPACK_DEBIAN_EXPORTER_PACKAGE_RECOMMENDS ca-certificates)
# The alerts name commands of xenhactl; who wants only to watch does without.
set(CPACK_DEBIAN_EXPORTER_PACKAGE_SUGGESTS "xenhactl, xenha-hooks, prometheus, prometheus-alertmanager")

# What other programs take: Prometheus the rules (share/xenha/rules/install puts them there), Grafana the dashboards.
file(GLOB rule_files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/rules/*.rules.yml)
install(FILES ${rule_files} ${CMAKE_SOURCE_DIR}/rules/alertmanager.example.yml ${CMAKE_SOURCE_DIR}/rules/RUNBOOK.md
        DESTINATION ${CMAKE_INSTALL_DATADIR}/xenha/rules COMPONENT exporter)
install(PROGRAMS ${CMAKE_SOURCE_DIR}/rules/install DESTINATION ${CMAKE_INSTALL_DATADIR}/xenha/rules COMPONENT exporter)
file(GLOB dashboard_files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/dashboards/*.json)
install(FILES ${dashboard_files} ${CMAKE_SOURCE_DIR}/dashboards/README.md
        DESTINATION ${CMAKE_INSTALL_DATADIR}/xenha/dashboards COMPONENT exporter)
install(DIRECTORY ${CMAKE_SOURCE_DIR}/dashboards/provisioning DESTINATION ${CMAKE_INSTALL_DATADIR}/xenha/dashboards
        COMPONENT exporter)

xenha_daemon_package(hooks
  SUMMARY "guarded re-enabling of XenServer and XCP-ng high availability"
  DESCRIPTION
"A pool can lose its high availability silently after a network or storage
incident, or because the last step of a recovery was forgotten. This daemon
takes Alertmanager's webhook, reads the pool, each host and CloudStack twice,
and switches high availability on again when everything is known and good.
Every decision is journaled with its reason. As installed it does nothing:
it acts when its configuration says so, and that is the only change it can
make to a pool."
  UNIT "Guarded re-enabling of high availability on XenServer and XCP-ng pools"
  GECOS "xenha hooks"
  FIRST_STEP "describe your pools and what to do with an alert in /etc/xenha/xenha.yml")
set(CPACK_DEBIAN_HOOKS_PACKAGE_RECOMMENDS ca-certificates)
set(CPACK_DEBIAN_HOOKS_PACKAGE_SUGGESTS "xenhactl, xenha-exporter, prometheus-alertmanager")
# What operators look up at 3 a.m.: each reason, what it means, what to do.
install(FILES ${CMAKE_SOURCE_DIR}/hooks/DECISIONS.md DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/xenha-hooks COMPONENT hooks)

# No daemon and no user: it is a person who runs it, and what it may read is what that person may.
xenha_package(ctl
  NAME xenhactl
  SUMMARY "high availability of XenServer and XCP-ng pools, at the keyboard"
  DESCRIPTION
"What is wrong with a pool right now and what to type, whether its next
failure would end well, and the procedures whose last step people forget:
restarting, shutting down and recovering a host with CloudStack above it,
and switching pool HA off and on again. It asks the hosts themselves, also
while the master is dead. What changes something shows its plan first,
checks each step, and goes on after an interruption."
  DEPENDS "xenha-common (= ${PROJECT_VERSION})")
set(CPACK_DEBIAN_CTL_PACKAGE_RECOMMENDS "bash-completion, ca-certificates")
set(CPACK_DEBIAN_CTL_PACKAGE_SUGGESTS "xenha-exporter, xenha-hooks")
xenha_install_program(ctl xenhactl ${CMAKE_SOURCE_DIR}/hooks/ctl/deploy/xenhactl.1
                      ${CMAKE_SOURCE_DIR}/hooks/ctl/deploy/xenhactl.bash)
# The schema of --output json, and each reason that keeps HA off.
install(FILES ${CMAKE_SOURCE_DIR}/hooks/ctl/OUTPUT.md ${CMAKE_SOURCE_DIR}/hooks/DECISIONS.md
        DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/xenhactl COMPONENT ctl)

set(CPACK_GENERATOR DEB)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_PACKAGE_NAME xenha)
set(CPACK_PACKAGE_VENDOR xenha)
set(CPACK_PACKAGE_CONTACT "xenha maintainers <xenha@xenha.invalid>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
# A build with debug information gives second packages, -dbgsym, for reading core dumps.
if(CMAKE_BUILD_TYPE MATCHES "^(Debug|RelWithDebInfo)$")
  set(CPACK_STRIP_FILES OFF)
  set(CPACK_DEBIAN_DEBUGINFO_PACKAGE ON)
else()
  set(CPACK_STRIP_FILES ON)
endif()
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SOURCE xenha)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# The programs' own libraries are found there while their dependencies are computed.
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${CMAKE_BINARY_DIR}/lib/xenha)
# Those libraries have OpenSSL's names. Whether a daemon then depends on OpenSSL itself, or by way of xenha-common only, is decided
# by the order of a hash in dpkg-shlibdeps: it must be the same order each time.
file(WRITE ${made}/cpack.cmake "set(ENV{PERL_HASH_SEED} 0)\nset(ENV{PERL_PERTURB_KEYS} 0)\n")
set(CPACK_PROJECT_CONFIG_FILE ${made}/cpack.cmake)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
include(CPack)
