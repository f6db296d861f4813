#pragma once

/// Reading and writing single items and records of the packed form; packed.hpp says what it is.

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "kbve/core/bytes.hpp"
#include "kbve/vault/record.hpp"
#include "kbve/vault/vault.hpp"

namespace kbve::vault {

/// The bytes of an item, record or change without what varies in length.
inline constexpr std::size_t smallest_item = 2 + 1 + 8 + 4;
inline constexpr std::size_t smallest_record = 2 + 8 + 8 + 4 + 1 + 8 + 12 + 4;
inline constexpr std::size_t smallest_change = 2 + 1 + 8 + 8 + 8 + 8 + 8 + 8;

/// Writes packed values into memory that is known to suffice.
class cursor {
 public:
  explicit cursor(mutable_bytes_view out) noexcept : out_(out) {}

  void u8(std::uint64_t value) noexcept { little_endian<1>(value); }
  void u16(std::uint64_t value) noexcept { little_endian<2>(value); }
  void u32(std::uint64_t value) noexcept { little_endian<4>(value); }
  void integer(std::uint64_t value) noexcept {
    little_endian<8>(std::bit_cast<std::uint64_t>(static_cast<double>(value)));
  }
  void raw(bytes_view value) noexcept { std::ranges::copy(value, take(value.size()).begin()); }
  void raw(std::string_view value) noexcept { raw(as_bytes(value)); }
  mutable_bytes_view take(std::size_t size) noexcept {
    const mutable_bytes_view part = out_.subspan(at_, size);
    at_ += size;
    return part;
  }
  /// The next `size` bytes without moving on.
  [[nodiscard]] mutable_bytes_view peek(std::size_t size) const noexcept { return out_.subspan(at_, size); }
  [[nodiscard]] std::size_t size() const noexcept { return at_; }
  void go_to(std::size_t at) noexcept { at_ = at; }

 private:
  template <std::size_t N>
  void little_endian(std::uint64_t value) noexcept {
    const mutable_bytes_view part = take(N);
    for (std::size_t i = 0; i < N; ++i) part[i] = static_cast<std::uint8_t>(value >> (8 * i));
  }

  mutable_bytes_view out_;
  std::size_t at_ = 0;
};

struct item_in {
  plain_item item;
  bool good_date = false;
};

inline item_in read_item(packed_reader& in) noexcept {
  item_in out;
  out.item.id = as_text(in.take(in.u16()));
  out.item.kind = static_cast<record_kind>(in.u8());
  out.good_date = to_integer(in.f64(), out.item.expires);
  out.item.value = in.take(in.u32());
  return out;
}

struct record_in {
  record_view record;
  /// Its id and version are ones a record can have, so that it has a term in the set sum.
  bool has_term = false;
  bool sound = false;
};

inline record_in read_record(packed_reader& in) noexcept {
  record_in out;
  record_meta& meta = out.record.meta;
  meta.id = as_text(in.take(in.u16()));
  out.has_term = to_integer(in.f64(), meta.version.rev) && meta.id.size() <= max_id_bytes;
  meta.version.writer = in.array<8>();
  meta.epoch = in.u32();
  const std::uint8_t kind = in.u8();
  meta.kind = static_cast<record_kind>(kind);
  const bool good_date = to_integer(in.f64(), meta.expires);
  out.record.nonce = in.array<crypto::aead_nonce_size>();
  out.record.box = in.take(in.u32());
  out.sound = out.has_term && good_date && kind <= static_cast<std::uint8_t>(record_kind::parts) &&
              out.record.box.size() >= crypto::aead_tag_size;
  return out;
}

/// `epoch` stands for the one in `meta`.
inline void write_record_head(cursor& out, const record_meta& meta, std::uint32_t epoch,
                              const crypto::aead_nonce& nonce, std::size_t box) {
  out.u16(meta.id.size());
  out.raw(meta.id);
  out.integer(meta.version.rev);
  out.raw(meta.version.writer);
  out.u32(epoch);
  out.u8(static_cast<std::uint8_t>(meta.kind));
  out.integer(meta.expires);
  out.raw(nonce);
  out.u32(box);
}

}  // namespace kbve::vault
