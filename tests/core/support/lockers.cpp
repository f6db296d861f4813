#include "support/lockers.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "kbve/crypto/random.hpp"

namespace kbve::test {

vault::vault new_vault(std::string_view schema) {
  auto fields = vault::schema::parse(schema);
  if (!fields) std::abort();
  auto made = vault::vault::create("demo", "main", now, *std::move(fields));
  if (!made) std::abort();
  return *std::move(made);
}

secret_key key_of(std::uint8_t byte) {
  secret_key key;
  std::ranges::fill(key.data(), byte);
  return key;
}

vault::slot passphrase_slot(std::uint8_t id) {
  vault::slot slot;
  slot.id.fill(id);
  slot.label = "Passphrase";
  slot.created = now;
  vault::passphrase_kdf kdf;
  kdf.salt.fill(0x5a);
  slot.kdf = kdf;
  return slot;
}

vault::record_view stored_record::view() const {
  return {.meta = {.id = id, .version = version, .epoch = epoch, .kind = kind, .expires = expires},
          .nonce = nonce,
          .box = box};
}

stored_record seal(vault::vault& with, std::string_view id, std::string_view value, vault::record_kind kind,
                   std::uint64_t expires) {
  const auto rev = with.draw_revs(1, now);
  if (!rev) std::abort();
  stored_record out{.id = std::string(id),
                    .version = {.rev = *rev, .writer = with.writer()},
                    .epoch = with.current_header().epoch,
                    .kind = kind,
                    .expires = expires,
                    .nonce = crypto::random_array<12>(),
                    .box = bytes(vault::box_size(value.size()))};
  with.seal({.id = out.id, .kind = kind, .expires = expires, .value = as_bytes(value)}, *rev, out.nonce, out.box);
  return out;
}

std::optional<std::string> open(vault::vault& with, const stored_record& record) {
  bytes plain(record.box.size() < 16 ? 0 : record.box.size() - 16);
  const auto size = with.open(record.view(), plain);
  if (!size) {
    EXPECT_TRUE(std::ranges::all_of(plain, [](std::uint8_t byte) { return byte == 0; }));
    return std::nullopt;
  }
  return std::string(as_text(bytes_view(plain).first(*size)));
}

bytes pack(const std::vector<packed_item>& items) {
  bytes out;
  packed_writer write(out);
  for (const packed_item& item : items) {
    write.u16(static_cast<std::uint16_t>(item.id.size()));
    write.raw(as_bytes(item.id));
    write.u8(item.kind);
    write.f64(item.expires);
    write.u32(static_cast<std::uint32_t>(item.value.size()));
    write.raw(as_bytes(item.value));
  }
  return out;
}

bytes pack(const std::vector<stored_record>& records) {
  bytes out;
  packed_writer write(out);
  for (const stored_record& record : records) {
    write.u16(static_cast<std::uint16_t>(record.id.size()));
    write.raw(as_bytes(record.id));
    write.f64(static_cast<double>(record.version.rev));
    write.raw(record.version.writer);
    write.u32(record.epoch);
    write.u8(static_cast<std::uint8_t>(record.kind));
    write.f64(static_cast<double>(record.expires));
    write.raw(record.nonce);
    write.u32(static_cast<std::uint32_t>(record.box.size()));
    write.raw(record.box);
  }
  return out;
}

bytes pack(const std::vector<packed_change>& changes) {
  bytes out;
  packed_writer write(out);
  for (const packed_change& change : changes) {
    const vault::version before = change.before.value_or(vault::version{});
    const vault::version after = change.after.value_or(vault::version{});
    write.u16(static_cast<std::uint16_t>(change.id.size()));
    write.raw(as_bytes(change.id));
    write.u8(change.before ? 1 : 0);
    write.f64(static_cast<double>(before.rev));
    write.raw(before.writer);
    write.f64(static_cast<double>(change.before_expires));
    write.f64(static_cast<double>(after.rev));
    write.raw(after.writer);
    write.f64(static_cast<double>(change.after_expires));
  }
  return out;
}

namespace {

stored_record read_record(packed_reader& in) {
  stored_record out;
  out.id = as_text(in.take(in.u16()));
  EXPECT_TRUE(to_integer(in.f64(), out.version.rev));
  out.version.writer = in.array<8>();
  out.epoch = in.u32();
  out.kind = static_cast<vault::record_kind>(in.u8());
  EXPECT_TRUE(to_integer(in.f64(), out.expires));
  out.nonce = in.array<12>();
  const bytes_view box = in.take(in.u32());
  out.box.assign(box.begin(), box.end());
  return out;
}

}  // namespace

std::vector<sealed_item> unpack_sealed(bytes_view output, std::size_t count) {
  std::vector<sealed_item> out;
  packed_reader in(output);
  for (std::size_t i = 0; i < count; ++i) {
    sealed_item item{.record = read_record(in), .replaced = {}};
    item.replaced = as_text(in.take(in.u32()));
    out.push_back(std::move(item));
  }
  EXPECT_TRUE(in.done());
  return out;
}

opened_values unpack_opened(bytes_view output, std::size_t count) {
  opened_values out;
  packed_reader in(output);
  for (std::size_t i = 0; i < count; ++i) out.status.push_back(in.u8());
  out.json = as_text(in.take(in.u32()));
  for (const int status : out.status) {
    if (status == 1) out.blobs.emplace_back(as_text(in.take(in.u32())));
  }
  EXPECT_TRUE(in.done());
  return out;
}

bool put(vault::packed_door& door, bytes_view input) {
  std::uint8_t* const at = door.input(input.size());
  if (at == nullptr) return false;
  std::ranges::copy(input, std::span(at, input.size()).begin());
  return true;
}

bytes output_of(vault::packed_door& door, std::size_t size) {
  const bytes_view all(door.output(), size);
  return {all.begin(), all.end()};
}

}  // namespace kbve::test
