/// open_backup FILE: reads the passphrase as one line from standard input, and prints the backup's values, one a
/// line: id, tabulator, value; of a large value its kind, size and type. Exit code 0; 1 for a file that does not
/// open; 2 for a wrong call.
///
/// The passphrase is taken as its bytes are: UTF-8 in NFKC, which is what keyboards give for all but a few
/// letters.

#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>

#include "kbve/core/base64url.hpp"
#include "kbve/vault/backup.hpp"

namespace {

/// What a file has, or nothing where it cannot be read.
std::optional<std::string> contents_of(const char* path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  std::string out{std::istreambuf_iterator<char>(file), {}};
  if (file.bad()) return std::nullopt;
  return out;
}

/// A text for a terminal: control characters, which could say anything to it, as \xNN.
std::string printable(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    // U+0080 to U+009F are control characters as well, and in UTF-8 a 0xC2 and such a byte.
    const bool second_set = byte == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0;
    if (byte >= 0x20 && byte != 0x7f && !second_set) {
      out.push_back(text[i]);
    } else {
      out.append({'\\', 'x', digits[byte >> 4U], digits[byte & 15U]});
      if (second_set) {
        const auto next = static_cast<unsigned char>(text[++i]);
        out.append({'\\', 'x', digits[next >> 4U], digits[next & 15U]});
      }
    }
  }
  return out;
}

/// What a line says of a value.
std::string shown(const kbve::vault::backup_value& of) {
  using namespace kbve;
  const bytes_view value = of.value.view();
  if (of.kind == vault::record_kind::bytes) return base64url::encode(value);
  const auto large =
      of.kind == vault::record_kind::parts ? vault::parse_large_value(as_text(value)) : std::nullopt;
  if (!large) return printable(as_text(value));
  std::string out = large->kind + ", " + std::to_string(large->size) + " bytes";
  if (!large->type.empty()) out.append(", ").append(printable(large->type));
  return out;
}

int refused(const kbve::error& why) {
  std::cerr << kbve::name(why.code) << ": " << why.message << '\n';
  return 1;
}

}  // namespace

int main(int count, char** arguments) {
  using namespace kbve;
  if (count != 2) {
    std::cerr << "usage: open_backup FILE < passphrase\n";
    return 2;
  }
  const auto text = contents_of(arguments[1]);
  if (!text) {
    std::cerr << "This file cannot be read.\n";
    return 2;
  }
  const auto file = vault::parse_backup(*text);
  if (!file) return refused(file.error());
  std::string passphrase;
  std::getline(std::cin, passphrase);
  auto locker = vault::unlock_backup(*file, vault::backup_secret::passphrase, as_bytes(passphrase));
  wipe({reinterpret_cast<std::uint8_t*>(passphrase.data()), passphrase.size()});
  if (!locker) return refused(locker.error());
  const auto opened = vault::open_backup(*file, *locker);
  if (!opened) return refused(opened.error());
  for (const vault::backup_value& each : opened->values) {
    std::cout << printable(each.id) << '\t' << shown(each) << '\n';
  }
  for (const std::string& id : opened->damaged) std::cerr << printable(id) << " does not open\n";
  return opened->damaged.empty() ? 0 : 1;
}
