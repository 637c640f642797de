// The gateway's side of Shanghai's session (protocol notes of SSE, 2.2).
#include "feedhandlers/simulator/day/session_plan.h"
#include "feedhandlers/simulator/network/gateway_protocol.h"
#include "feedhandlers/sse/encoder.h"

namespace indexcast::sim {
namespace {

constexpr std::uint32_t kOrdinaryEnd = 0;
constexpr std::uint32_t kRefused = 1000;  // severe: the same logon will not succeed later

class SseGateway final : public GatewayProtocol {
 public:
  SseGateway(const sse::Settings& settings, const sse::Gateway& gateway)
      : appl_ver_id_(settings.appl_ver_id), gateway_(gateway) {}

  feed::FrameScan scan(feed::Bytes stream) const override { return sse::scan_frame(stream); }
  ClientMessage read(feed::Bytes frame) override;
  void accept_logon(TimeNs now, std::vector<std::byte>& out) override {
    accepted_ = true;
    // IS120 does not define the names in the answer; this one returns the client's logon unchanged.
    sse::encode_logon(stamp(now),
                      {gateway_.sender_comp_id, gateway_.target_comp_id,
                       static_cast<std::uint16_t>(heartbeat_s_), appl_ver_id_},
                      out);
  }
  void log_out(const std::string& text, std::optional<std::int64_t> code, TimeNs now,
               std::vector<std::byte>& out) override {
    const std::uint32_t own = accepted_ ? kOrdinaryEnd : kRefused;
    sse::encode_logout(stamp(now), {code ? static_cast<std::uint32_t>(*code) : own, text}, out);
  }
  void heartbeat(TimeNs now, std::vector<std::byte>& out) override {
    sse::encode_heartbeat(stamp(now), out);
  }
  void market_data(feed::Bytes message, std::vector<std::byte>& out) override;
  void skip_numbers(std::uint64_t count) override { sent_ += count; }

 private:
  ClientMessage read_logon(feed::Bytes frame);
  sse::Stamp stamp(TimeNs now) {
    return {static_cast<std::uint64_t>(timestamp_digits(now)), ++sent_};
  }

  const std::string appl_ver_id_;
  const sse::Gateway gateway_;
  std::int64_t heartbeat_s_ = 0;
  bool accepted_ = false;
  std::uint64_t sent_ = 0;
};

ClientMessage SseGateway::read(feed::Bytes frame) {
  using Kind = ClientMessage::Kind;
  if (!sse::checksum_ok(frame)) return {};
  switch (sse::decode_header(frame).msg_type) {
    case sse::kMsgLogon:
      return read_logon(frame);
    case sse::kMsgLogout:
      return {Kind::logout, 0, {}};
    case sse::kMsgHeartbeat:
      return {Kind::heartbeat, 0, {}};
    default:
      return {};
  }
}

ClientMessage SseGateway::read_logon(feed::Bytes frame) {
  sse::Logon logon;
  if (sse::decode_logon(frame, logon) != feed::DecodeError::none) return {};
  ClientMessage message{ClientMessage::Kind::logon, logon.heart_bt_int, {}};
  heartbeat_s_ = logon.heart_bt_int;
  if (feed::trim_padding(logon.sender_comp_id) != gateway_.sender_comp_id ||
      feed::trim_padding(logon.target_comp_id) != gateway_.target_comp_id) {
    message.refusal = "unknown CompID";
  } else if (feed::trim_padding(logon.appl_ver_id) != appl_ver_id_) {
    message.refusal = "ApplVerID not supported";
  } else if (heartbeat_s_ == 0) {
    message.refusal = "HeartBtInt must be positive";
  }
  return message;
}

// MsgSeqNum counts per session; the checksum follows it.
void SseGateway::market_data(feed::Bytes message, std::vector<std::byte>& out) {
  const std::size_t begin = out.size();
  out.insert(out.end(), message.begin(), message.end());
  std::byte* frame = out.data() + begin;
  feed::store_be(frame + sse::header::kMsgSeqNum, ++sent_);
  const std::size_t covered = message.size() - sse::kTrailerSize;
  feed::store_be(frame + covered, feed::byte_sum({frame, covered}));
}

constexpr std::uint64_t kLowerPercent = 97;

}  // namespace

std::vector<std::byte> sse_image_of_day(feed::Bytes message, Date day) {
  sse::Snapshot snapshot;
  const sse::Header header = sse::decode_header(message);
  if (header.msg_type != sse::kMsgSnapshot ||
      sse::decode_snapshot(message, snapshot) != feed::DecodeError::none) {
    return {};
  }
  snapshot.fields.trade_date = day;
  std::vector<sse::Entry> entries;
  for (sse::Entry entry : snapshot.entries) {
    entry.md_entry_px = entry.md_entry_px * kLowerPercent / 100;
    entries.push_back(entry);
  }
  constexpr std::uint64_t kDay = 1'000'000'000;  // the digits of a time of day
  const std::uint64_t stamp = std::uint64_t{day} * kDay + header.sending_time % kDay;
  std::vector<std::byte> out;
  sse::encode_snapshot({stamp, 0}, snapshot.fields, entries, out);
  return out;
}

std::unique_ptr<GatewayProtocol> make_sse_gateway(const sse::Settings& settings,
                                                  const sse::Gateway& gateway) {
  return std::make_unique<SseGateway>(settings, gateway);
}

}  // namespace indexcast::sim
