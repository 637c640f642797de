#include "server/zmq/entitlement.h"

#include <algorithm>

namespace indexcast::server {
namespace {

// "level/" for every code, "level/995366/" for one.
std::string grant(std::string_view kind, std::string_view code) {
  std::string prefix = std::string(kind) + "/";
  if (!code.empty()) prefix.append(code).append("/");
  return prefix;
}

}  // namespace

Entitlement::Entitlement(std::span<const std::string> codes, std::span<const TopicKind> kinds)
    : every_code_(std::ranges::find(codes, kEveryCode) != codes.end()),
      kinds_{},
      codes_(codes.begin(), codes.end()) {
  for (const TopicKind kind : kinds) kinds_[static_cast<std::size_t>(kind)] = true;
  if (every_code_ && std::ranges::all_of(kinds_, std::identity{})) return;
  grants_ = {"heartbeat/"};
  if (every_code_) codes_ = {""};
  for (const std::string& code : codes_) {
    for (std::size_t i = 0; i < kinds_.size(); ++i) {
      if (kinds_[i]) grants_.push_back(grant(kTopicKindNames[i], code));
    }
    grants_.push_back(grant("skipped", code));
  }
}

std::vector<std::string> Entitlement::admitted(std::string_view prefix) const {
  std::vector<std::string> covered;
  for (const std::string& allowed : grants_) {
    if (prefix.starts_with(allowed)) return {std::string(prefix)};
    if (allowed.starts_with(prefix)) covered.push_back(allowed);
  }
  return covered;
}

}  // namespace indexcast::server
