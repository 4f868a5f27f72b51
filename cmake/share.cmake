# The data folder, laid out in the build tree as it is installed:
#
#   share/lean-worker/lean-worker-plugin.so     the plugin for native Lean
#   share/lean-worker/lean-worker-plugin.wasm   the same for the embedded one
#   share/lean-worker/start.lean                calls a compiled shim
#   share/lean-worker/shim.lean                 the shim, for native Lean
#   share/lean-worker/toolchain/                installer of the embedded Lean
set(LW_SHARE ${CMAKE_BINARY_DIR}/share/lean-worker)
set(LW_PLUGIN ${CMAKE_SOURCE_DIR}/src/child/plugin)

# Natively the interpreter calls the plugin (boxed.c, not start.c), or a shim
# that is a shared library of its own is called (compiled.c).
set(LW_PLUGIN_SOURCES ${LW_PLUGIN}/plugin.c ${LW_PLUGIN}/probe.c
    ${LW_PLUGIN}/channel.c
    ${CMAKE_SOURCE_DIR}/src/child/common/find_ring.c
    ${CMAKE_SOURCE_DIR}/src/child/common/inbox.c
    ${LW_PLUGIN}/stream.c ${LW_PLUGIN}/boxed.c ${LW_PLUGIN}/compiled.c)
file(GLOB LW_PROTO_SOURCES CONFIGURE_DEPENDS
     ${CMAKE_SOURCE_DIR}/src/proto/*.c)
file(GLOB LW_PLUGIN_HEADERS CONFIGURE_DEPENDS
     ${LW_PLUGIN}/*.h ${LW_PLUGIN}/lean/*.h ${CMAKE_SOURCE_DIR}/src/proto/*.h)

# Lean's runtime gives the plugin what it calls, so it links against nothing.
add_library(lw-plugin MODULE ${LW_PLUGIN_SOURCES} ${LW_PROTO_SOURCES})
set_target_properties(lw-plugin PROPERTIES
  PREFIX "" OUTPUT_NAME lean-worker-plugin
  LIBRARY_OUTPUT_DIRECTORY ${LW_SHARE})
target_include_directories(lw-plugin PRIVATE include src ${LW_PLUGIN})
target_compile_options(lw-plugin PRIVATE -fvisibility=hidden
                       -fno-sanitize=all)
# Lazy, so that probe.c can name a function that a runtime does not have.
target_link_options(lw-plugin PRIVATE -fno-sanitize=all -Wl,-z,lazy)

set(LW_SHARE_FILES)

file(GLOB LW_LEAN_SOURCES CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/lean/*.lean
     ${CMAKE_SOURCE_DIR}/lean/join ${CMAKE_SOURCE_DIR}/lean/library/*.lean)

# The embedded Lean itself compiles the shim into its plugin, so it must be
# there before (`make` installs it).
if(LW_EMBEDDED)
  execute_process(COMMAND ${CMAKE_SOURCE_DIR}/toolchain/install --where
                  OUTPUT_VARIABLE where OUTPUT_STRIP_TRAILING_WHITESPACE)
  set(LW_LEAN ${where}/bin/lean CACHE FILEPATH "bin/lean of the embedded Lean")
  if(NOT EXISTS ${LW_LEAN})
    message(FATAL_ERROR "there is no ${LW_LEAN}: run toolchain/install, or "
                        "configure with -DLW_EMBEDDED=OFF")
  endif()
  find_program(LW_CLANG NAMES clang clang-14 clang-15 clang-16 clang-19
               REQUIRED)
  find_program(LW_WASM_LD NAMES wasm-ld wasm-ld-14 wasm-ld-15 wasm-ld-16
               wasm-ld-19 REQUIRED)
  set(wasm ${LW_SHARE}/lean-worker-plugin.wasm)
  add_custom_command(
    OUTPUT ${wasm}
    COMMAND ${CMAKE_COMMAND} -E env CLANG=${LW_CLANG} WASM_LD=${LW_WASM_LD}
            ${LW_PLUGIN}/build-wasm.sh ${LW_LEAN} ${wasm}
    DEPENDS ${LW_PLUGIN_SOURCES} ${LW_PLUGIN}/start.c ${LW_PROTO_SOURCES} ${LW_PLUGIN_HEADERS}
            ${LW_LEAN_SOURCES} ${LW_PLUGIN}/build-wasm.sh
    COMMENT "Compiling the Lean shim into the plugin for the embedded Lean"
    VERBATIM)
  list(APPEND LW_SHARE_FILES ${wasm})
endif()

add_custom_command(
  OUTPUT ${LW_SHARE}/start.lean
  COMMAND ${CMAKE_COMMAND} -E copy ${CMAKE_SOURCE_DIR}/lean/Start.lean
          ${LW_SHARE}/start.lean
  DEPENDS ${CMAKE_SOURCE_DIR}/lean/Start.lean
  COMMENT "" VERBATIM)
list(APPEND LW_SHARE_FILES ${LW_SHARE}/start.lean)

set(shim ${LW_SHARE}/shim.lean)
add_custom_command(
  OUTPUT ${shim}
  COMMAND sh -c "'${CMAKE_SOURCE_DIR}/lean/join' > '${shim}'"
  DEPENDS ${LW_LEAN_SOURCES}
  COMMENT "Joining the Lean shim"
  VERBATIM)
list(APPEND LW_SHARE_FILES ${shim})

file(GLOB_RECURSE LW_TOOLCHAIN CONFIGURE_DEPENDS RELATIVE
     ${CMAKE_SOURCE_DIR}/toolchain ${CMAKE_SOURCE_DIR}/toolchain/*)
foreach(name ${LW_TOOLCHAIN})
  add_custom_command(
    OUTPUT ${LW_SHARE}/toolchain/${name}
    COMMAND ${CMAKE_COMMAND} -E copy ${CMAKE_SOURCE_DIR}/toolchain/${name}
            ${LW_SHARE}/toolchain/${name}
    DEPENDS ${CMAKE_SOURCE_DIR}/toolchain/${name}
    COMMENT "" VERBATIM)
  list(APPEND LW_SHARE_FILES ${LW_SHARE}/toolchain/${name})
endforeach()

add_custom_target(lw-share ALL DEPENDS ${LW_SHARE_FILES} lw-plugin)
