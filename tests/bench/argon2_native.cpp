// One Argon2id derivation by native libsodium for every line on standard input; answers with its milliseconds
// and the derived key in hexadecimal, so that the benchmark can take turns with the WASM build and see that
// all sides did the same work.
//
// Line: <secret> <salt: 32 hexadecimal digits> <memory in KiB> <passes>

#include <sodium.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <iostream>
#include <sstream>
#include <string>

int main() {
  if (sodium_init() < 0) {
    std::fputs("libsodium found no source of randomness.\n", stderr);
    return 1;
  }
  std::string line;
  while (std::getline(std::cin, line)) {
    std::istringstream words(line);
    std::string secret;
    std::string salt_text;
    std::size_t memory_kib = 0;
    unsigned long long passes = 0;
    words >> secret >> salt_text >> memory_kib >> passes;

    std::array<unsigned char, crypto_pwhash_argon2id_SALTBYTES> salt{};
    std::size_t salt_size = 0;
    sodium_hex2bin(salt.data(), salt.size(), salt_text.data(), salt_text.size(), nullptr, &salt_size, nullptr);
    if (!words || salt_size != salt.size()) {
      std::fputs("Expected on each line: secret, salt (32 hexadecimal digits), KiB of memory, passes.\n", stderr);
      return 1;
    }

    std::array<unsigned char, 32> key{};
    const auto begin = std::chrono::steady_clock::now();
    const int failed = crypto_pwhash_argon2id(key.data(), key.size(), secret.data(), secret.size(), salt.data(),
                                              passes, memory_kib * 1024, crypto_pwhash_argon2id_ALG_ARGON2ID13);
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
    if (failed != 0) {
      std::fputs("Argon2id failed: not enough memory, or numbers outside its limits.\n", stderr);
      return 1;
    }

    std::array<char, 65> hex{};
    sodium_bin2hex(hex.data(), hex.size(), key.data(), key.size());
    std::printf("%.3f %s\n", took.count(), hex.data());
    std::fflush(stdout);
  }
  return 0;
}
