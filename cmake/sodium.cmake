# kbve_sodium: the part of libsodium this project uses. Its configure script (90 s under Emscripten)
# is not run: the definitions below are what it would have found.

set(sodium_src ${libsodium_SOURCE_DIR}/src/libsodium)
set(sodium_include ${CMAKE_CURRENT_BINARY_DIR}/sodium)

# version.h is made by configure as well; these numbers belong to the pinned 1.0.22.
set(VERSION 1.0.22)
set(SODIUM_LIBRARY_VERSION_MAJOR 26)
set(SODIUM_LIBRARY_VERSION_MINOR 4)
set(SODIUM_LIBRARY_MINIMAL_DEF "")
file(READ ${sodium_src}/include/sodium/version.h.in version_header)
# It lies in another folder than its neighbours here.
string(REPLACE "\"export.h\"" "\"sodium/export.h\"" version_header "${version_header}")
file(CONFIGURE OUTPUT ${sodium_include}/sodium/version.h CONTENT "${version_header}" @ONLY)

set(sodium_sources
  sodium/core.c
  sodium/runtime.c
  sodium/utils.c
  sodium/codecs.c
  randombytes/randombytes.c
  crypto_verify/verify.c
  # SHA-256, SHA-512, HMAC, HKDF
  crypto_hash/sha256/hash_sha256.c
  crypto_hash/sha256/cp/hash_sha256_cp.c
  crypto_hash/sha512/hash_sha512.c
  crypto_hash/sha512/cp/hash_sha512_cp.c
  crypto_auth/hmacsha256/auth_hmacsha256.c
  crypto_auth/hmacsha512/auth_hmacsha512.c
  crypto_kdf/hkdf/kdf_hkdf_sha256.c
  # BLAKE2b, which Argon2 is built on
  crypto_generichash/blake2b/ref/blake2b-compress-ref.c
  crypto_generichash/blake2b/ref/blake2b-ref.c
  crypto_generichash/blake2b/ref/generichash_blake2b.c
  # Argon2id
  crypto_pwhash/argon2/argon2-core.c
  crypto_pwhash/argon2/argon2-encoding.c
  crypto_pwhash/argon2/argon2.c
  crypto_pwhash/argon2/blake2b-long.c
  crypto_pwhash/argon2/pwhash_argon2i.c
  crypto_pwhash/argon2/pwhash_argon2id.c
  # Ed25519
  crypto_core/ed25519/ref10/ed25519_ref10.c
  crypto_sign/ed25519/ref10/open.c
  crypto_sign/ed25519/ref10/sign.c)
set(sodium_own_sources absent_primitives.c)
set(sodium_definitions
  CONFIGURED=1 _GNU_SOURCE=1 NATIVE_LITTLE_ENDIAN=1 SODIUM_STATIC=1 TLS=_Thread_local
  HAVE_WEAK_SYMBOLS=1 HAVE_ATOMIC_OPS=1 HAVE_C11_MEMORY_FENCES=1 HAVE_GCC_MEMORY_FENCES=1
  HAVE_EXPLICIT_BZERO=1 HAVE_POSIX_MEMALIGN=1 HAVE_STDINT_H=1 HAVE_INTTYPES_H=1)

if(EMSCRIPTEN)
  # Chosen at compile time by -msimd128. It includes libsodium's own, which computes something else.
  list(APPEND sodium_own_sources argon2_fill_block_wasm32.c)
  # libsodium's portable one is only the choice before sodium_init(): 17 kB that would never run.
  set_source_files_properties(${sodium_src}/crypto_pwhash/argon2/argon2-core.c PROPERTIES
    COMPILE_DEFINITIONS argon2_fill_segment_ref=argon2_fill_segment_wasm32)
  # Without its own random source for this platform, which is JavaScript in the glue that modules cannot
  # use. src/crypto/random.cpp installs one; before that a draw traps.
  set_source_files_properties(${sodium_src}/randombytes/randombytes.c PROPERTIES
    COMPILE_OPTIONS -U__EMSCRIPTEN__
    COMPILE_DEFINITIONS "RANDOMBYTES_CUSTOM_IMPLEMENTATION=1;RANDOMBYTES_DEFAULT_IMPLEMENTATION=NULL")
else()
  list(APPEND sodium_sources
    crypto_pwhash/argon2/argon2-fill-block-ref.c
    randombytes/sysrandom/randombytes_sysrandom.c)
  list(APPEND sodium_definitions
    HAVE_TI_MODE=1 HAVE_GETENTROPY=1 HAVE_SYS_RANDOM_H=1 HAVE_GETRANDOM=1
    HAVE_MMAP=1 HAVE_MLOCK=1 HAVE_MADVISE=1 HAVE_MPROTECT=1 HAVE_SYS_MMAN_H=1 HAVE_SYS_PARAM_H=1
    HAVE_PTHREAD=1 HAVE_RAISE=1 HAVE_SYSCONF=1 HAVE_GETPID=1 HAVE_NANOSLEEP=1
    HAVE_CLOCK_GETTIME=1 HAVE_INLINE_ASM=1 HAVE_SYS_AUXV_H=1)
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|amd64)$")
    list(APPEND sodium_sources
      crypto_generichash/blake2b/ref/blake2b-compress-avx2.c
      crypto_generichash/blake2b/ref/blake2b-compress-sse41.c
      crypto_generichash/blake2b/ref/blake2b-compress-ssse3.c
      crypto_pwhash/argon2/argon2-fill-block-avx2.c
      crypto_pwhash/argon2/argon2-fill-block-ssse3.c)
    list(APPEND sodium_definitions
      HAVE_CPUID=1 HAVE_MMINTRIN_H=1 HAVE_EMMINTRIN_H=1 HAVE_PMMINTRIN_H=1 HAVE_TMMINTRIN_H=1
      HAVE_SMMINTRIN_H=1 HAVE_AVXINTRIN_H=1 HAVE_AVX2INTRIN_H=1)
  elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm64)$")
    list(APPEND sodium_sources crypto_pwhash/argon2/argon2-fill-block-neon.c)
  endif()
endif()
list(TRANSFORM sodium_sources PREPEND ${sodium_src}/)
list(TRANSFORM sodium_own_sources PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/cmake/sodium/)

add_library(kbve_sodium STATIC ${sodium_sources} ${sodium_own_sources})
target_include_directories(kbve_sodium SYSTEM PUBLIC
  $<BUILD_INTERFACE:${sodium_src}/include> $<BUILD_INTERFACE:${sodium_include}>)
target_include_directories(kbve_sodium PRIVATE
  ${sodium_src}/include/sodium ${sodium_include}/sodium ${sodium_src}/crypto_pwhash/argon2)
target_compile_definitions(kbve_sodium PUBLIC SODIUM_STATIC=1 PRIVATE ${sodium_definitions})
target_compile_options(kbve_sodium PRIVATE -O3 -w)
if(NOT EMSCRIPTEN)
  # Only what is installed meets another libsodium; a WASM module is linked whole, and exports none of these names.
  target_compile_options(kbve_sodium PUBLIC
    $<BUILD_INTERFACE:-include${CMAKE_CURRENT_SOURCE_DIR}/cmake/sodium/names.h>)
endif()
if(EMSCRIPTEN)
  # For size: Ed25519 spends its time in two functions whose code is a straight line anyway.
  set(sodium_small
    crypto_core/ed25519/ref10/ed25519_ref10.c
    crypto_sign/ed25519/ref10/open.c)
  list(TRANSFORM sodium_small PREPEND ${sodium_src}/)
  set_property(SOURCE ${sodium_small} APPEND PROPERTY COMPILE_OPTIONS -Oz)
endif()
if(NOT EMSCRIPTEN)
  find_package(Threads REQUIRED)
  target_link_libraries(kbve_sodium PUBLIC Threads::Threads)
endif()
