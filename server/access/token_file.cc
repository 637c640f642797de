#include "server/access/token_file.h"

#include <absl/strings/ascii.h>
#include <absl/strings/escaping.h>
#include <absl/strings/match.h>
#include <absl/strings/str_split.h>
#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <set>

#include "server/access/printable.h"
#include "server/settings/fault_list.h"
#include "server/settings/text_file.h"

namespace indexcast::server {
namespace {

std::optional<Sha256> parse_digest(const std::string& text) {
  Sha256 digest{};
  if (text.size() != 2 * digest.size()) return std::nullopt;
  if (!std::ranges::all_of(text, [](unsigned char c) { return absl::ascii_isxdigit(c); }))
    return std::nullopt;
  const std::string bytes = absl::HexStringToBytes(text);
  std::ranges::copy(bytes, digest.begin());
  return digest;
}

// Reads lines into `owners`; what follows name and digest is `take_rest`'s.
class TokenLines {
 public:
  TokenLines(const std::string& path, FaultList& faults, const TakeRest& take_rest)
      : path_(path), faults_(faults), take_rest_(take_rest) {}

  void read(const std::string& text) {
    for (const absl::string_view each : absl::StrSplit(text, '\n')) {
      ++line_;
      const absl::string_view line = absl::StripAsciiWhitespace(each);
      if (!line.empty() && line[0] != '#') read_line(line);
    }
    if (owners_.size() == 0 && faults_.empty()) fault("tokens", "the file names nobody");
  }
  TokenOwners take() { return std::move(owners_); }

 private:
  void fault(std::string_view key, std::string_view what) { faults_.add(path_, line_, key, what); }

  void read_line(absl::string_view line) {
    std::vector<std::string> words =
        absl::StrSplit(line, absl::ByAnyChar(" \t"), absl::SkipEmpty());
    if (words.size() < 2 || (words.size() > 2 && !take_rest_))
      return fault("tokens", "expected a name and a digest");
    if (const auto wrong = printable_fault(words[0], TokenOwners::kNameBytesMax))
      return fault("name", *wrong);
    const std::optional<Sha256> digest = parse_digest(words[1]);
    if (!digest) return fault("digest", "expected 64 hexadecimal digits, a SHA-256");
    if (!names_.insert(words[0]).second) return fault("name", words[0] + " appears twice");
    if (!digests_.insert(*digest).second) return fault("digest", "two people have the same token");
    owners_.add(words[0], *digest);
    if (!take_rest_) return;
    const std::vector<std::string> rest(words.begin() + 2, words.end());
    take_rest_(words[0], rest,
               [this](std::string_view key, std::string_view what) { fault(key, what); });
  }

  const std::string& path_;
  FaultList& faults_;
  const TakeRest& take_rest_;
  int line_ = 0;
  std::set<std::string> names_;
  std::set<Sha256> digests_;
  TokenOwners owners_;
};

}  // namespace

Sha256 sha256_of(std::string_view text) {
  Sha256 digest{};
  ::SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return digest;
}

// Every owner is compared, found or not.
std::string_view TokenOwners::owner_of(std::string_view token) const {
  const Sha256 digest = sha256_of(token);
  std::string_view found;
  for (const Owner& owner : owners_) {
    if (::CRYPTO_memcmp(owner.digest.data(), digest.data(), digest.size()) == 0) found = owner.name;
  }
  return found;
}

std::string_view bearer_token(std::string_view authorization) {
  constexpr std::string_view kScheme = "bearer ";
  if (authorization.size() <= kScheme.size()) return {};
  const absl::string_view scheme(authorization.data(), kScheme.size());
  if (!absl::EqualsIgnoreCase(scheme, absl::string_view(kScheme.data(), kScheme.size()))) return {};
  return authorization.substr(kScheme.size());
}

absl::Status check_secrecy(const std::string& path) {
  FaultList faults;
  struct stat about {};
  if (::stat(path.c_str(), &about) != 0) {
    faults.add(path, 0, "file", std::strerror(errno));
  } else if ((about.st_mode & S_IRWXO) != 0) {
    faults.add(path, 0, "mode", "others may use it: chmod 600");
  } else if ((about.st_mode & S_IWGRP) != 0) {
    faults.add(path, 0, "mode", "its group may write it: chmod 600");
  }
  return faults.status();
}

absl::StatusOr<TokenOwners> load_tokens(const std::string& path, const TakeRest& take_rest) {
  if (absl::Status status = check_secrecy(path); !status.ok()) return status;
  FaultList faults;
  TokenLines lines(path, faults, take_rest);
  const std::optional<std::string> text = read_text_file(path);
  if (!text) {
    faults.add(path, 0, "file", "cannot be read");
  } else {
    lines.read(*text);
  }
  if (!faults.empty()) return faults.status();
  return lines.take();
}

}  // namespace indexcast::server
