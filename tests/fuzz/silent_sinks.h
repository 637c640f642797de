// Sinks that look at everything they are given and keep nothing.
#pragma once

#include <cstdint>
#include <cstdlib>

#include "feedhandlers/market/event_sink.h"
#include "feedhandlers/transport/field_sink.h"

namespace indexcast::fuzz {

class SilentFields final : public feed::FieldSink {
 public:
  void integer(std::string_view, std::int64_t) override {}
  void natural(std::string_view, std::uint64_t) override {}
  void decimal(std::string_view, std::int64_t, int) override {}
  void text(std::string_view, std::string_view value) override {
    for (const char c : value) touched_ ^= static_cast<std::uint8_t>(c);
  }
  void begin_list(std::string_view) override {}
  void begin_item() override {}
  void end_item() override {}
  void end_list() override {}

 private:
  std::uint8_t touched_ = 0;
};

// Stops the fuzzer at an event that must never leave a feed handler.
class CheckedEvents final : public feed::EventSink {
 public:
  void push(const MarketEvent& event) override {
    if (event.kind != EventKind::price) return;
    if (event.value[0] <= 0 || event.value[1] < 0 || event.value[2] < 0) std::abort();
  }
};

}  // namespace indexcast::fuzz
