#include "tests/soak/stream_message.h"

#include <charconv>

namespace indexcast::soak {
namespace {

// The number behind `key`, quoted or not; 0 where there is none.
std::uint64_t number_behind(std::string_view text, std::string_view key) {
  const auto at = text.find(key);
  if (at == std::string_view::npos) return 0;
  const char* from = text.data() + at + key.size();
  if (*from == '"') ++from;
  std::uint64_t value = 0;
  std::from_chars(from, text.data() + text.size(), value);
  return value;
}

StreamMessage::Kind kind_of(std::string_view text) {
  constexpr std::string_view kType = "{\"type\":\"";
  if (!text.starts_with(kType)) return StreamMessage::Kind::other;
  const std::string_view type = text.substr(kType.size());
  if (type.starts_with("level\"")) return StreamMessage::Kind::level;
  if (type.starts_with("snapshot\"")) return StreamMessage::Kind::snapshot;
  if (type.starts_with("skipped\"")) return StreamMessage::Kind::skipped;
  return StreamMessage::Kind::other;
}

}  // namespace

std::size_t number_of(std::string_view code) {
  std::size_t value = 0;
  std::from_chars(code.data(), code.data() + code.size(), value);
  return value;
}

StreamMessage read_json(std::string_view text) {
  StreamMessage message{.kind = kind_of(text)};
  if (message.kind == StreamMessage::Kind::other) return message;
  message.code = number_behind(text, "\"code\":");
  if (message.kind == StreamMessage::Kind::skipped) {
    message.from = number_behind(text, "\"from\":");
    message.to = number_behind(text, "\"to\":");
    return message;
  }
  message.from = message.to = number_behind(text, "\"index_sequence\":");
  message.calculation_time =
      static_cast<std::int64_t>(number_behind(text, "\"calculation_time\":"));
  return message;
}

StreamMessage read_protobuf(std::string_view bytes, v1::ServerMessage& parsed) {
  StreamMessage message;
  if (!parsed.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return message;
  if (parsed.has_level()) {
    const v1::Level& level = parsed.level();
    return {StreamMessage::Kind::level, number_of(level.code()), level.index_sequence(),
            level.index_sequence(), level.calculation_time()};
  }
  if (parsed.has_snapshot()) {
    const v1::Snapshot& snapshot = parsed.snapshot();
    return {StreamMessage::Kind::snapshot, number_of(snapshot.code()), snapshot.complete_to(),
            snapshot.complete_to(), 0};
  }
  if (parsed.has_skipped()) {
    const v1::Skipped& skipped = parsed.skipped();
    return {StreamMessage::Kind::skipped, number_of(skipped.code()), skipped.from(), skipped.to(),
            0};
  }
  return message;
}

}  // namespace indexcast::soak
