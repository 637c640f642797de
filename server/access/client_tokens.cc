#include "server/access/client_tokens.h"

#include <absl/strings/numbers.h>
#include <absl/strings/str_split.h>

#include <cstdint>
#include <vector>

namespace indexcast::server {
namespace {

constexpr std::int64_t kMostConnections = 100'000;
constexpr std::int64_t kMostLevels = 1'000'000;
constexpr std::int64_t kMostCommands = 100'000;

std::vector<std::string> parts_of(const std::string& list) {
  return absl::StrSplit(list, ',', absl::SkipEmpty());
}

// One word of a line, into `rights`; what is wrong with it, empty when nothing is.
class RightsWord {
 public:
  explicit RightsWord(ClientRights& rights) : rights_(rights) {}

  std::string read(const std::string& key, const std::string& value) {
    if (key == "codes") return codes(value);
    if (key == "modes") return modes(value);
    if (key == "connections") return number(value, kMostConnections, rights_.connections);
    if (key == "levels_per_second") return number(value, kMostLevels, rights_.levels_per_second);
    if (key == "commands_per_second")
      return number(value, kMostCommands, rights_.commands_per_second);
    if (key != "operations") return "is no entitlement";
    rights_.operations = value == "yes";
    return value == "yes" || value == "no" ? "" : "must be yes or no";
  }

 private:
  std::string codes(const std::string& value) {
    rights_.every_code = value == "*";
    if (rights_.every_code) return {};
    for (std::string& code : parts_of(value)) rights_.codes.insert(std::move(code));
    return rights_.codes.empty() ? "must be index codes with commas between them, or *" : "";
  }

  std::string modes(const std::string& value) {
    rights_.tick = rights_.grid = rights_.conflated = rights_.replay = false;
    for (const std::string& mode : parts_of(value)) {
      bool* const right = right_of(mode);
      if (right == nullptr) return "must be of tick, grid, conflated, replay";
      *right = true;
    }
    return {};
  }

  bool* right_of(std::string_view mode) {
    if (mode == "tick") return &rights_.tick;
    if (mode == "grid") return &rights_.grid;
    if (mode == "conflated") return &rights_.conflated;
    return mode == "replay" ? &rights_.replay : nullptr;
  }

  template <class Number>
  static std::string number(const std::string& value, std::int64_t most, Number& out) {
    std::int64_t parsed = 0;
    if (!absl::SimpleAtoi(value, &parsed) || parsed < 1 || parsed > most)
      return "must be a number from 1 to " + std::to_string(most);
    out = static_cast<Number>(parsed);
    return {};
  }

  ClientRights& rights_;
};

ClientRights read_rights(const std::string& name, const std::vector<std::string>& words,
                         const LineFault& fault) {
  ClientRights rights;
  rights.name = name;
  rights.operations = false;
  for (const std::string& word : words) {
    const std::pair<std::string, std::string> parts = absl::StrSplit(word, absl::MaxSplits('=', 1));
    const std::string wrong = RightsWord(rights).read(parts.first, parts.second);
    if (!wrong.empty()) fault(parts.first, wrong);
  }
  return rights;
}

}  // namespace

SharedRights ClientTokens::rights_of(std::string_view token) const {
  if (!required()) {
    static const SharedRights everything = std::make_shared<const ClientRights>();
    return everything;
  }
  if (token.empty()) return nullptr;
  const auto found = rights_.find(owners_.owner_of(token));
  return found == rights_.end() ? nullptr : found->second;
}

absl::StatusOr<ClientTokens> load_client_tokens(const std::string& path) {
  if (path.empty()) return ClientTokens();
  std::map<std::string, SharedRights, std::less<>> rights;
  const auto take = [&](const std::string& name, const std::vector<std::string>& words,
                        const LineFault& fault) {
    rights[name] = std::make_shared<const ClientRights>(read_rights(name, words, fault));
  };
  absl::StatusOr<TokenOwners> owners = load_tokens(path, take);
  if (!owners.ok()) return owners.status();
  return ClientTokens(*std::move(owners), std::move(rights));
}

}  // namespace indexcast::server
