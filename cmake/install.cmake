# `cmake --install`: the library, its headers and what find_package(kbve_locker) reads. The two libraries of others that it
# is made with go along, because a static library does not contain them; their headers do not.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set_target_properties(kbve_locker PROPERTIES EXPORT_NAME locker)
set_target_properties(kbve_sodium PROPERTIES EXPORT_NAME sodium)
set_target_properties(kbve_bearssl PROPERTIES EXPORT_NAME bearssl)
install(TARGETS kbve_locker kbve_sodium kbve_bearssl EXPORT kbve_locker
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
target_include_directories(kbve_locker PUBLIC $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
install(DIRECTORY include/kbve DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.hpp")

set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/kbve_locker)
install(EXPORT kbve_locker NAMESPACE kbve:: FILE kbve_lockerTargets.cmake DESTINATION ${package_folder})
configure_package_config_file(cmake/kbve_lockerConfig.cmake.in
  ${CMAKE_CURRENT_BINARY_DIR}/kbve_lockerConfig.cmake INSTALL_DESTINATION ${package_folder})
# Before 1.0 a minor version may change what a program is written against.
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/kbve_lockerConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES
  ${CMAKE_CURRENT_BINARY_DIR}/kbve_lockerConfig.cmake
  ${CMAKE_CURRENT_BINARY_DIR}/kbve_lockerConfigVersion.cmake
  DESTINATION ${package_folder})
