# kbve_bearssl: the constant-time AES, GHASH and GCM of BearSSL, and what checks ECDSA and RSA signatures.
set(bearssl_sources
  codec/ccopy.c
  codec/dec16be.c codec/dec16le.c codec/dec32be.c codec/dec32le.c codec/dec64be.c codec/dec64le.c
  codec/enc16be.c codec/enc16le.c codec/enc32be.c codec/enc32le.c codec/enc64be.c codec/enc64le.c
  symcipher/aes_common.c
  symcipher/aes_ct64.c
  symcipher/aes_ct64_ctr.c
  symcipher/aes_ct64_ctrcbc.c
  symcipher/aes_ct64_enc.c
  hash/ghash_ctmul64.c
  aead/gcm.c
  # Big integers of 31 bits to a word
  int/i31_add.c
  int/i31_bitlen.c
  int/i31_decmod.c
  int/i31_decode.c
  int/i31_encode.c
  int/i31_fmont.c
  int/i31_iszero.c
  int/i31_modpow.c
  int/i31_montmul.c
  int/i31_muladd.c
  int/i31_ninv31.c
  int/i31_rshift.c
  int/i31_sub.c
  int/i31_tmont.c
  int/i32_div32.c
  # ECDSA on the NIST curves
  ec/ec_prime_i31.c
  ec/ec_secp256r1.c
  ec/ec_secp384r1.c
  ec/ec_secp521r1.c
  ec/ecdsa_i31_bits.c
  ec/ecdsa_i31_vrfy_raw.c)
list(TRANSFORM bearssl_sources PREPEND ${bearssl_SOURCE_DIR}/src/)

add_library(kbve_bearssl STATIC ${bearssl_sources})
target_include_directories(kbve_bearssl SYSTEM PUBLIC $<BUILD_INTERFACE:${bearssl_SOURCE_DIR}/inc>)
target_include_directories(kbve_bearssl PRIVATE ${bearssl_SOURCE_DIR}/src)
# BR_LE_UNALIGNED=0: the library's own unaligned loads are undefined behaviour that UBSan reports;
# compilers merge its byte loads just as well.
target_compile_definitions(kbve_bearssl PRIVATE BR_LE_UNALIGNED=0 BR_RDRAND=0)
target_compile_options(kbve_bearssl PRIVATE -O3 -w)
if(EMSCRIPTEN)
  # For size all of the signatures but the multiplication, which is where their time goes.
  set(bearssl_small ${bearssl_sources})
  list(FILTER bearssl_small INCLUDE REGEX "/(int|ec)/")
  list(FILTER bearssl_small EXCLUDE REGEX "i31_montmul")
  set_property(SOURCE ${bearssl_small} APPEND PROPERTY COMPILE_OPTIONS -Oz)
endif()
