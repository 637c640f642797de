// The gateway's side of Shenzhen's session (protocol notes of SZSE, 1.4, 1.5).
#include <algorithm>

#include "feedhandlers/simulator/network/gateway_protocol.h"
#include "feedhandlers/szse/decoder.h"
#include "feedhandlers/szse/encoder.h"
#include "feedhandlers/szse/snapshot_decoder.h"

namespace indexcast::sim {
namespace {

constexpr std::int32_t kInvalidUserOrPassword = 5;
constexpr std::int32_t kOther = 101;

class SzseGateway final : public GatewayProtocol {
 public:
  SzseGateway(const szse::Settings& settings, const szse::Gateway& gateway)
      : version_(settings.default_appl_ver_id), gateway_(gateway) {}

  feed::FrameScan scan(feed::Bytes stream) const override { return szse::scan_frame(stream); }
  ClientMessage read(feed::Bytes frame) override;
  void accept_logon(TimeNs, std::vector<std::byte>& out) override {
    status_ = szse::kSessionActive;
    // S117 does not define the names in the answer; here TargetCompID is the user's name, as seen
    // once (notes 1.1). The answer does not reveal the password.
    szse::encode_logon(
        {gateway_.target_comp_id, gateway_.sender_comp_id, heartbeat_s_, "", version_}, out);
  }
  void log_out(const std::string& text, std::optional<std::int64_t> code, TimeNs,
               std::vector<std::byte>& out) override {
    szse::encode_logout({code ? static_cast<std::int32_t>(*code) : status_, text}, out);
  }
  std::int64_t answer_status() const override { return szse::kLogoutComplete; }
  void heartbeat(TimeNs, std::vector<std::byte>& out) override { szse::encode_heartbeat(out); }
  void market_data(feed::Bytes message, std::vector<std::byte>& out) override {
    out.insert(out.end(), message.begin(), message.end());
  }

 private:
  ClientMessage read_logon(feed::Bytes frame);

  const std::string version_;
  const szse::Gateway gateway_;
  std::int32_t heartbeat_s_ = 0;
  std::int32_t status_ = kOther;
};

ClientMessage SzseGateway::read(feed::Bytes frame) {
  using Kind = ClientMessage::Kind;
  if (!szse::checksum_ok(frame)) return {};
  switch (szse::decode_header(frame).msg_type) {
    case szse::kMsgLogon:
      return read_logon(frame);
    case szse::kMsgLogout:
      return {Kind::logout, 0, {}};
    case szse::kMsgHeartbeat:
      return {Kind::heartbeat, 0, {}};
    default:
      return {};
  }
}

ClientMessage SzseGateway::read_logon(feed::Bytes frame) {
  szse::Logon logon;
  if (szse::decode_logon(frame, logon) != feed::DecodeError::none) return {};
  // Unknown names get no answer, because an answer would reveal information (GUIDE 5.6.3).
  if (feed::trim_padding(logon.sender_comp_id) != gateway_.sender_comp_id ||
      feed::trim_padding(logon.target_comp_id) != gateway_.target_comp_id) {
    return {ClientMessage::Kind::stranger, 0, {}};
  }
  ClientMessage message{ClientMessage::Kind::logon, logon.heart_bt_int, {}};
  heartbeat_s_ = logon.heart_bt_int;
  if (feed::trim_padding(logon.password) != gateway_.password) {
    status_ = kInvalidUserOrPassword;
    message.refusal = "invalid user or password";
  } else if (feed::trim_padding(logon.default_appl_ver_id) != version_) {
    message.refusal = "DefaultApplVerID not supported";
  } else if (heartbeat_s_ <= 0) {
    message.refusal = "HeartBtInt must be positive";
  }
  return message;
}

constexpr std::int64_t kLowerPricePercent = 97;

}  // namespace

std::vector<std::byte> szse_image_of_day(feed::Bytes message, Date day) {
  szse::Snapshot snapshot;
  if (szse::decode_header(message).msg_type != szse::kMsgSnapshot ||
      szse::decode_snapshot(message, snapshot) != feed::DecodeError::none) {
    return {};
  }
  constexpr std::int64_t kDay = 1'000'000'000;  // the digits of a time of day
  snapshot.fields.orig_time = std::int64_t{day} * kDay + snapshot.fields.orig_time % kDay;
  std::vector<szse::EntryValue> entries;
  for (const szse::SnapshotEntry entry : snapshot.entries) {
    entries.push_back({entry.md_entry_type,
                       entry.md_entry_px * kLowerPricePercent / 100,
                       entry.md_entry_size,
                       entry.md_price_level,
                       entry.number_of_orders,
                       {}});
  }
  std::vector<std::byte> out;
  szse::encode_snapshot(snapshot.fields, entries, out);
  return out;
}

std::unique_ptr<GatewayProtocol> make_szse_gateway(const szse::Settings& settings,
                                                   const szse::Gateway& gateway) {
  return std::make_unique<SzseGateway>(settings, gateway);
}

namespace {

// Values of BusinessRejectReason are not in S117.
constexpr std::uint16_t kAssumedRejectReason = 1;

class SzseResend final : public GatewayProtocol {
 public:
  SzseResend(const szse::Settings& settings, const szse::Gateway& gateway, const TickStore& store,
             GatewayFaults* faults)
      : session_(make_szse_gateway(settings, gateway)), store_(store), faults_(faults) {}

  feed::FrameScan scan(feed::Bytes stream) const override { return session_->scan(stream); }
  ClientMessage read(feed::Bytes frame) override {
    const bool request =
        szse::decode_header(frame).msg_type == szse::kMsgResend && szse::checksum_ok(frame);
    return request ? ClientMessage{ClientMessage::Kind::request, 0, {}} : session_->read(frame);
  }
  void accept_logon(TimeNs now, std::vector<std::byte>& out) override {
    session_->accept_logon(now, out);
  }
  void log_out(const std::string& text, std::optional<std::int64_t> code, TimeNs now,
               std::vector<std::byte>& out) override {
    session_->log_out(text, code, now, out);
  }
  std::int64_t answer_status() const override { return session_->answer_status(); }
  void heartbeat(TimeNs now, std::vector<std::byte>& out) override {
    session_->heartbeat(now, out);
  }
  // This port serves requests alone.
  void market_data(feed::Bytes, std::vector<std::byte>&) override {}
  void answer(feed::Bytes frame, std::vector<std::byte>& out) override;

 private:
  std::uint8_t resend_ticks(const szse::Resend& request, std::vector<std::byte>& out) const;

  std::unique_ptr<GatewayProtocol> session_;
  const TickStore& store_;
  GatewayFaults* faults_;
};

void SzseResend::answer(feed::Bytes frame, std::vector<std::byte>& out) {
  szse::Resend request;
  const bool read = szse::decode_resend(frame, request) == feed::DecodeError::none;
  const bool range =
      request.appl_end_seq_num == 0 || request.appl_end_seq_num >= request.appl_beg_seq_num;
  if (!read || request.resend_type != szse::kResendTicks || request.appl_beg_seq_num < 1 ||
      !range) {
    szse::encode_business_reject({0, szse::kMsgResend, "", kAssumedRejectReason, "bad request"},
                                 out);
    return;
  }
  szse::Resend reply = request;
  if (const auto refusal = faults_ ? faults_->resend_refusal() : std::nullopt) {
    reply.resend_status = *refusal;
    reply.reject_text = "refused";
  } else {
    reply.resend_status = resend_ticks(request, out);
    if (reply.resend_status == szse::kResendUnavailable) reply.reject_text = "not held";
  }
  szse::encode_resend(reply, out);
}

// The messages in order; how much of the request that was.
std::uint8_t SzseResend::resend_ticks(const szse::Resend& request,
                                      std::vector<std::byte>& out) const {
  const std::int64_t held = store_.last(request.channel_no);
  const std::int64_t end = request.appl_end_seq_num == 0 ? held : request.appl_end_seq_num;
  const auto limit = faults_ ? faults_->resend_limit() : std::nullopt;
  std::int64_t sent = 0;
  for (std::int64_t number = request.appl_beg_seq_num; number <= std::min(end, held); ++number) {
    if (limit && sent >= *limit) break;
    const auto* const message = store_.find(request.channel_no, number);
    if (message == nullptr) continue;
    out.insert(out.end(), message->begin(), message->end());
    ++sent;
  }
  if (sent == 0) return szse::kResendUnavailable;
  const std::int64_t asked = end - request.appl_beg_seq_num + 1;
  return sent == asked ? szse::kResendDone : szse::kResendPartlyDone;
}

}  // namespace

std::unique_ptr<GatewayProtocol> make_szse_resend(const szse::Settings& settings,
                                                  const szse::Gateway& gateway,
                                                  const TickStore& store, GatewayFaults* faults) {
  return std::make_unique<SzseResend>(settings, gateway, store, faults);
}

}  // namespace indexcast::sim
