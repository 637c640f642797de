#include "feedhandlers/szse/snapshot_decoder.h"

namespace indexcast::szse {

using feed::Bytes;
using feed::DecodeError;
using feed::load_be;
using feed::text_at;

DecodeError decode_common(Bytes message, Snapshot& out) {
  const auto body = body_of(message);
  if (!body || body->size() < snapshot::kEntries) return DecodeError::truncated;
  const std::byte* at = body->data();
  SnapshotCommon& f = out.fields;
  f.orig_time = load_be<std::int64_t>(at + snapshot::kOrigTime);
  f.channel_no = load_be<std::uint16_t>(at + snapshot::kChannelNo);
  f.md_stream_id = text_at(at + snapshot::kMDStreamID, snapshot::kMDStreamIDWidth);
  f.security_id = text_at(at + snapshot::kSecurityID, snapshot::kSecurityIDWidth);
  f.security_id_source =
      text_at(at + snapshot::kSecurityIDSource, snapshot::kSecurityIDSourceWidth);
  f.trading_phase_code =
      text_at(at + snapshot::kTradingPhaseCode, snapshot::kTradingPhaseCodeWidth);
  f.prev_close_px = load_be<std::int64_t>(at + snapshot::kPrevClosePx);
  f.num_trades = load_be<std::int64_t>(at + snapshot::kNumTrades);
  f.total_volume_trade = load_be<std::int64_t>(at + snapshot::kTotalVolumeTrade);
  f.total_value_trade = load_be<std::int64_t>(at + snapshot::kTotalValueTrade);
  out.entries = SnapshotEntries(body->subspan(snapshot::kEntries),
                                load_be<std::uint32_t>(at + snapshot::kNoMDEntries));
  return DecodeError::none;
}

DecodeError decode_snapshot(Bytes message, Snapshot& out) {
  const auto error = decode_common(message, out);
  return error == DecodeError::none ? for_each_entry(out, [](const SnapshotEntry&) {}) : error;
}

DecodeError check_entries(std::uint32_t msg_type, const Snapshot& snapshot) {
  const auto ignore = [](const auto&) {};
  switch (msg_type) {
    case kMsgSnapshot:
      return for_each_entry(snapshot, ignore);
    case kMsgIndexSnapshot:
    case kMsgFundNav:
      return for_each_index_entry(snapshot, ignore);
    case kMsgHkSnapshot:
      return for_each_hk_entry(snapshot, ignore);
    default:
      return DecodeError::none;
  }
}

}  // namespace indexcast::szse
