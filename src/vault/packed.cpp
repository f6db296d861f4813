#include "kbve/vault/packed.hpp"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "kbve/core/secret.hpp"
#include "kbve/crypto/random.hpp"
#include "packed_form.hpp"

namespace kbve::vault {
namespace {

/// What one call may take or give: it has to be addressable with 32 bits and leave room for the rest.
constexpr std::uint64_t most_at_once = std::uint64_t{1} << 30U;

std::unexpected<error> out_of_memory() {
  return fail(errc::out_of_memory,
              "There is not enough memory for this many values at once; use smaller batches.");
}

std::unexpected<error> not_packed() {
  return fail(errc::tampered,
              "What was read is not shaped as records are; restore a backup, or repair the locker.");
}

std::unexpected<error> bad_call() {
  return fail(errc::invalid_field, "The packed values do not have the shape that was announced; pack them again.");
}

std::unexpected<error> bad_date() {
  return fail(errc::invalid_field, "The time must be in milliseconds since 1970; set this device's clock.", "now");
}

/// A date from JavaScript, which may have fractions of a millisecond.
bool to_date(double value, std::uint64_t& out) noexcept {
  return to_integer(std::floor(value), out);
}

/// Values that replace the ones handed in; few, and overwritten when they go.
struct replacements {
  std::vector<std::pair<std::size_t, std::string>> items;
  replacements() = default;
  replacements(const replacements&) = delete;
  replacements(replacements&&) = delete;
  replacements& operator=(const replacements&) = delete;
  replacements& operator=(replacements&&) = delete;
  ~replacements() {
    for (auto& [index, text] : items) {
      wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});  // NOLINT: a text's bytes
    }
  }
};

struct wiped_after {
  mutable_bytes_view memory;
  explicit wiped_after(mutable_bytes_view which) noexcept : memory(which) {}
  wiped_after(const wiped_after&) = delete;
  wiped_after(wiped_after&&) = delete;
  wiped_after& operator=(const wiped_after&) = delete;
  wiped_after& operator=(wiped_after&&) = delete;
  ~wiped_after() { wipe(memory); }
};

/// The masks of records that are opened in a row, made some at a time.
class masks_ahead {
 public:
  /// `records` is where the first of `count` records begins.
  masks_ahead(vault& with, const packed_reader& records, std::size_t count) noexcept
      : with_(with), records_(records), left_(count) {}
  masks_ahead(const masks_ahead&) = delete;
  masks_ahead(masks_ahead&&) = delete;
  masks_ahead& operator=(const masks_ahead&) = delete;
  masks_ahead& operator=(masks_ahead&&) = delete;
  ~masks_ahead() {
    for (crypto::aead_mask& mask : masks_) wipe(mask);
  }

  /// The mask of the next record, if there is one ready for this epoch.
  const crypto::aead_mask* next(std::uint32_t epoch) {
    if (at_ == made_) {
      made_ = std::min(left_, masks_.size());
      left_ -= made_;
      at_ = 0;
      epoch_ = epoch;
      std::array<crypto::aead_nonce, crypto::aead_masks_at_once> nonces{};
      for (std::size_t i = 0; i < made_; ++i) nonces[i] = read_record(records_).record.nonce;
      with_.masks(epoch, std::span(nonces).first(made_), masks_);
    }
    return epoch == epoch_ ? &masks_[at_++] : (++at_, nullptr);
  }

 private:
  vault& with_;
  packed_reader records_;
  std::size_t left_;
  std::array<crypto::aead_mask, crypto::aead_masks_at_once> masks_{};
  std::size_t at_ = 0;
  std::size_t made_ = 0;
  std::uint32_t epoch_ = 0;
};

}  // namespace

void nonce_source::begin(std::size_t count) noexcept {
  wanted_ = count;
  // A process can be forked, and its copy must not seal with the same ones. A WebAssembly instance cannot.
  if constexpr (!keeps_between_calls) used_ = drawn_;
}

crypto::aead_nonce nonce_source::next() noexcept {
  constexpr std::size_t room = pool_size / crypto::aead_nonce_size;
  if (used_ == drawn_) {
    drawn_ = keeps_between_calls ? room : std::clamp<std::size_t>(wanted_, 1, room);
    used_ = 0;
    crypto::fill_random(std::span(pool_).first(drawn_ * crypto::aead_nonce_size));
  }
  if (wanted_ != 0) --wanted_;
  crypto::aead_nonce out{};
  std::ranges::copy(std::span(pool_).subspan(used_++ * out.size(), out.size()), out.begin());
  return out;
}

std::uint8_t* packed_door::input(std::size_t size) noexcept {
  forget_output();
  if (size > most_at_once || !input_.reserve(size)) return nullptr;
  return input_.data();
}

result<bytes_view> packed_door::taken(std::size_t size) const {
  if (size > input_.size()) return bad_call();
  return bytes_view(input_.view()).first(size);
}

void packed_door::forget_output() noexcept {
  if (output_used_ != 0) wipe(output_.all().first(output_used_));
  output_used_ = 0;
  output_.release_large();
}

bool packed_door::prepare_output(std::uint64_t size) noexcept {
  forget_output();
  if (size > most_at_once || !output_.reserve(static_cast<std::size_t>(size))) return false;
  output_used_ = static_cast<std::size_t>(size);
  return true;
}

result<std::size_t> packed_door::seal(vault& with, std::size_t count, std::size_t size, double now) {
  const auto in = taken(size);
  if (!in) return std::unexpected(in.error());
  result<std::size_t> done = 0;
  {
    const wiped_after wiped(input_.all().first(size));
    done = seal_checked(with, count, *in, now);
  }
  input_.release_large();
  return done;
}

result<std::size_t> packed_door::seal_checked(vault& with, std::size_t count, bytes_view in, double now) {
  std::uint64_t date = 0;
  if (!to_date(now, date)) return bad_date();
  if (auto writable = with.check_writable(); !writable) return std::unexpected(std::move(writable).error());
  if (count > in.size() / smallest_item) return bad_call();
  if (with.sealed() + count > max_seals) {
    return fail(errc::read_only, "The data key has sealed as often as it may; raise the epoch first.");
  }

  replacements replaced;
  std::uint64_t needed = 0;
  packed_reader check(in);
  for (std::size_t i = 0; i < count; ++i) {
    const item_in read = read_item(check);
    if (!check.ok()) return bad_call();
    if (!read.good_date) {
      return fail(errc::invalid_field, "The date of expiry is in milliseconds since 1970, or 0.",
                  is_utf8(read.item.id) ? std::string(read.item.id) : std::string());
    }
    auto replacement = with.check(read.item);
    if (!replacement) return std::unexpected(std::move(replacement).error());
    std::size_t value_size = read.item.value.size();
    if (*replacement) {
      value_size = (*replacement)->size();
      needed += value_size;
      replaced.items.emplace_back(i, std::move(**replacement));
    }
    needed += smallest_record + read.item.id.size() + box_size(value_size) + 4;
  }
  if (!check.done()) return bad_call();
  if (!prepare_output(needed)) return out_of_memory();
  const auto first_rev = with.draw_revs(count, date);
  if (!first_rev) return std::unexpected(first_rev.error());

  cursor out(output_.all());
  packed_reader again(in);
  nonces_.begin(count);
  auto replacement = replaced.items.begin();
  for (std::size_t i = 0; i < count; ++i) {
    plain_item item = read_item(again).item;
    std::string_view instead;
    if (replacement != replaced.items.end() && replacement->first == i) {
      instead = replacement->second;
      item.value = as_bytes(instead);
      ++replacement;
    }
    const std::uint64_t rev = *first_rev + i;
    const crypto::aead_nonce nonce = nonces_.next();
    const std::size_t box = box_size(item.value.size());
    write_record_head(out,
                      {.id = item.id,
                       .version = {.rev = rev, .writer = with.writer()},
                       .kind = item.kind,
                       .expires = item.expires},
                      with.current_header().epoch, nonce, box);
    with.seal(item, rev, nonce, out.take(box));
    out.u32(instead.size());
    out.raw(instead);
  }
  return out.size();
}

result<std::size_t> packed_door::open(vault& with, std::size_t count, std::size_t size, bool accumulate) {
  const auto in = taken(size);
  if (!in) return std::unexpected(in.error());
  if (count > size / smallest_record) return not_packed();
  packed_reader shape(*in);
  for (std::size_t i = 0; i < count; ++i) (void)read_record(shape);
  if (!shape.done()) return not_packed();
  // Each record takes more room packed than opened: 47 bytes against a status, a comma, "null" and a length.
  if (!prepare_output(std::uint64_t{size} + 16)) return out_of_memory();

  cursor out(output_.all());
  const mutable_bytes_view status = out.take(count);
  const std::size_t json_length_at = out.size();
  out.u32(0);
  const std::size_t json_at = out.size();
  out.u8('[');
  packed_reader records(*in);
  masks_ahead ahead(with, records, count);
  std::size_t bytes_values = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const record_in read = read_record(records);
    const crypto::aead_mask* const mask = ahead.next(read.record.meta.epoch);
    if (accumulate) {
      ++sum_count_;
      if (read.has_term)
        sum_.add(with.term(read.record.meta.id, read.record.meta.version, read.record.meta.expires));
    }
    if (i != 0) out.u8(',');
    std::optional<std::size_t> value;
    if (read.sound) {
      const std::size_t plain = read.record.box.size() - crypto::aead_tag_size;
      // Bytes are opened in place and wait there until the JSON text is complete.
      value = with.open(
          read.record,
          read.record.meta.kind == record_kind::bytes ? in_place(read.record.box).first(plain) : out.peek(plain),
          mask);
    }
    const bool is_json = holds_json(read.record.meta.kind);
    status[i] = !value    ? static_cast<std::uint8_t>(open_status::closed)
                : is_json ? static_cast<std::uint8_t>(open_status::json)
                          : static_cast<std::uint8_t>(read.record.meta.kind);
    if (value && is_json) {
      (void)out.take(*value);
    } else {
      out.raw(std::string_view("null"));
    }
    if (value && read.record.meta.kind == record_kind::bytes) ++bytes_values;
  }
  out.u8(']');
  const std::size_t json_end = out.size();
  out.go_to(json_length_at);
  out.u32(json_end - json_at);
  out.go_to(json_end);
  if (bytes_values != 0) {
    packed_reader opened(*in);
    for (std::size_t i = 0; i < count; ++i) {
      const record_in read = read_record(opened);
      if (status[i] != static_cast<std::uint8_t>(open_status::bytes)) continue;
      const mutable_bytes_view plain =
          in_place(read.record.box).first(read.record.box.size() - crypto::aead_tag_size);
      const std::size_t length = unpadded_size(plain).value_or(0);
      out.u32(length);
      out.raw(bytes_view(plain).first(length));
      wipe(plain);
    }
  }
  output_used_ = std::max(output_used_, out.size());
  input_.release_large();
  return out.size();
}

result<std::size_t> packed_door::reseal(vault& from, vault& to, std::size_t count, std::size_t size) {
  const auto in = taken(size);
  if (!in) return std::unexpected(in.error());
  const wiped_after wiped(input_.all().first(size));
  // Records are as long as they were.
  if (!prepare_output(size)) return out_of_memory();
  cursor out(output_.all());
  packed_reader records(*in);
  nonces_.begin(count);
  for (std::size_t i = 0; i < count; ++i) {
    const record_view record = read_record(records).record;
    if (!records.ok() || record.box.size() < crypto::aead_tag_size) return not_packed();
    const mutable_bytes_view plain = in_place(record.box).first(record.box.size() - crypto::aead_tag_size);
    const auto length = from.open(record, plain);
    if (!length) return not_packed();
    const crypto::aead_nonce nonce = nonces_.next();
    write_record_head(out, record.meta, to.current_header().epoch, nonce, record.box.size());
    to.reseal(record.meta, plain.first(*length), nonce, out.take(record.box.size()));
    to.observe(record.meta.version.rev);
    sum_.add(to.term(record.meta.id, record.meta.version, record.meta.expires));
    ++sum_count_;
  }
  return records.done() ? result<std::size_t>(out.size()) : not_packed();
}

mutable_bytes_view packed_door::in_place(bytes_view part) noexcept {
  return input_.all().subspan(static_cast<std::size_t>(part.data() - input_.data()), part.size());
}

void packed_door::sum_begin() noexcept {
  sum_ = set_sum();
  sum_count_ = 0;
}

result<integrity> packed_door::check_root(vault& with, std::size_t size) {
  const auto in = taken(size);
  if (!in) return std::unexpected(in.error());
  packed_reader reader(*in);
  const record_in read = read_record(reader);
  if (!reader.done() || !read.sound) return not_packed();
  const auto found = with.open_root(read.record);
  if (!found) return std::unexpected(found.error());
  return with.check_root(*found, sum_, sum_count_);
}

result<std::size_t> packed_door::rebuild_root(vault& with, double now) {
  std::uint64_t date = 0;
  if (!to_date(now, date)) return bad_date();
  const auto rebuilt = with.rebuild_root(sum_, sum_count_, date);
  if (!rebuilt) return std::unexpected(rebuilt.error());
  return put_root(*rebuilt);
}

result<std::size_t> packed_door::apply_root(vault& with, std::size_t root_size, std::size_t changes,
                                            std::size_t size, double now) {
  std::uint64_t date = 0;
  if (!to_date(now, date)) return bad_date();
  const auto in = taken(size);
  if (!in) return std::unexpected(in.error());
  if (root_size > size || changes > (size - root_size) / smallest_change) return bad_call();
  packed_reader root_reader(in->first(root_size));
  const record_in read = read_record(root_reader);
  if (!root_reader.done() || !read.sound) return not_packed();

  std::vector<root_change> applied;
  applied.reserve(changes);
  packed_reader reader(in->subspan(root_size));
  for (std::size_t i = 0; i < changes; ++i) {
    root_change change;
    change.id = as_text(reader.take(reader.u16()));
    const std::uint8_t had_old = reader.u8();
    version before;
    version after;
    const bool good_before = to_integer(reader.f64(), before.rev);
    before.writer = reader.array<8>();
    const bool good_before_date = to_integer(reader.f64(), change.before_expires);
    const bool good_after = to_integer(reader.f64(), after.rev);
    after.writer = reader.array<8>();
    const bool good_after_date = to_integer(reader.f64(), change.after_expires);
    if (!good_before || !good_before_date || !good_after || !good_after_date || had_old > 1 ||
        change.id.size() > max_id_bytes) {
      return bad_call();
    }
    if (had_old == 1) change.before = before;
    if (after.rev != 0) change.after = after;
    applied.push_back(change);
  }
  if (!reader.done()) return bad_call();

  const auto old = with.open_root(read.record);
  if (!old) return std::unexpected(old.error());
  const auto next = with.apply_root(*old, applied, date);
  if (!next) return std::unexpected(next.error());
  return put_root(*next);
}

result<std::size_t> packed_door::put_root(const sealed_root& root) {
  if (!prepare_output(smallest_record + sealed_root::id.size() + root.box.size())) return out_of_memory();
  cursor out(output_.all());
  write_record_head(out, {.id = sealed_root::id, .version = root.version, .kind = record_kind::json, .expires = 0},
                    root.epoch, root.nonce, root.box.size());
  out.raw(root.box);
  return out.size();
}

const std::uint8_t* packed_door::mac(const vault& with, std::size_t size, bool begin) noexcept {
  if (size > input_.size()) return nullptr;
  if (begin || !message_) message_.emplace(with.header_key());
  message_->add(bytes_view(input_.view()).first(size));
  input_.release_large();
  tag_ = message_->tag();
  return tag_.data();
}

void packed_door::wipe_all() noexcept {
  message_.reset();
  input_.release();
  output_.release();
  output_used_ = 0;
  sum_begin();
}

}  // namespace kbve::vault
