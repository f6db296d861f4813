# Third-party sources, pinned by hash. Each can be replaced by a local folder with
# -DFETCHCONTENT_SOURCE_DIR_LIBSODIUM=…, …_BEARSSL, …_NLOHMANN_JSON or …_GOOGLETEST.
include(FetchContent)

# SOURCE_SUBDIR names a folder that does not exist: the sources are fetched, their own build is not
# used. cmake/sodium.cmake and cmake/bearssl.cmake compile just the files we need.
FetchContent_Declare(libsodium
  URL https://github.com/jedisct1/libsodium/archive/refs/tags/1.0.22-RELEASE.tar.gz
  URL_HASH SHA256=5838bb0c3da6148c24ebe531d1ed1297de9a87aea77d426bcd99f289e681631c
  DOWNLOAD_EXTRACT_TIMESTAMP OFF
  SOURCE_SUBDIR none)
FetchContent_Declare(bearssl
  URL https://bearssl.org/bearssl-0.6.tar.gz
  URL_HASH SHA256=6705bba1714961b41a728dfc5debbe348d2966c117649392f8c8139efc83ff14
  DOWNLOAD_EXTRACT_TIMESTAMP OFF
  SOURCE_SUBDIR none)
FetchContent_Declare(nlohmann_json
  URL https://github.com/nlohmann/json/archive/refs/tags/v3.11.3.tar.gz
  URL_HASH SHA256=0d8ef5af7f9794e3263480193c491549b2ba6cc74bb018906202ada498a79406
  DOWNLOAD_EXTRACT_TIMESTAMP OFF
  SOURCE_SUBDIR none)
FetchContent_MakeAvailable(libsodium bearssl nlohmann_json)

# The core has a reader of its own (src/detail/json.hpp says why); tests and fuzzers compare it with this one.
add_library(kbve_json INTERFACE)
target_include_directories(kbve_json SYSTEM INTERFACE ${nlohmann_json_SOURCE_DIR}/single_include)
target_compile_definitions(kbve_json INTERFACE JSON_USE_IMPLICIT_CONVERSIONS=0 JSON_NOEXCEPTION)

if(KBVE_TESTS)
  FetchContent_Declare(googletest
    URL https://github.com/google/googletest/archive/refs/tags/v1.18.0.tar.gz
    URL_HASH SHA256=b9cf3c3d06dbae3eeca671e2a3ea33f3749e23eaa1389cd92c9d0a575e146128
    DOWNLOAD_EXTRACT_TIMESTAMP OFF)
  set(INSTALL_GTEST OFF)
  set(BUILD_GMOCK OFF)
  if(EMSCRIPTEN)
    set(gtest_disable_pthreads ON)
  endif()
  FetchContent_MakeAvailable(googletest)
endif()
