#include "spki.hpp"

#include <algorithm>
#include <array>

#include "kbve/core/base64url.hpp"
#include "kbve/core/secret.hpp"

namespace kbve::jose {
namespace {

constexpr std::uint8_t integer_tag = 0x02;
constexpr std::uint8_t bit_string_tag = 0x03;
constexpr std::uint8_t sequence_tag = 0x30;

constexpr std::string_view space = " \t\r\n";

/// Reads DER values of known tags. A failed read gives nothing, and then everything has failed.
class der_reader {
 public:
  explicit der_reader(bytes_view in) noexcept : rest_(in) {}

  /// The content of the next value, if it has this tag and a length in its shortest form.
  std::optional<bytes_view> take(std::uint8_t tag) noexcept {
    if (rest_.size() < 2 || rest_[0] != tag) return std::nullopt;
    std::size_t size = rest_[1];
    std::size_t header = 2;
    if (size >= 0x80) {
      const std::size_t count = size - 0x80;
      if (count == 0 || count > 2 || rest_.size() < 2 + count || rest_[2] == 0) return std::nullopt;
      size = 0;
      for (std::size_t i = 0; i < count; ++i) size = size << 8 | rest_[2 + i];
      if (size < 0x80) return std::nullopt;
      header += count;
    }
    if (rest_.size() - header < size) return std::nullopt;
    const bytes_view content = rest_.subspan(header, size);
    rest_ = rest_.subspan(header + size);
    return content;
  }

  [[nodiscard]] bool done() const noexcept { return rest_.empty(); }

 private:
  bytes_view rest_;
};

/// A positive INTEGER's bytes without the zero that keeps its sign off.
std::optional<bytes> positive(der_reader& from) {
  const auto content = from.take(integer_tag);
  if (!content || content->empty() || content->front() >= 0x80) return std::nullopt;
  if (content->front() != 0) return bytes(content->begin(), content->end());
  if (content->size() < 2 || (*content)[1] < 0x80) return std::nullopt;
  return bytes(content->begin() + 1, content->end());
}

/// The AlgorithmIdentifiers there are, by what is inside their SEQUENCE.
constexpr std::array<std::uint8_t, 13> rsa_encryption{6, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 1, 5, 0};
constexpr std::array<std::uint8_t, 19> on_p256{6, 7,    0x2A, 0x86, 0x48, 0xCE, 0x3D, 2, 1, 6,
                                               8, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 3,    1, 7};
constexpr std::array<std::uint8_t, 16> on_p384{6, 7, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 2,
                                               1, 6, 5,    0x2B, 0x81, 4,    0,    0x22};
constexpr std::array<std::uint8_t, 16> on_p521{6, 7, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 2,
                                               1, 6, 5,    0x2B, 0x81, 4,    0,    0x23};
constexpr std::array<std::uint8_t, 5> ed25519{6, 3, 0x2B, 0x65, 0x70};

std::optional<key> rsa_from(bytes_view inside) {
  der_reader outer(inside);
  const auto sequence = outer.take(sequence_tag);
  if (!sequence || !outer.done()) return std::nullopt;
  der_reader numbers(*sequence);
  auto modulus = positive(numbers);
  auto exponent = modulus ? positive(numbers) : std::nullopt;
  if (!exponent || !numbers.done()) return std::nullopt;
  key out;
  out.type = key_type::rsa;
  out.material = *std::move(modulus);
  out.exponent = *std::move(exponent);
  return out;
}

std::optional<key> plain_from(key_type type, crypto::curve curve, bytes_view inside) {
  const std::size_t size = type == key_type::okp ? 32 : 1 + 2 * crypto::coordinate_size(curve);
  if (inside.size() != size || (type == key_type::ec && inside.front() != 4)) return std::nullopt;
  key out;
  out.type = type;
  out.curve = curve;
  out.material.assign(inside.begin(), inside.end());
  return out;
}

}  // namespace

std::optional<key> parse_spki(bytes_view der) {
  der_reader outer(der);
  const auto whole = outer.take(sequence_tag);
  if (!whole || !outer.done()) return std::nullopt;
  der_reader inner(*whole);
  const auto algorithm = inner.take(sequence_tag);
  const auto wrapped = algorithm ? inner.take(bit_string_tag) : std::nullopt;
  // The first byte counts the unused bits at the end.
  if (!wrapped || !inner.done() || wrapped->empty() || wrapped->front() != 0) return std::nullopt;
  const bytes_view inside = wrapped->subspan(1);
  if (std::ranges::equal(*algorithm, rsa_encryption)) return rsa_from(inside);
  if (std::ranges::equal(*algorithm, on_p256)) return plain_from(key_type::ec, crypto::curve::p256, inside);
  if (std::ranges::equal(*algorithm, on_p384)) return plain_from(key_type::ec, crypto::curve::p384, inside);
  if (std::ranges::equal(*algorithm, on_p521)) return plain_from(key_type::ec, crypto::curve::p521, inside);
  if (std::ranges::equal(*algorithm, ed25519)) return plain_from(key_type::okp, crypto::curve::p256, inside);
  return std::nullopt;
}

bool is_public_der(bytes_view der) noexcept {
  der_reader outer(der);
  const auto whole = outer.take(sequence_tag);
  if (!whole || !outer.done()) return false;
  der_reader numbers(*whole);
  if (numbers.take(integer_tag) && numbers.take(integer_tag) && numbers.done()) return true;
  // An algorithm and its key; or what is signed, an algorithm and the signature.
  der_reader parts(*whole);
  if (!parts.take(sequence_tag)) return false;
  (void)parts.take(sequence_tag);
  return parts.take(bit_string_tag) && parts.done();
}

std::optional<bytes> decode_base64(std::string_view text) {
  // It is base64url with two other letters, line breaks and padding.
  std::string letters;
  letters.reserve(text.size());
  bool ordinary = true;
  for (const char c : text) {
    if (c == '-' || c == '_') ordinary = false;
    if (space.find(c) == std::string_view::npos) letters.push_back(c == '+' ? '-' : c == '/' ? '_' : c);
  }
  std::string_view rest = letters;
  ordinary = ordinary && rest.size() % 4 == 0;
  for (int padding = 0; padding < 2 && rest.ends_with('='); ++padding) rest.remove_suffix(1);
  auto out = ordinary ? base64url::decode(rest) : std::nullopt;
  wipe(letters);
  return out;
}

std::optional<key> parse_pem(std::string_view text) {
  constexpr std::string_view begin = "-----BEGIN PUBLIC KEY-----";
  constexpr std::string_view end = "-----END PUBLIC KEY-----";
  text.remove_prefix(std::min(text.find_first_not_of(space), text.size()));
  text = text.substr(0, text.find_last_not_of(space) + 1);
  if (!text.starts_with(begin) || !text.ends_with(end) || text.size() < begin.size() + end.size())
    return std::nullopt;
  text = text.substr(begin.size(), text.size() - begin.size() - end.size());
  const auto der = decode_base64(text);
  return der ? parse_spki(*der) : std::nullopt;
}

}  // namespace kbve::jose
