# Flags that everything in the build has to agree on, third-party sources included.

add_compile_options(-ffunction-sections -fdata-sections)

if(KBVE_SANITIZE)
  # vptr needs RTTI, which our own code is built without.
  set(sanitizers -fsanitize=address,undefined -fno-sanitize=vptr -fno-sanitize-recover=all)
  add_compile_options(${sanitizers} -fno-omit-frame-pointer)
  add_link_options(${sanitizers})
endif()
if(KBVE_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

if(EMSCRIPTEN)
  # At link as well: LTO without it pulls in exception support that nobody calls.
  add_compile_options(-fno-exceptions -msimd128)
  add_link_options(-fno-exceptions)
  if(CMAKE_BUILD_TYPE STREQUAL "Release")
    add_compile_options(-flto)
    add_link_options(-flto)
  endif()
  if(KBVE_CHECKED_WASM)
    add_link_options(-sASSERTIONS=2 -sSAFE_HEAP=1 -sSTACK_OVERFLOW_CHECK=2)
  endif()
else()
  add_link_options(-Wl,--gc-sections)
endif()
