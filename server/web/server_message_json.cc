#include "server/web/server_message_json.h"

#include <fmt/compile.h>

#include <iterator>

#include "server/messages/record_json.h"
#include "server/view/enum_names.h"

namespace indexcast::server {
namespace {

template <class Format, class... Args>
void print(JsonBuffer& out, const Format& format, const Args&... args) {
  fmt::format_to(std::back_inserter(out), format, args...);
}

void append(JsonBuffer& out, std::string_view text) { out.append(text.begin(), text.end()); }

void append_texts(JsonBuffer& out, const google::protobuf::RepeatedPtrField<std::string>& texts) {
  out.push_back('[');
  bool first = true;
  for (const std::string& text : texts) {
    if (!first) out.push_back(',');
    append_quoted(out, text);
    first = false;
  }
  out.push_back(']');
}

// The members of an object that is open already, its `{` left out.
void append_rest_of_level(JsonBuffer& out, const v1::Level& level) {
  JsonBuffer object;
  append_level_json(object, level, {});
  append(out, text_of(object).substr(1));
}

// The end of a snapshot.
void append_records(JsonBuffer& out, const v1::Snapshot& snapshot) {
  print(out, FMT_COMPILE(",\"records_to\":{},\"pending\":"), snapshot.records_to());
  append_pending_list_json(out, snapshot.pending());
  out.push_back('}');
}

void append_snapshot(JsonBuffer& out, const v1::ServerMessage& message) {
  const v1::Snapshot& snapshot = message.snapshot();
  if (snapshot.has_level()) {
    append_level_json(out, snapshot.level(), "snapshot");
    out.resize(out.size() - 1);
    return append_records(out, snapshot);
  }
  print(out,
        FMT_COMPILE("{{\"type\":\"snapshot\",\"epoch\":\"{}\",\"stream_sequence\":0,"
                    "\"index_sequence\":0,\"code\":"),
        message.epoch());
  append_quoted(out, snapshot.code());
  append_records(out, snapshot);
}

void append_grid(JsonBuffer& out, const v1::Grid& grid) {
  print(out, FMT_COMPILE("{{\"type\":\"grid\",\"grid_instant\":\"{}\",\"pace_ms\":{},"),
        grid.grid_instant(), grid.pace_ms());
  append_rest_of_level(out, grid.level());
}

void append_replay(JsonBuffer& out, const v1::ServerMessage& message) {
  const v1::ReplayReply& replay = message.replay();
  print(out, FMT_COMPILE("{{\"type\":\"replay\",\"epoch\":\"{}\",\"code\":"), message.epoch());
  append_quoted(out, replay.code());
  append(out, ",\"levels\":");
  append_levels_json(out, replay);
  print(out, FMT_COMPILE(",\"unavailable_before\":{},\"next\":{},\"complete_to\":{}}}"),
        replay.unavailable_before(), replay.next(), replay.complete_to());
}

void append_refusal(JsonBuffer& out, const v1::StreamRefusal& refusal) {
  print(out, FMT_COMPILE("{{\"type\":\"error\",\"kind\":\"{}\",\"reason\":"),
        name_of(kRefusalNames, refusal.kind()));
  append_quoted(out, refusal.reason());
  if (!refusal.code().empty()) {
    append(out, ",\"code\":");
    append_quoted(out, refusal.code());
  }
  out.push_back('}');
}

void append_unsubscribed(JsonBuffer& out, const v1::Unsubscribed& unsubscribed) {
  append(out, "{\"type\":\"unsubscribed\",\"codes\":");
  append_texts(out, unsubscribed.codes());
  out.push_back('}');
}

void append_authenticated(JsonBuffer& out, const v1::Authenticated& authenticated) {
  append(out, "{\"type\":\"authenticated\",\"name\":");
  append_quoted(out, authenticated.name());
  out.push_back('}');
}

void append_body(JsonBuffer& out, const v1::ServerMessage& message) {
  switch (message.body_case()) {
    case v1::ServerMessage::kAuthenticated:
      return append_authenticated(out, message.authenticated());
    case v1::ServerMessage::kSnapshot:
      return append_snapshot(out, message);
    case v1::ServerMessage::kLevel:
      return append_level_json(out, message.level(), "level");
    case v1::ServerMessage::kGrid:
      return append_grid(out, message.grid());
    case v1::ServerMessage::kSkipped:
      return append_skipped_json(out, message.skipped());
    case v1::ServerMessage::kHeartbeat:
      return append_heartbeat_json(out, message.heartbeat());
    case v1::ServerMessage::kStatus:
      return append_status_json(out, message.status());
    case v1::ServerMessage::kDefinition:
      return append_definition_json(out, message.definition());
    case v1::ServerMessage::kCorrection:
      return append_correction_json(out, message.correction());
    case v1::ServerMessage::kPending:
      return append_pending_json(out, message.pending(), "pending");
    case v1::ServerMessage::kReplay:
      return append_replay(out, message);
    case v1::ServerMessage::kUnsubscribed:
      return append_unsubscribed(out, message.unsubscribed());
    case v1::ServerMessage::kPong:
      return print(out, FMT_COMPILE("{{\"type\":\"pong\",\"time\":\"{}\"}}"),
                   message.pong().time());
    case v1::ServerMessage::kRefusal:
      return append_refusal(out, message.refusal());
    default:
      return append(out, "{}");
  }
}

}  // namespace

void append_server_message_json(JsonBuffer& out, const v1::ServerMessage& message) {
  if (message.id() == 0) return append_body(out, message);
  JsonBuffer object;
  append_body(object, message);
  print(out, FMT_COMPILE("{{\"id\":{},"), message.id());
  append(out, text_of(object).substr(1));
}

}  // namespace indexcast::server
