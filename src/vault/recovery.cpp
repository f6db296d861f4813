#include "kbve/vault/recovery.hpp"

#include <algorithm>
#include <string_view>

namespace kbve::vault {
namespace {

/// Crockford's digits, and the five symbols that only a check can be.
constexpr std::string_view symbols = "0123456789ABCDEFGHJKMNPQRSTVWXYZ*~$=U";
constexpr unsigned base = 32;
constexpr unsigned digit_bits = 5;
constexpr std::size_t digits = 26;
constexpr std::size_t group = 5;
/// Bits that the digits have before the code's first one.
constexpr std::size_t spare_bits = digits * digit_bits - recovery_code_size * 8;
constexpr unsigned no_symbol = symbols.size();

static_assert(symbols.size() == 37);
static_assert(spare_bits == 2);
static_assert(digits + 1 + digits / group == recovery_text_size);

constexpr bool counts(std::uint8_t byte) noexcept {
  return byte != '-' && byte != ' ' && (byte < '\t' || byte > '\r');
}

constexpr unsigned value_of(std::uint8_t byte) noexcept {
  if (byte >= 'a' && byte <= 'z') byte = static_cast<std::uint8_t>(byte - 'a' + 'A');
  if (byte == 'I' || byte == 'L') return 1;
  if (byte == 'O') return 0;
  const std::size_t at = symbols.find(static_cast<char>(byte));
  return at == std::string_view::npos ? no_symbol : static_cast<unsigned>(at);
}

constexpr unsigned next_check(unsigned check, unsigned digit) noexcept {
  return (check * base + digit) % symbols.size();
}

recovery_flaw read_symbols(bytes_view text, std::span<std::uint8_t, recovery_code_size> out) noexcept {
  if (std::ranges::count_if(text, counts) != digits + 1) return recovery_flaw::length;
  std::size_t at = 0;
  unsigned check = 0;
  // All symbols first, so that a slip of the finger is called by its name and not taken for a wrong check.
  for (const std::uint8_t byte : text) {
    if (counts(byte) && value_of(byte) >= (at++ < digits ? base : no_symbol)) return recovery_flaw::symbol;
  }
  at = 0;
  for (const std::uint8_t byte : text) {
    if (!counts(byte)) continue;
    const unsigned value = value_of(byte);
    if (at == digits) return value == check ? recovery_flaw::none : recovery_flaw::check;
    // Over 128 bits it is no code, whatever its check says.
    if (at == 0 && value >= base >> spare_bits) return recovery_flaw::check;
    for (unsigned bit = 0; bit < digit_bits; ++bit) {
      const std::size_t place = at * digit_bits + bit;
      const unsigned set = value >> (digit_bits - 1 - bit) & 1U;
      if (place < spare_bits) continue;
      out[(place - spare_bits) / 8] |= static_cast<std::uint8_t>(set << (7 - (place - spare_bits) % 8));
    }
    check = next_check(check, value);
    ++at;
  }
  return recovery_flaw::length;
}

}  // namespace

void write_recovery_code(std::span<const std::uint8_t, recovery_code_size> code,
                         std::span<std::uint8_t, recovery_text_size> out) noexcept {
  unsigned check = 0;
  std::size_t written = 0;
  for (std::size_t at = 0; at < digits; ++at) {
    unsigned value = 0;
    for (unsigned bit = 0; bit < digit_bits; ++bit) {
      const std::size_t place = at * digit_bits + bit;
      const unsigned set =
          place < spare_bits ? 0 : code[(place - spare_bits) / 8] >> (7 - (place - spare_bits) % 8) & 1U;
      value = value << 1U | set;
    }
    check = next_check(check, value);
    out[written++] = static_cast<std::uint8_t>(symbols[value]);
    if (at % group == group - 1) out[written++] = '-';
  }
  out[written] = static_cast<std::uint8_t>(symbols[check]);
}

recovery_flaw read_recovery_code(bytes_view text, std::span<std::uint8_t, recovery_code_size> out) noexcept {
  std::ranges::fill(out, 0);
  const recovery_flaw flaw = read_symbols(text, out);
  if (flaw != recovery_flaw::none) wipe(out);
  return flaw;
}

result<secret_bytes> parse_recovery_code(std::string_view text) {
  secret_bytes code(recovery_code_size);
  switch (read_recovery_code(as_bytes(text), code.data().first<recovery_code_size>())) {
    case recovery_flaw::none: return code;
    case recovery_flaw::length:
      return fail(errc::invalid_field,
                  "A recovery code has 26 letters and digits and a check symbol; some are missing, or too many.",
                  "recovery");
    case recovery_flaw::symbol:
      return fail(errc::invalid_field,
                  "The recovery code has a symbol that none contains; compare it with what was written down.",
                  "recovery");
    case recovery_flaw::check: break;
  }
  return fail(
      errc::invalid_field,
      "The recovery code's check symbol does not fit: something in it is mistyped; compare it with what was "
      "written down.",
      "recovery");
}

}  // namespace kbve::vault
