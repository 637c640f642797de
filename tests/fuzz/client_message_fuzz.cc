// Any bytes as a message of a WebSocket client, in either subprotocol: a command within its rules,
// or a reason; never both. What is accepted means the same when the other subprotocol says it, and
// what the hub makes of it is answered, counted and bounded.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "indexcast/v1/websocket.pb.h"
#include "server/web/stream_command.h"
#include "server/web/stream_hub.h"
#include "tests/support/core_stub.h"

namespace {

using namespace indexcast;
using namespace indexcast::server;
using Json = nlohmann::json;

constexpr std::size_t kReasonMax = 128;
constexpr std::array kOperationNames{"authenticate", "subscribe", "unsubscribe", "replay", "ping"};
constexpr std::array kModeNames{"tick", "grid", "conflated"};
// Fewer than the stub's indices, so that the limit is met.
constexpr std::size_t kSubscriptionsMax = 2;

void require(bool holds) {
  if (!holds) std::abort();
}

bool is_reason(const std::string& fault) {
  const auto plain = [](char c) { return c >= ' ' && c <= '~'; };
  return fault.size() <= kReasonMax && std::all_of(fault.begin(), fault.end(), plain);
}

bool interval_is_right(const StreamCommand& command) {
  const bool left_to_server = command.interval_ms == 0;
  if (command.op != StreamOp::subscribe || command.mode == StreamMode::tick) return left_to_server;
  if (command.mode == StreamMode::grid && left_to_server) return true;
  return command.interval_ms >= kShortestIntervalMs && command.interval_ms <= kLongestIntervalMs;
}

bool names_are_right(const StreamCommand& command) {
  switch (command.op) {
    case StreamOp::authenticate:
      return !command.token.empty() && command.codes.empty();
    case StreamOp::subscribe:
    case StreamOp::unsubscribe:
      return !command.codes.empty();
    case StreamOp::replay:
      return command.codes.size() == 1 && !command.codes[0].empty();
    case StreamOp::ping:
      return command.codes.empty();
  }
  return false;
}

bool range_is_right(const StreamCommand& command) {
  if (command.op != StreamOp::replay) return true;
  return command.from > 0 && (command.to == 0 || command.to >= command.from);
}

// A command holds no more than what was said.
std::size_t bytes_of(const StreamCommand& command) {
  std::size_t bytes = command.token.size();
  for (const std::string& code : command.codes) bytes += code.size();
  return bytes;
}

bool same(const StreamCommand& a, const StreamCommand& b) {
  return a.id == b.id && a.op == b.op && a.token == b.token && a.codes == b.codes &&
         a.mode == b.mode && a.interval_ms == b.interval_ms && a.records == b.records &&
         a.epoch == b.epoch && a.from == b.from && a.to == b.to;
}

std::string as_json(const StreamCommand& command) {
  Json said{{"op", kOperationNames[static_cast<std::size_t>(command.op)]}, {"id", command.id}};
  if (command.op == StreamOp::authenticate) said["token"] = command.token;
  if (command.op == StreamOp::replay) {
    said.update({{"code", command.codes[0]},
                 {"epoch", std::to_string(command.epoch)},
                 {"from", command.from},
                 {"to", command.to}});
  } else if (!command.codes.empty()) {
    said["codes"] = command.codes;
  }
  if (command.op == StreamOp::subscribe) {
    said["mode"] = kModeNames[static_cast<std::size_t>(command.mode)];
    said["records"] = command.records;
    if (command.interval_ms != 0) said["interval_ms"] = command.interval_ms;
  }
  return said.dump();  // throws where a text is no UTF-8
}

std::string as_protobuf(const StreamCommand& command) {
  v1::ClientMessage said;
  said.set_id(command.id);
  const auto name = [&](auto& message) {
    for (const std::string& code : command.codes) message.add_codes(code);
  };
  switch (command.op) {
    case StreamOp::authenticate:
      said.mutable_authenticate()->set_token(command.token);
      break;
    case StreamOp::subscribe:
      name(*said.mutable_subscribe());
      said.mutable_subscribe()->set_mode(static_cast<v1::StreamMode>(command.mode));
      said.mutable_subscribe()->set_interval_ms(static_cast<std::uint32_t>(command.interval_ms));
      said.mutable_subscribe()->set_records(command.records);
      break;
    case StreamOp::unsubscribe:
      name(*said.mutable_unsubscribe());
      break;
    case StreamOp::replay:
      said.mutable_replay()->set_code(command.codes[0]);
      said.mutable_replay()->set_epoch(command.epoch);
      said.mutable_replay()->set_from(command.from);
      said.mutable_replay()->set_to(command.to);
      break;
    case StreamOp::ping:
      said.mutable_ping();
      break;
  }
  return said.SerializeAsString();
}

void check(const ParsedCommand& parsed, std::string_view said) {
  const StreamCommand& command = parsed.command;
  if (!parsed.fault.empty()) return require(is_reason(parsed.fault));
  require(names_are_right(command) && range_is_right(command) && interval_is_right(command));
  require(bytes_of(command) <= said.size());
  for (const ParsedCommand& again :
       {parse_json_command(as_json(command)), parse_protobuf_command(as_protobuf(command))})
    require(again.fault.empty() && same(again.command, command));
}

// A hub before three indices, and a client of it in one of the subprotocols.
struct Stream {
  explicit Stream(Encoding encoding)
      : client(encoding, {settings.client_queue, 0}, *entry, hub.source(), stats, [] {}) {
    client.belong_to(std::make_shared<const ClientRights>());
    hub.join(client);
    for (int i = 1; i <= 200; ++i) core.publish(static_cast<IndexId>(i % 2), 1000 + i);
    while (hub.poll(1000) > 0) {
    }
  }

  static HttpSettings few() {
    HttpSettings out;
    out.max_subscriptions = kSubscriptionsMax;
    return out;
  }

  const HttpSettings settings = few();
  CoreStub core{64};  // gone round: there are levels which it has no more
  ClientTokens tokens;
  ClientStats stats;
  ConnectionRegistry registry{1, 0};
  ConnectionRegistry::Refusal refusal{};
  std::unique_ptr<ConnectionRegistry::Entry> entry = registry.admit("fuzz", {}, refusal);
  StreamHub hub{settings, tokens, core.view(), Clock(), stats, "websocket"};
  StreamClient client;
};

std::string_view payload_of(std::string_view frame) {
  const auto size = static_cast<unsigned char>(frame[1]);
  return frame.substr(size < 126 ? 2 : size == 126 ? 4 : 10);
}

// Whether a frame of the server's is a refusal; it must be a message of the subprotocol.
bool is_refusal(std::string_view frame, Encoding encoding) {
  const std::string_view payload = payload_of(frame);
  if (!is_binary(encoding)) return Json::parse(payload).at("type") == "error";
  v1::ServerMessage message;
  require(message.ParseFromArray(payload.data(), static_cast<int>(payload.size())));
  require(message.body_case() != v1::ServerMessage::BODY_NOT_SET);
  return message.has_refusal();
}

void carry_out(Stream& stream, std::string_view said) {
  const std::uint64_t refused_before = stream.stats.bad_commands.get();
  stream.hub.handle(stream.client, said);
  std::uint64_t refusals = 0;
  std::size_t answers = 0;
  for (OutboundQueue& queue = stream.client.queue(); !queue.empty(); ++answers) {
    const std::string_view frame = queue.gather().front();
    refusals += is_refusal(frame, stream.client.encoding()) ? 1 : 0;
    queue.consume(frame.size());
    stream.hub.written(stream.client);
  }
  // A snapshot for each code that is there, and two refusals for those that are not or too many.
  require(answers >= 1 && answers <= kSubscriptionsMax + 2 + said.size());
  require(stream.stats.bad_commands.get() - refused_before == refusals);
  require(stream.client.subscriptions().size() <= kSubscriptionsMax);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Stream json(Encoding::json);
  static Stream protobuf(Encoding::protobuf);
  const std::string_view said(reinterpret_cast<const char*>(data), size);
  check(parse_json_command(said), said);
  check(parse_protobuf_command(said), said);
  carry_out(json, said);
  carry_out(protobuf, said);
  return 0;
}
