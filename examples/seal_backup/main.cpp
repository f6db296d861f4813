/// seal_backup NAME: makes a backup of a new locker. Reads from standard input, line by line, the passphrase and
/// then values as `id=JSON`, such as `profile/theme="dark"` and `entry/draft={"text":"x"}`; writes the backup to
/// standard output. Exit code 0; 1 for a value that is refused; 2 for a wrong call.

#include <algorithm>
#include <chrono>
#include <iostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kbve/core/secret.hpp"
#include "kbve/crypto/random.hpp"
#include "kbve/vault/backup.hpp"

namespace {

int refused(const kbve::error& why) {
  std::cerr << kbve::name(why.code) << ": " << why.message << ' ' << why.field << '\n';
  return 1;
}

/// Lines that nobody finds in memory afterwards.
struct private_lines {
  std::vector<std::string> lines;

  explicit private_lines(std::istream& from) {
    // Each is read into memory that is large enough for most: growing leaves pieces behind.
    for (std::string line; line.reserve(4'096), std::getline(from, line); kbve::wipe(line)) lines.push_back(line);
  }
  private_lines(const private_lines&) = delete;
  private_lines(private_lines&&) = delete;
  private_lines& operator=(const private_lines&) = delete;
  private_lines& operator=(private_lines&&) = delete;
  ~private_lines() {
    for (std::string& line : lines) kbve::wipe(line);
  }
};

/// A keyslot that this passphrase opens.
kbve::result<void> add_passphrase(kbve::vault::vault& to, std::string_view passphrase, std::uint64_t now) {
  using namespace kbve;
  const vault::passphrase_kdf kdf{.salt = crypto::random_array<crypto::argon2id_salt_size>()};
  const auto key = crypto::argon2id(as_bytes(passphrase), kdf.salt, kdf.memory_kib, kdf.passes);
  if (!key) return std::unexpected(key.error());
  vault::slot slot;
  slot.id = crypto::random_array<16>();
  slot.label = "Passphrase";
  slot.created = now;
  slot.kdf = kdf;
  return to.wrap_slot(std::move(slot), key->view());
}

}  // namespace

int main(int count, char** arguments) {
  using namespace kbve;
  const private_lines given(std::cin);
  const std::vector<std::string>& lines = given.lines;
  if (count != 2 || lines.empty() || lines.front().empty()) {
    std::cerr << "usage: seal_backup NAME < lines, of which the first is the passphrase\n";
    return 2;
  }
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  const auto now =
      static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(since).count());
  auto locker = vault::vault::create("default", arguments[1], now, {});
  if (!locker) return refused(locker.error());
  if (auto added = add_passphrase(*locker, lines.front(), now); !added) return refused(added.error());
  std::vector<vault::plain_item> values;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const std::string_view line = lines[i];
    const std::size_t equals = std::min(line.find('='), line.size());
    const std::string_view json = line.substr(std::min(equals + 1, line.size()));
    values.push_back({.id = line.substr(0, equals), .value = as_bytes(json)});
  }
  const auto sealed = vault::seal_backup(*locker, values, now);
  if (!sealed) return refused(sealed.error());
  std::cout << vault::to_json(*sealed);
  return std::cout.flush() ? 0 : 2;
}
