#include "crypto/bitsliced_aes.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>
#include <cstring>
#include <new>

#include "kbve/core/secret.hpp"

// BearSSL's internal header is C only, so what is used of it is declared here and the header is kept out.
#define INNER_H__  // NOLINT: its include guard
extern "C" {
unsigned br_aes_ct64_keysched(std::uint64_t* compact, const void* key, std::size_t size);
void br_aes_ct64_skey_expand(std::uint64_t* schedule, unsigned rounds, const std::uint64_t* compact);
void br_range_dec32le(std::uint32_t* out, std::size_t count, const void* in);
}

namespace kbve::crypto {

namespace {

static_assert(std::endian::native == std::endian::little, "blocks are loaded as they lie in memory");

/// Two 64-bit words worked on together, with the operators that BearSSL's sources use on one.
struct lanes {
  using vector = std::uint64_t __attribute__((vector_size(16)));

  vector words;

  lanes() noexcept = default;
  /// The same word in both lanes; implicit, because the sources mix constants with variables.
  lanes(std::uint64_t word) noexcept : words{word, word} {}  // NOLINT(*-explicit-*)
  explicit lanes(vector value) noexcept : words(value) {}
  explicit operator std::uint32_t() const noexcept { return static_cast<std::uint32_t>(words[0]); }

  friend lanes operator&(lanes a, lanes b) noexcept { return lanes(a.words & b.words); }
  friend lanes operator|(lanes a, lanes b) noexcept { return lanes(a.words | b.words); }
  friend lanes operator^(lanes a, lanes b) noexcept { return lanes(a.words ^ b.words); }
  friend lanes operator-(lanes a, lanes b) noexcept { return lanes(a.words - b.words); }
  friend lanes operator~(lanes a) noexcept { return lanes(~a.words); }
  friend lanes operator<<(lanes a, int by) noexcept { return lanes(a.words << by); }
  friend lanes operator>>(lanes a, int by) noexcept { return lanes(a.words >> by); }
  lanes& operator&=(lanes b) noexcept { return *this = *this & b; }
  lanes& operator|=(lanes b) noexcept { return *this = *this | b; }
  lanes& operator^=(lanes b) noexcept { return *this = *this ^ b; }
  lanes& operator>>=(int by) noexcept { return *this = *this >> by; }
};

// BearSSL's cipher, compiled once more for `lanes`: not a step of it is ours, only its word becomes wider.
// Both files land in this unnamed namespace.
#define uint64_t lanes
#include "symcipher/aes_ct64.c"      // NOLINT(bugprone-suspicious-include)
#include "symcipher/aes_ct64_enc.c"  // NOLINT(bugprone-suspicious-include)
#undef uint64_t

constexpr std::size_t schedule_words = aes_schedule_size / sizeof(lanes);

using batch = byte_array<aes_batch * aes_block_size>;
using block = std::uint8_t __attribute__((vector_size(16)));

/// Two blocks, one per lane, in the order of bytes that BearSSL's interleave_in() and interleave_out() give
/// and take: the bytes of the first and third 32-bit word alternate, and those of the second and fourth.
void interleave(lanes& even, lanes& odd, block first, block second) noexcept {
  even.words = std::bit_cast<lanes::vector>(__builtin_shufflevector(first, second, 0, 8, 1, 9, 2, 10, 3, 11,  //
                                                                    16, 24, 17, 25, 18, 26, 19, 27));
  odd.words = std::bit_cast<lanes::vector>(__builtin_shufflevector(first, second, 4, 12, 5, 13, 6, 14, 7, 15,  //
                                                                   20, 28, 21, 29, 22, 30, 23, 31));
}

/// The reverse of `interleave`.
void separate(lanes even, lanes odd, block& first, block& second) noexcept {
  const auto left = std::bit_cast<block>(even.words);
  const auto right = std::bit_cast<block>(odd.words);
  first = __builtin_shufflevector(left, right, 0, 2, 4, 6, 16, 18, 20, 22, 1, 3, 5, 7, 17, 19, 21, 23);
  second = __builtin_shufflevector(left, right, 8, 10, 12, 14, 24, 26, 28, 30, 9, 11, 13, 15, 25, 27, 29, 31);
}

using blocks_in = std::array<block, aes_batch>;

void set_counter(block& out, const byte_array<12>& nonce, std::uint32_t counter) noexcept {
  byte_array<aes_block_size> input;
  std::memcpy(input.data(), nonce.data(), nonce.size());
  put_be32(std::span(input).last<4>(), counter);
  std::memcpy(&out, input.data(), input.size());
}

/// What encryption leaves behind. It is one for a whole message, so that it is wiped once.
struct workspace {
  blocks_in blocks{};
  std::array<lanes, aes_batch> state{};
  batch stream{};

  workspace() = default;
  workspace(const workspace&) = delete;
  workspace(workspace&&) = delete;
  workspace& operator=(const workspace&) = delete;
  workspace& operator=(workspace&&) = delete;
  ~workspace() { wipe({reinterpret_cast<std::uint8_t*>(this), sizeof *this}); }  // NOLINT: its bytes
};

/// Encrypts the eight blocks into `stream`.
void encrypt(const lanes* round_keys, workspace& in) noexcept {
  constexpr std::size_t half = aes_batch / 2;
  auto& [blocks, state, out] = in;
  for (std::size_t i = 0; i < half; ++i) interleave(state[i], state[i + half], blocks[i], blocks[i + half]);
  br_aes_ct64_ortho(state.data());
  br_aes_ct64_bitslice_encrypt(aes_rounds, round_keys, state.data());
  br_aes_ct64_ortho(state.data());
  for (std::size_t i = 0; i < half; ++i) separate(state[i], state[i + half], blocks[i], blocks[i + half]);
  std::memcpy(out.data(), blocks.data(), out.size());
}

/// Eight blocks of key stream: the encryptions of nonce ‖ counter, nonce ‖ counter + 1, …
void key_stream(const lanes* round_keys, const byte_array<12>& nonce, std::uint32_t counter,
                workspace& in) noexcept {
  for (std::uint32_t i = 0; i < aes_batch; ++i) set_counter(in.blocks[i], nonce, counter + i);
  encrypt(round_keys, in);
}

const lanes* round_keys_in(const std::uint8_t* schedule) noexcept {
  // The bytes of the schedule were written as `lanes`, which makes them such objects.
  return std::launder(reinterpret_cast<const lanes*>(schedule));  // NOLINT
}

/// The `run` of BearSSL's counter mode (bearssl_block.h): `data` xor key stream in place, for whole blocks;
/// only the last call for a message may end inside one. Returns the next counter.
std::uint32_t run(const br_block_ctr_class* const* self, const void* nonce, std::uint32_t counter, void* data,
                  std::size_t size) {
  const auto* keys = reinterpret_cast<const aes_counter_mode*>(self);  // NOLINT: their first member is the class
  auto* at = static_cast<std::uint8_t*>(data);
  if (counter == 1 && size == aes_block_size && keys->first_block != nullptr) {
    for (std::size_t i = 0; i < size; ++i) at[i] ^= keys->first_block[i];  // NOLINT: it is one block
    return counter + 1;
  }
  const lanes* const round_keys = round_keys_in(keys->schedule);
  byte_array<12> fixed;
  std::memcpy(fixed.data(), nonce, fixed.size());
  workspace work;
  while (size > 0) {
    key_stream(round_keys, fixed, counter, work);
    const std::size_t part = std::min(size, work.stream.size());
    for (std::size_t i = 0; i < part; ++i) at[i] ^= work.stream[i];  // NOLINT: the compiler makes vectors of it
    counter += static_cast<std::uint32_t>(part / aes_block_size);
    at += part;  // NOLINT: not past the end
    size -= part;
  }
  return counter;
}

/// GCM is given keys that are ready; nothing of it ever asks this class to make them.
void init(const br_block_ctr_class** /*self*/, const void* /*key*/, std::size_t /*size*/) {
  std::abort();
}

constexpr br_block_ctr_class counter_mode_class{.context_size = sizeof(aes_counter_mode),
                                                .block_size = aes_block_size,
                                                .log_block_size = 4,
                                                .init = init,
                                                .run = run};

}  // namespace

void aes_first_blocks(std::span<const std::uint8_t, aes_schedule_size> keys,
                      std::span<const byte_array<12>> nonces, std::span<byte_array<aes_block_size>> out) noexcept {
  workspace work;
  const std::size_t count = std::min({nonces.size(), out.size(), aes_batch});
  for (std::size_t i = 0; i < count; ++i) set_counter(work.blocks[i], nonces[i], 1);
  encrypt(round_keys_in(keys.data()), work);
  std::memcpy(out.data(), work.stream.data(), count * aes_block_size);
}

aes_counter_mode::aes_counter_mode(std::span<const std::uint8_t, aes_schedule_size> keys) noexcept
    : vtable(&counter_mode_class), schedule(keys.data()) {}

void aes_expand(std::span<const std::uint8_t, 32> key,
                std::span<std::uint8_t, aes_schedule_size> schedule) noexcept {
  std::array<std::uint64_t, (aes_rounds + 1) * 2> compact{};
  std::array<std::uint64_t, schedule_words> words{};
  ::br_aes_ct64_keysched(compact.data(), key.data(), key.size());
  ::br_aes_ct64_skey_expand(words.data(), aes_rounds, compact.data());
  for (std::size_t i = 0; i < schedule_words; ++i) {
    const lanes both(words[i]);
    std::memcpy(&schedule[i * sizeof both], &both, sizeof both);
  }
  wipe({reinterpret_cast<std::uint8_t*>(compact.data()), sizeof compact});  // NOLINT: their bytes
  wipe({reinterpret_cast<std::uint8_t*>(words.data()), sizeof words});      // NOLINT
}

}  // namespace kbve::crypto
