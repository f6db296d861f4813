#include "kbve/vault/record.hpp"

#include <algorithm>
#include <cstring>

#include "kbve/core/secret.hpp"

namespace kbve::vault {
namespace {

/// canonical(…) into memory that is known to suffice, because the hot path must not allocate.
class fixed_canonical {
 public:
  explicit fixed_canonical(mutable_bytes_view out) noexcept : out_(out) {}

  fixed_canonical& data(bytes_view value) noexcept {
    put_be32(out_.subspan(size_).first<4>(), static_cast<std::uint32_t>(value.size()));
    size_ += 4;
    std::ranges::copy(value, out_.subspan(size_).begin());
    size_ += value.size();
    return *this;
  }
  fixed_canonical& text(std::string_view value) noexcept { return data(as_bytes(value)); }
  fixed_canonical& integer(std::uint64_t value) noexcept {
    put_be64(out_.subspan(size_).first<8>(), value);
    size_ += 8;
    return *this;
  }
  /// Bytes that are canonical already.
  fixed_canonical& raw(bytes_view value) noexcept {
    std::ranges::copy(value, out_.begin());
    size_ += value.size();
    return *this;
  }
  [[nodiscard]] bytes_view view() const noexcept { return out_.first(size_); }

 private:
  mutable_bytes_view out_;
  std::size_t size_ = 0;
};

}  // namespace

std::string_view kind_name(record_kind kind) noexcept {
  switch (kind) {
    case record_kind::json: return "json";
    case record_kind::bytes: return "bytes";
    case record_kind::gone: return "gone";
    case record_kind::parts: return "parts";
  }
  return "";
}

std::optional<std::size_t> unpadded_size(bytes_view padded) noexcept {
  if (padded.empty() || padded.size() % 64 != 0) return std::nullopt;
  for (std::size_t i = 1; i <= 64; ++i) {
    const std::uint8_t byte = padded[padded.size() - i];
    if (byte == 0x80) return padded.size() - i;
    if (byte != 0) return std::nullopt;
  }
  return std::nullopt;
}

binding::binding(std::string_view label, const locker_id& locker) noexcept {
  prefix_size_ = fixed_canonical(prefix_).text(label).data(locker).view().size();
}

bytes_view binding::write_aad(const record_meta& meta, byte_array<max_aad>& out) const noexcept {
  return fixed_canonical(out)
      .raw(bytes_view(prefix_).first(prefix_size_))
      .text(meta.id)
      .integer(meta.version.rev)
      .data(meta.version.writer)
      .integer(meta.epoch)
      .text(kind_name(meta.kind))
      .integer(meta.expires)
      .view();
}

void binding::seal(const crypto::aead_key& key, const record_meta& meta, const crypto::aead_nonce& nonce,
                   bytes_view value, mutable_bytes_view out) const noexcept {
  const mutable_bytes_view padded = out.first(padded_size(value.size()));
  std::ranges::copy(value, padded.begin());
  padded[value.size()] = 0x80;
  std::ranges::fill(padded.subspan(value.size() + 1), std::uint8_t{0});
  byte_array<max_aad> aad;
  key.seal(nonce, padded, write_aad(meta, aad), out);
}

std::optional<std::size_t> binding::open(const crypto::aead_key& key, const record_view& record,
                                         mutable_bytes_view out, const crypto::aead_mask* mask) const noexcept {
  if (record.meta.id.size() > max_id_bytes) {
    wipe(out);
    return std::nullopt;
  }
  byte_array<max_aad> aad;
  if (!key.open(record.nonce, record.box, write_aad(record.meta, aad), out, mask)) return std::nullopt;
  const auto size = unpadded_size(out);
  if (!size) wipe(out);
  return size;
}

crypto::hmac_tag set_term(const crypto::hmac_key& set_key, std::string_view id, const version& at,
                          std::uint64_t expires) noexcept {
  byte_array<4 + max_id_bytes + 8 + 4 + 8 + 8> message;
  return set_key.tag(fixed_canonical(message).text(id).integer(at.rev).data(at.writer).integer(expires).view());
}

}  // namespace kbve::vault
