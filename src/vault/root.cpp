#include "kbve/vault/root.hpp"

#include <span>

#include "detail/json.hpp"
#include "detail/json_text.hpp"

namespace kbve::vault {
namespace {

/// The number at place `i` (0 is the least significant) of 32 big-endian bytes.
std::uint64_t limb(const byte_array<32>& big_endian, std::size_t i) noexcept {
  return get_be64(std::span(big_endian).subspan((3 - i) * 8).first<8>());
}

}  // namespace

set_sum::set_sum(const byte_array<32>& big_endian) noexcept {
  for (std::size_t i = 0; i < limbs_.size(); ++i) limbs_[i] = limb(big_endian, i);
}

void set_sum::add(const crypto::hmac_tag& term) noexcept {
  std::uint64_t carry = 0;
  for (std::size_t i = 0; i < limbs_.size(); ++i) {
    const std::uint64_t with_carry = limbs_[i] + carry;
    const std::uint64_t sum = with_carry + limb(term, i);
    carry = static_cast<std::uint64_t>(with_carry < carry) | static_cast<std::uint64_t>(sum < with_carry);
    limbs_[i] = sum;
  }
}

void set_sum::subtract(const crypto::hmac_tag& term) noexcept {
  std::uint64_t borrow = 0;
  for (std::size_t i = 0; i < limbs_.size(); ++i) {
    const std::uint64_t with_borrow = limbs_[i] - borrow;
    const std::uint64_t difference = with_borrow - limb(term, i);
    borrow =
        static_cast<std::uint64_t>(with_borrow > limbs_[i]) | static_cast<std::uint64_t>(difference > with_borrow);
    limbs_[i] = difference;
  }
}

byte_array<32> set_sum::to_bytes() const noexcept {
  byte_array<32> out{};
  for (std::size_t i = 0; i < limbs_.size(); ++i)
    put_be64(std::span(out).subspan((3 - i) * 8).first<8>(), limbs_[i]);
  return out;
}

std::string to_json(const root& value) {
  std::string out = R"({"rev":)";
  detail::append_json_integer(out, value.rev);
  detail::append_json_integer(out.append(R"(,"header_rev":)"), value.header_rev);
  detail::append_json_integer(out.append(R"(,"sealed":)"), value.sealed);
  detail::append_json_integer(out.append(R"(,"count":)"), value.count);
  detail::append_json_bytes(out.append(R"(,"sum":)"), value.sum.to_bytes());
  out.push_back('}');
  return out;
}

std::optional<root> parse_root(std::string_view text) {
  const auto tree = detail::parse_json(text, 1'024);
  if (!tree || !detail::has_exactly(*tree, {"rev", "header_rev", "sealed", "count", "sum"})) return std::nullopt;
  const auto rev = detail::integer_member(*tree, "rev");
  const auto header_rev = detail::integer_member(*tree, "header_rev");
  const auto sealed = detail::integer_member(*tree, "sealed");
  const auto count = detail::integer_member(*tree, "count");
  byte_array<32> sum{};
  if (!rev || !header_rev || !sealed || !count || !detail::bytes_member(*tree, "sum", sum)) return std::nullopt;
  return root{.rev = *rev, .header_rev = *header_rev, .sealed = *sealed, .count = *count, .sum = set_sum(sum)};
}

}  // namespace kbve::vault
