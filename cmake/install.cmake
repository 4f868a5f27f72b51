# What `cmake --install` lays down:
#
#   bin/lean-worker                  the program
#   include/lean_worker/*.h
#   lib/liblean-worker.{a,so*}
#   lib/liblean-worker-child.a       what a worker program needs of it
#   lib/pkgconfig/lean-worker.pc
#   lib/pkgconfig/lean-worker-child.pc
#   lib/cmake/lean-worker/           find_package(lean-worker)
#   libexec/lean-worker-child        the launcher of every child
#   libexec/lean-worker-bench-child  the other side of `lean-worker bench`
#   share/lean-worker/               plugins, shim, toolchain installer
#
# Nothing of it holds a path that must be true: it may be staged by DESTDIR,
# installed with another --prefix, and moved as a whole.
include(CMakePackageConfigHelpers)

install(TARGETS lean-worker-cli RUNTIME)
install(TARGETS lean-worker-child lean-worker-bench-child
        DESTINATION ${CMAKE_INSTALL_LIBEXECDIR})
install(DIRECTORY include/lean_worker DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(DIRECTORY ${LW_SHARE}/ DESTINATION ${CMAKE_INSTALL_DATADIR}/lean-worker
        USE_SOURCE_PERMISSIONS)
install(FILES docs/man/lean-worker.1
        DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})

# ---- pkg-config ----

# pc_folder(OUT FOLDER): a folder of GNUInstallDirs for the .pc file, below
# ${prefix} unless it was given as an absolute path.
function(pc_folder out folder)
  if(IS_ABSOLUTE "${folder}")
    set(${out} "${folder}" PARENT_SCOPE)
  else()
    set(${out} "\${prefix}/${folder}" PARENT_SCOPE)
  endif()
endfunction()
pc_folder(LW_PC_INCLUDEDIR ${CMAKE_INSTALL_INCLUDEDIR})
pc_folder(LW_PC_LIBDIR ${CMAKE_INSTALL_LIBDIR})
pc_folder(LW_PC_LIBEXECDIR ${CMAKE_INSTALL_LIBEXECDIR})
# From the .pc file itself; an absolute libdir says nothing of the prefix.
if(IS_ABSOLUTE "${CMAKE_INSTALL_LIBDIR}")
  set(LW_PC_PREFIX ${CMAKE_INSTALL_PREFIX})
else()
  file(RELATIVE_PATH up
       /p/${CMAKE_INSTALL_LIBDIR}/pkgconfig /p)
  string(REGEX REPLACE "/$" "" up "${up}")
  set(LW_PC_PREFIX "\${pcfiledir}/${up}")
endif()
# What a static program needs besides: threads, what toml++ needs, and
# dladdr before glibc 2.34.
set(LW_PC_LIBS_PRIVATE "-pthread -lstdc++")
if(CMAKE_DL_LIBS)
  string(APPEND LW_PC_LIBS_PRIVATE " -l${CMAKE_DL_LIBS}")
endif()
foreach(name lean-worker lean-worker-child)
  configure_file(cmake/${name}.pc.in ${name}.pc @ONLY)
  install(FILES ${CMAKE_BINARY_DIR}/${name}.pc
          DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endforeach()

# ---- find_package ----

# A set of targets each: a program that links the shared library needs none of
# what the static one needs.
set(package ${CMAKE_INSTALL_LIBDIR}/cmake/lean-worker)
foreach(kind shared static for-children)
  install(TARGETS lean-worker-${kind} EXPORT lean-worker-${kind})
  install(EXPORT lean-worker-${kind} NAMESPACE lean-worker::
          FILE lean-worker-${kind}.cmake DESTINATION ${package})
endforeach()
configure_package_config_file(
  cmake/lean-worker-config.cmake.in lean-worker-config.cmake
  INSTALL_DESTINATION ${package} NO_SET_AND_CHECK_MACRO)
# Before 1.0 the minor version says what fits, later the major one.
if(PROJECT_VERSION_MAJOR EQUAL 0)
  set(fits SameMinorVersion)
else()
  set(fits SameMajorVersion)
endif()
write_basic_package_version_file(lean-worker-config-version.cmake
                                 COMPATIBILITY ${fits})
install(FILES ${CMAKE_BINARY_DIR}/lean-worker-config.cmake
              ${CMAKE_BINARY_DIR}/lean-worker-config-version.cmake
        DESTINATION ${package})
