// The gateway's side of Shenzhen's second session: requests 390094 and their answers (SZSE notes
// 1.4, 1.5), with the session itself that of the realtime port.
#include <algorithm>

#include "feedhandlers/simulator/network/gateway_protocol.h"
#include "feedhandlers/szse/decoder.h"
#include "feedhandlers/szse/encoder.h"

namespace indexcast::sim {
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
