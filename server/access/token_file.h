// Who may ask, from a file: a line "NAME SHA256-OF-TOKEN" for each person, the digest in 64
// hexadecimal digits. '#' begins a comment. The tokens themselves stand nowhere.
#pragma once

#include <absl/status/statusor.h>

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace indexcast::server {

using Sha256 = std::array<std::uint8_t, 32>;

Sha256 sha256_of(std::string_view text);

class TokenOwners {
 public:
  static constexpr std::size_t kNameBytesMax = 64;

  void add(std::string name, const Sha256& digest) { owners_.push_back({std::move(name), digest}); }
  std::size_t size() const { return owners_.size(); }

  // The name of the token's owner; empty when it is nobody's. How long it takes says nothing of how
  // near a wrong token came.
  std::string_view owner_of(std::string_view token) const;

 private:
  struct Owner {
    std::string name;
    Sha256 digest;
  };
  std::vector<Owner> owners_;
};

// What keeps a file from holding secrets, as "path:1:mode: what": that others may read it, or
// anyone but its owner write it. Also when it is none.
absl::Status check_secrecy(const std::string& path);

// The token of an Authorization header of the scheme Bearer; empty when it is none.
std::string_view bearer_token(std::string_view authorization);

// What is wrong with a line: its key, and what.
using LineFault = std::function<void(std::string_view key, std::string_view what)>;
// Takes the words of a line after its name and digest.
using TakeRest = std::function<void(const std::string& name, const std::vector<std::string>& rest,
                                    const LineFault& fault)>;

// Reads and checks the file; without `take_rest`, more than two words are a fault. The status text
// is "file:line:key: what", one line per fault, all of them; no part of a digest is in it.
absl::StatusOr<TokenOwners> load_tokens(const std::string& path, const TakeRest& take_rest = {});

}  // namespace indexcast::server
