#include "proto/subscriber/message.h"

#include "proto/subscriber/stream_tracker.h"

namespace indexcast::subscriber {
namespace {

using Kind = MessageReader::Kind;

// Nothing of the contract is near this; ZeroMQ closes a connection that sends more.
constexpr std::size_t kPayloadMax = 1 << 24;

template <class Message>
bool parse(std::string_view payload, Message& out) {
  return payload.size() <= kPayloadMax &&
         out.ParseFromArray(payload.data(), static_cast<int>(payload.size()));
}

bool is_sequence(std::uint64_t number) { return number >= 1 && number <= kSequenceMax; }

bool sane(const v1::Skipped& skipped) {
  return is_sequence(skipped.from()) && skipped.from() <= skipped.to() && is_sequence(skipped.to());
}

bool sane(const v1::Heartbeat& heartbeat) {
  for (const v1::IndexSequence& index : heartbeat.indices()) {
    if (index.index_sequence() > kSequenceMax || index.record_sequence() > kSequenceMax) {
      return false;
    }
  }
  return heartbeat.epoch() != 0;
}

bool sane(const v1::Level& level, std::string_view code) {
  return level.epoch() != 0 && level.code() == code && is_sequence(level.index_sequence());
}

// A pace that an older server does not tell is 0.
bool is_instant(std::int64_t instant, std::uint32_t pace_ms) {
  constexpr std::int64_t kNsPerMs = 1'000'000;
  return instant > 0 && (pace_ms == 0 || instant % (pace_ms * kNsPerMs) == 0);
}

bool sane(const v1::Grid& grid, std::string_view code) {
  return sane(grid.level(), code) && grid.pace_ms() > 0 &&
         is_instant(grid.grid_instant(), grid.pace_ms());
}

bool sane(const v1::Inav& inav, std::string_view code) {
  const bool of_grid = inav.pace() == v1::INAV_PACE_GRID;
  return sane(inav.level(), code) && (!of_grid || is_instant(inav.grid_instant(), inav.pace_ms()));
}

// "word/CODE/" taken apart; empty when it is none. A code may have slashes of its own.
struct Topic {
  std::string_view word;
  std::string_view code;
};
Topic split(std::string_view topic) {
  const std::size_t slash = topic.find('/');
  if (slash == std::string_view::npos || topic.back() != '/') return {};
  const std::string_view rest = topic.substr(slash + 1);
  return {topic.substr(0, slash), rest.substr(0, rest.empty() ? 0 : rest.size() - 1)};
}

}  // namespace

Kind MessageReader::read(std::string_view topic, std::string_view payload) {
  return kind_ = take(topic, payload);
}

std::uint64_t MessageReader::epoch() const {
  switch (kind_) {
    case Kind::level:
      return level_.epoch();
    case Kind::grid:
      return grid_.level().epoch();
    case Kind::inav:
      return inav_.level().epoch();
    case Kind::skipped:
      return skipped_.epoch();
    case Kind::record:
      return epoch_of(record_);
    default:
      return 0;
  }
}

const std::string& MessageReader::code() const {
  static const std::string none;
  switch (kind_) {
    case Kind::level:
      return level_.code();
    case Kind::grid:
      return grid_.level().code();
    case Kind::inav:
      return inav_.level().code();
    case Kind::skipped:
      return skipped_.code();
    case Kind::record:
      return code_of(record_);
    default:
      return none;
  }
}

Kind MessageReader::take(std::string_view topic, std::string_view payload) {
  const auto [word, code] = split(topic);
  const auto when = [](bool good, Kind kind) { return good ? kind : Kind::malformed; };
  const auto is_record = [&code = code](const v1::Event& record) {
    return epoch_of(record) != 0 && is_sequence(sequence_of(record)) && code_of(record) == code;
  };
  if (word == "level") {
    return when(parse(payload, level_) && sane(level_, code), Kind::level);
  }
  if (word == "grid") return when(parse(payload, grid_) && sane(grid_, code), Kind::grid);
  if (word == "inav") return when(parse(payload, inav_) && sane(inav_, code), Kind::inav);
  if (word == "skipped") {
    return when(parse(payload, skipped_) && skipped_.epoch() != 0 && skipped_.code() == code &&
                    sane(skipped_),
                Kind::skipped);
  }
  if (word == "heartbeat")
    return when(parse(payload, heartbeat_) && sane(heartbeat_), Kind::heartbeat);
  if (word == "status") {
    return when(parse(payload, *record_.mutable_status()) && is_record(record_), Kind::record);
  }
  if (word == "definition") {
    return when(parse(payload, *record_.mutable_definition()) && is_record(record_), Kind::record);
  }
  if (word == "correction") {
    return when(parse(payload, *record_.mutable_correction()) && is_record(record_), Kind::record);
  }
  if (word == "pending") {
    return when(parse(payload, *record_.mutable_pending()) && is_record(record_), Kind::record);
  }
  return word.empty() ? Kind::malformed : Kind::other;
}

std::uint64_t epoch_of(const v1::Event& record) {
  if (record.has_status()) return record.status().epoch();
  if (record.has_definition()) return record.definition().epoch();
  if (record.has_pending()) return record.pending().epoch();
  return record.correction().epoch();
}

std::uint64_t sequence_of(const v1::Event& record) {
  if (record.has_status()) return record.status().record_sequence();
  if (record.has_definition()) return record.definition().record_sequence();
  if (record.has_pending()) return record.pending().record_sequence();
  return record.correction().record_sequence();
}

const std::string& code_of(const v1::Event& record) {
  if (record.has_status()) return record.status().code();
  if (record.has_definition()) return record.definition().definition().code();
  if (record.has_pending()) return record.pending().code();
  return record.correction().code();
}

}  // namespace indexcast::subscriber
