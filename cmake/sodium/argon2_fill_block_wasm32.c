/*
 * libsodium's SIMD128 Argon2 for WebAssembly, with its multiplication put right.
 *
 * In 1.0.22 it multiplies the two halves of the first 64-bit lane where Argon2 asks for the lower halves of
 * both lanes, so that every key it derives is another one than everybody else's. The vectors in
 * tests/core/argon2id_vectors_test.cpp show it; once a release passes them without this file, drop it and
 * compile theirs.
 */

#include <wasm_simd128.h>

static inline v128_t
product_of_lower_halves(v128_t x, v128_t y)
{
    return wasm_u64x2_extmul_low_u32x4(wasm_i32x4_shuffle(x, x, 0, 2, 0, 2),
                                       wasm_i32x4_shuffle(y, y, 0, 2, 0, 2));
}

#define wasm_u64x2_extmul_low_u32x4 product_of_lower_halves
#include "argon2-fill-block-wasm32.c"
