#include <charconv>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>

#include "server/web/stream_command.h"
#include "server/web/stream_command_rules.h"

namespace indexcast::server {
namespace {

using CommandJson = nlohmann::json;

// The member as a string; empty when it is absent or something else.
std::string string_of(const CommandJson& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// The member as a whole number, 0 where it is absent; nothing when it is something else or does
// not fit.
template <class Number>
std::optional<Number> whole_of(const CommandJson& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end()) return Number{0};
  // A parsed number is unsigned unless it has a sign.
  if (!found->is_number_unsigned()) return std::nullopt;
  const auto value = found->get<std::uint64_t>();
  if (value > static_cast<std::uint64_t>(std::numeric_limits<Number>::max())) return std::nullopt;
  return static_cast<Number>(value);
}

// 64-bit numbers that pass 2^53 come as text, as they are sent.
std::optional<std::uint64_t> wide_of(const CommandJson& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_string()) return whole_of<std::uint64_t>(object, key);
  const auto& text = found->get_ref<const std::string&>();
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string read_codes(const CommandJson& object, StreamCommand& command) {
  const auto codes = object.find("codes");
  if (codes == object.end() || !codes->is_array())
    return "codes: an array of index codes is needed";
  for (const CommandJson& code : *codes) {
    if (!code.is_string()) return "codes: every code is a string";
    command.codes.push_back(code.get<std::string>());
  }
  return {};
}

std::string read_mode(const CommandJson& object, StreamCommand& command) {
  if (!object.contains("mode")) return {};
  const std::string mode = string_of(object, "mode");
  if (mode == "grid") {
    command.mode = StreamMode::grid;
  } else if (mode == "conflated") {
    command.mode = StreamMode::conflated;
  } else if (mode != "tick") {
    return "mode: tick, grid or conflated";
  }
  if (command.mode == StreamMode::tick || !object.contains("interval_ms")) return {};
  const auto interval = whole_of<std::int64_t>(object, "interval_ms");
  // Said, and not left to the server.
  if (!interval || *interval == 0) return "interval_ms: an integer from 10 to 60000";
  command.interval_ms = *interval;
  return {};
}

std::string read_replay(const CommandJson& object, StreamCommand& command) {
  command.codes = {string_of(object, "code")};
  const auto epoch = wide_of(object, "epoch");
  const auto from = wide_of(object, "from");
  const auto to = wide_of(object, "to");
  if (!epoch || !from || !to) return "epoch, from and to: whole numbers";
  command.epoch = *epoch;
  command.from = *from;
  command.to = *to;
  return {};
}

std::string read_subscribe(const CommandJson& object, StreamCommand& command) {
  const auto records = object.find("records");
  if (records != object.end()) {
    if (!records->is_boolean()) return "records: true or false";
    command.records = records->get<bool>();
  }
  std::string fault = read_codes(object, command);
  return fault.empty() ? read_mode(object, command) : fault;
}

std::string read_token(const CommandJson& object, StreamCommand& command) {
  command.token = string_of(object, "token");
  return {};
}

std::string read_nothing(const CommandJson&, StreamCommand&) { return {}; }

struct CommandReader {
  std::string_view name;
  StreamOp op;
  std::string (*read)(const CommandJson&, StreamCommand&);
};

constexpr CommandReader kCommandReaders[] = {
    {"authenticate", StreamOp::authenticate, read_token},
    {"subscribe", StreamOp::subscribe, read_subscribe},
    {"unsubscribe", StreamOp::unsubscribe, read_codes},
    {"replay", StreamOp::replay, read_replay},
    {"ping", StreamOp::ping, read_nothing},
};

std::string read_operation(const CommandJson& object, StreamCommand& command) {
  const std::string name = string_of(object, "op");
  for (const CommandReader& operation : kCommandReaders) {
    if (operation.name != name) continue;
    command.op = operation.op;
    std::string fault = operation.read(object, command);
    return fault.empty() ? complete_command(command) : fault;
  }
  return "op: authenticate, subscribe, unsubscribe, replay or ping";
}

}  // namespace

ParsedCommand parse_json_command(std::string_view text) {
  ParsedCommand out;
  const CommandJson object = CommandJson::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) {
    out.fault = "not a JSON object";
    return out;
  }
  const auto id = whole_of<std::uint32_t>(object, "id");
  if (!id) {
    out.fault = "id: a whole number below 2^32";
    return out;
  }
  out.command.id = *id;
  out.fault = read_operation(object, out.command);
  return out;
}

}  // namespace indexcast::server
