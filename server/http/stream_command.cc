#include "server/http/stream_command.h"

#include <nlohmann/json.hpp>

namespace indexcast::server {
namespace {

using Json = nlohmann::json;

// The member as a string; empty when it is absent or something else.
std::string string_of(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::string read_codes(const Json& object, StreamCommand& command) {
  const auto codes = object.find("codes");
  if (codes == object.end() || !codes->is_array() || codes->empty()) {
    return "codes: an array of index codes is needed";
  }
  for (const Json& code : *codes) {
    if (!code.is_string()) return "codes: every code is a string";
    command.codes.push_back(code.get<std::string>());
  }
  return {};
}

std::string read_mode(const Json& object, StreamCommand& command) {
  if (!object.contains("mode")) return {};
  const std::string mode = string_of(object, "mode");
  if (mode == "tick") return {};
  if (mode != "conflated") return "mode: tick or conflated";
  command.interval_ms = kDefaultIntervalMs;
  const auto interval = object.find("interval_ms");
  if (interval == object.end()) return {};
  const bool whole = interval->is_number_integer();
  // Read as double first: an integer beyond 63 bits must not wrap into the range.
  const double asked = whole ? interval->get<double>() : 0.0;
  if (asked < kShortestIntervalMs || asked > kLongestIntervalMs) {
    return "interval_ms: an integer from 10 to 60000";
  }
  command.interval_ms = interval->get<std::int64_t>();
  return {};
}

}  // namespace

ParsedCommand parse_stream_command(std::string_view text) {
  ParsedCommand out;
  const Json object = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) {
    out.fault = "not a JSON object";
    return out;
  }
  const std::string op = string_of(object, "op");
  if (op == "ping") return out;
  if (op == "subscribe") {
    out.command.op = StreamOp::subscribe;
  } else if (op == "unsubscribe") {
    out.command.op = StreamOp::unsubscribe;
  } else {
    out.fault = "op: subscribe, unsubscribe or ping";
    return out;
  }
  out.fault = read_codes(object, out.command);
  if (out.fault.empty() && out.command.op == StreamOp::subscribe) {
    out.fault = read_mode(object, out.command);
  }
  return out;
}

}  // namespace indexcast::server
