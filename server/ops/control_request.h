// An operator's request, read and checked: what is asked for, and nothing yet of who asks.
#pragma once

#include <cstdint>
#include <string>

#include "calc/control.h"
#include "calc/time.h"
#include "calc/universe.h"
#include "server/ops/operation.h"

namespace indexcast::server {

struct ControlRequest {
  const Operation* operation = nullptr;
  std::uint32_t target = 0;  // its number in the universe
  std::int64_t value = 0;    // in the unit of the operation's ValueKind; 0 when it takes none
  RequestMode mode = RequestMode::careful;  // of an operation that is_judged()
  std::int64_t from_sequence = 0;
  std::int64_t to_sequence = 0;
  std::uint32_t expected_version = kAnyVersion;
  // One of them, or neither: when it is too late to carry the request out.
  std::int64_t expires_after_ns = 0;  // from when the request comes in
  TimeNs expires_at{};
  std::string reason;
  std::uint64_t id = 0;  // chosen by the principal; 0: ControlRequests assigns one

  friend bool operator==(const ControlRequest&, const ControlRequest&) = default;
};

// The target's name in a universe: code, symbol or name of the series.
std::string_view target_name(const Universe& universe, TargetKind kind, std::uint32_t target);

// Decimals of the request's value; 0 for a flag.
int value_places(const Universe& universe, const Operation& operation, std::uint32_t target);

}  // namespace indexcast::server
