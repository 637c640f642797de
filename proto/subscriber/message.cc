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
  const auto [word, code] = split(topic);
  const auto when = [](bool good, Kind kind) { return good ? kind : Kind::malformed; };
  const auto is_record = [&code = code](const v1::Event& record) {
    return epoch_of(record) != 0 && is_sequence(sequence_of(record)) && code_of(record) == code;
  };
  if (word == "level") {
    return when(parse(payload, level_) && level_.epoch() != 0 && level_.code() == code &&
                    is_sequence(level_.index_sequence()),
                Kind::level);
  }
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
  return word.empty() ? Kind::malformed : Kind::other;
}

std::uint64_t epoch_of(const v1::Event& record) {
  if (record.has_status()) return record.status().epoch();
  if (record.has_definition()) return record.definition().epoch();
  return record.correction().epoch();
}

std::uint64_t sequence_of(const v1::Event& record) {
  if (record.has_status()) return record.status().record_sequence();
  if (record.has_definition()) return record.definition().record_sequence();
  return record.correction().record_sequence();
}

const std::string& code_of(const v1::Event& record) {
  if (record.has_status()) return record.status().code();
  if (record.has_definition()) return record.definition().definition().code();
  return record.correction().code();
}

}  // namespace indexcast::subscriber
