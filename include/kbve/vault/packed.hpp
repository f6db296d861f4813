#pragma once

/// The packed form in which items and records cross into JavaScript, many in one call, and the memory they
/// cross in. Numbers are little-endian and nothing is aligned:
///
///     plain item    := u16 idLen, id, u8 kind (0 json, 1 bytes, 2 gone, 3 parts), f64 expires, u32 len, value
///     packed record := u16 idLen, id, f64 rev, 8 bytes writer, u32 epoch, u8 kind, f64 expires,
///                      12 bytes nonce, u32 boxLen, box
///     change        := u16 idLen, id, u8 hadOld, f64 oldRev, 8 bytes oldWriter, f64 oldExpires,
///                      f64 newRev, 8 bytes newWriter, f64 newExpires          (newRev 0: removed)
///
///     seal gives    := for each item: packed record, u32 n, n bytes (the JSON text that was sealed instead of
///                      the value, where the field's rule changed it; else n = 0)
///     reseal gives  := the same records, each with another epoch, nonce and box
///     open gives    := u8 status of each record, u32 jsonLen, JSON text "[v0,v1,…]" with null for whatever is
///                      not status 0, then for each status 1: u32 len, bytes

#include <cstddef>
#include <cstdint>
#include <optional>

#include "kbve/core/bytes.hpp"
#include "kbve/core/result.hpp"
#include "kbve/vault/scratch.hpp"
#include "kbve/vault/vault.hpp"

namespace kbve::vault {

/// What became of a record. One of kind `parts` is opened as the JSON that it is.
enum class open_status : std::uint8_t { json = 0, bytes = 1, gone = 2, closed = 3 };

/// Nonces, drawn a few at a time: asking a JavaScript engine for randomness costs more than sealing a small value.
class nonce_source {
 public:
  /// Says how many will be asked for.
  void begin(std::size_t count) noexcept;
  [[nodiscard]] crypto::aead_nonce next() noexcept;

 private:
#ifdef __EMSCRIPTEN__
  static constexpr bool keeps_between_calls = true;
#else
  static constexpr bool keeps_between_calls = false;
#endif
  static constexpr std::size_t pool_size = 252;  // getentropy() gives 256 at once

  byte_array<pool_size> pool_{};
  std::size_t drawn_ = 0;
  std::size_t used_ = 0;
  std::size_t wanted_ = 0;
};

/// A vault's packed operations. The caller writes the input into `input(n)`, calls, and reads as many bytes as
/// the call answers from `output()`, before the next call wipes them. Input that does not parse to its last byte
/// is refused as a whole.
class packed_door {
 public:
  /// Input areas of up to this many bytes stay where they are until a larger one is asked for; a larger one is
  /// good for one call.
  static constexpr std::size_t kept_input = 131'072;

  /// Memory for `size` bytes of input, or nullptr.
  [[nodiscard]] std::uint8_t* input(std::size_t size) noexcept;
  [[nodiscard]] std::uint8_t* output() noexcept { return output_.data(); }

  /// Checks and seals `count` items with increasing revisions; nothing is sealed unless all are valid. The
  /// input is wiped.
  [[nodiscard]] result<std::size_t> seal(vault& with, std::size_t count, std::size_t size, double now);
  /// Opens `count` records; those that do not open get status 3. `accumulate` adds every one of them, opened or
  /// not, to the set sum that `check_root` and `rebuild_root` use.
  [[nodiscard]] result<std::size_t> open(vault& with, std::size_t count, std::size_t size, bool accumulate);
  /// Opens `count` records with `from` and seals them for `to`, versions and all; they are added to the sum as
  /// those of `to`. `tampered` when one of them does not open. The input is wiped.
  [[nodiscard]] result<std::size_t> reseal(vault& from, vault& to, std::size_t count, std::size_t size);
  /// Forgets the accumulated sum.
  void sum_begin() noexcept;

  [[nodiscard]] result<integrity> check_root(vault& with, std::size_t size);
  /// A packed root for the accumulated records.
  [[nodiscard]] result<std::size_t> rebuild_root(vault& with, double now);
  /// The input is a packed root of `root_size` bytes, then `changes` changes; gives the packed root after them.
  [[nodiscard]] result<std::size_t> apply_root(vault& with, std::size_t root_size, std::size_t changes,
                                               std::size_t size, double now);

  /// Adds the first `size` bytes of the input to a message, or begins one with them, that is authenticated under
  /// the header key. Where the tag of all of it so far lies, until the next call; nullptr where there is no such
  /// input.
  [[nodiscard]] const std::uint8_t* mac(const vault& with, std::size_t size, bool begin) noexcept;

  /// Wipes and gives back all memory.
  void wipe_all() noexcept;

 private:
  [[nodiscard]] result<bytes_view> taken(std::size_t size) const;
  void forget_output() noexcept;
  [[nodiscard]] bool prepare_output(std::uint64_t size) noexcept;
  /// The same part of the input, to be written to.
  [[nodiscard]] mutable_bytes_view in_place(bytes_view part) noexcept;
  [[nodiscard]] result<std::size_t> seal_checked(vault& with, std::size_t count, bytes_view in, double now);
  [[nodiscard]] result<std::size_t> put_root(const sealed_root& root);

  scratch_memory input_;
  scratch_memory output_;
  nonce_source nonces_;
  std::size_t output_used_ = 0;
  set_sum sum_;
  std::uint64_t sum_count_ = 0;
  std::optional<crypto::hmac_message> message_;
  crypto::hmac_tag tag_{};
};

}  // namespace kbve::vault
