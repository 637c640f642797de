#include "indexcast/v1/websocket.pb.h"
#include "server/web/stream_command.h"
#include "server/web/stream_command_rules.h"

namespace indexcast::server {
namespace {

void read_codes(const google::protobuf::RepeatedPtrField<std::string>& codes,
                StreamCommand& command) {
  command.codes.assign(codes.begin(), codes.end());
}

std::string read_subscribe(const v1::Subscribe& subscribe, StreamCommand& command) {
  command.op = StreamOp::subscribe;
  read_codes(subscribe.codes(), command);
  command.interval_ms = subscribe.interval_ms();
  command.records = subscribe.records();
  switch (subscribe.mode()) {
    case v1::STREAM_MODE_TICK:
      command.mode = StreamMode::tick;
      return {};
    case v1::STREAM_MODE_GRID:
      command.mode = StreamMode::grid;
      return {};
    case v1::STREAM_MODE_CONFLATED:
      command.mode = StreamMode::conflated;
      return {};
    default:  // proto3 keeps numbers that it does not know
      return "mode: tick, grid or conflated";
  }
}

void read_replay(const v1::ReplayRequest& replay, StreamCommand& command) {
  command.op = StreamOp::replay;
  command.codes = {replay.code()};
  command.epoch = replay.epoch();
  command.from = replay.from();
  command.to = replay.to();
}

std::string read_body(const v1::ClientMessage& message, StreamCommand& command) {
  switch (message.body_case()) {
    case v1::ClientMessage::kAuthenticate:
      command.op = StreamOp::authenticate;
      command.token = message.authenticate().token();
      return {};
    case v1::ClientMessage::kSubscribe:
      return read_subscribe(message.subscribe(), command);
    case v1::ClientMessage::kUnsubscribe:
      command.op = StreamOp::unsubscribe;
      read_codes(message.unsubscribe().codes(), command);
      return {};
    case v1::ClientMessage::kReplay:
      read_replay(message.replay(), command);
      return {};
    case v1::ClientMessage::kPing:
      command.op = StreamOp::ping;
      return {};
    case v1::ClientMessage::BODY_NOT_SET:
      return "body: authenticate, subscribe, unsubscribe, replay or ping";
  }
  return "body: unknown";
}

}  // namespace

ParsedCommand parse_protobuf_command(std::string_view bytes) {
  ParsedCommand out;
  v1::ClientMessage message;
  if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    out.fault = "not a ClientMessage";
    return out;
  }
  out.command.id = message.id();
  out.fault = read_body(message, out.command);
  if (out.fault.empty()) out.fault = complete_command(out.command);
  return out;
}

}  // namespace indexcast::server
