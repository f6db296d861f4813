#pragma once

/// BearSSL's big integers: a word with the length in bits, then 31 bits to a word. Its own header is C only,
/// so what is used of it is declared here.

#include <cstddef>
#include <cstdint>

extern "C" {
void br_i31_decode(std::uint32_t* out, const void* in, std::size_t size);
/// 1 when the number is below `modulus`.
std::uint32_t br_i31_decode_mod(std::uint32_t* out, const void* in, std::size_t size,
                                const std::uint32_t* modulus);
void br_i31_encode(void* out, std::size_t size, const std::uint32_t* in);
std::uint32_t br_i31_ninv31(std::uint32_t word);
void br_i31_to_monty(std::uint32_t* value, const std::uint32_t* modulus);
void br_i31_montymul(std::uint32_t* out, const std::uint32_t* a, const std::uint32_t* b,
                     const std::uint32_t* modulus, std::uint32_t m0i);
}
