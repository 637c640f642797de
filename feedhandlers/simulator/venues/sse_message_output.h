// Shanghai's messages on their way out: what every M101 and M102 has in common, said once.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "feedhandlers/simulator/day/message_output.h"
#include "feedhandlers/sse/encoder.h"

namespace indexcast::sim {

// Scales of the wire: prices 1e-6 to 1e-5, turnover 1e-4 to 1e-2.
constexpr std::uint64_t sse_price(std::int64_t price) {
  return static_cast<std::uint64_t>(price / 10);
}
constexpr std::uint64_t sse_value(std::int64_t value) {
  return static_cast<std::uint64_t>(value / 100);
}

class SseMessageOutput {
 public:
  explicit SseMessageOutput(MessageOutput& output) : output_(output) {}

  // An M101 (SSE notes 2.3).
  void status(std::uint8_t security_type, std::string_view session_id, std::uint32_t products,
              Micros now);
  // An M102 (2.4). `fields` names product, stream, phase and totals; mode, date and time are added.
  void snapshot(sse::SnapshotFields fields, std::uint32_t code, std::span<const sse::Entry> entries,
                Micros now);
  // Sends an M201 of the bonds outside the matching market (2.4, since 0.61), which an equity
  // client skips.
  void bond_tick(Micros now);

 private:
  sse::Stamp stamp(Micros now);
  void emit(std::uint32_t security, std::uint32_t stream, Micros now);

  MessageOutput& output_;
  std::uint64_t bond_ticks_ = 0;
  std::vector<std::byte> bytes_;
};

}  // namespace indexcast::sim
