#include "feedhandlers/szse/message_router.h"

namespace indexcast::szse {

using feed::Bytes;
using feed::FeedCounter;

namespace {

// The 390 series (390012 to 390095) arrives at fixed intervals, whether the market trades or not
// (notes 1.5, 1.6).
constexpr bool is_market_data(std::uint32_t msg_type) { return msg_type / 1000 != 390; }

// OrigTime of the types that begin with it; ticks do not.
std::optional<std::int64_t> orig_time_in(std::uint32_t msg_type, Bytes message) {
  switch (msg_type) {
    case kMsgSnapshot:
    case kMsgBondSnapshot:
    case kMsgAfterHoursBlock:
    case kMsgAfterHoursFixed:
    case kMsgIndexSnapshot:
    case kMsgVolumeStatistics:
    case kMsgFundNav:
    case kMsgHkSnapshot:
    case kMsgSecurityStatus:
    case kMsgMarketStatus:
    case kMsgChannelStatistics:
      return orig_time_of(message);
    default:
      return std::nullopt;
  }
}

}  // namespace

MessageRouter::MessageRouter(const Settings& settings, const feed::SymbolTable& symbols,
                             feed::EventSink& sink, feed::FeedCounters& counters)
    : symbols_(symbols),
      events_(feed::Venue::szse, symbols.universe_size(), kImagePeriodNs, sink, counters),
      day_(settings.trade_date),
      ticks_(settings.ticks
                 ? std::make_unique<TickSource>(settings, symbols, events_, day_, counters)
                 : nullptr),
      normalizer_(settings, symbols, events_, day_, ticks_.get()) {}

std::optional<FeedCounter> MessageRouter::on_message(Bytes message, TimeNs now) {
  ++message_count_;
  switch (decode_header(message).msg_type) {
    case kMsgSnapshot:
      return normalizer_.on_snapshot(message, now, message_count_);
    case kMsgIndexSnapshot:
      return normalizer_.on_index_snapshot(message, now, message_count_);
    case kMsgChannelStatistics:
      return normalizer_.on_channel_statistics(message, now, message_count_);
    // After-hours trading included: its price is the close, its volume not the session's (2.8).
    case kMsgBondSnapshot:
    case kMsgAfterHoursBlock:
    case kMsgAfterHoursFixed:
    case kMsgVolumeStatistics:
    case kMsgFundNav:
    case kMsgHkSnapshot:
    case kMsgSecurityStatus:
    case kMsgMarketStatus:
      return normalizer_.on_other(message, now, message_count_);
    case kMsgTrade:
    case kMsgOrder:
      if (ticks_ == nullptr) return FeedCounter::filtered;
      ticks_->on_tick(message, TickSession::realtime, now);
      return std::nullopt;
    default:
      return FeedCounter::filtered;
  }
}

bool MessageRouter::note_data(Bytes message, TimeNs now, feed::StalenessMonitor& data) {
  const std::uint32_t msg_type = decode_header(message).msg_type;
  const auto orig_time = orig_time_in(msg_type, message);
  if (orig_time && *orig_time != orig_time_) {
    orig_time_ = *orig_time;
    orig_at_ = stamps_.read(static_cast<std::uint64_t>(orig_time_));
  }
  if (orig_time && orig_at_ && !data.believes(*orig_at_, now)) return false;
  if (!is_market_data(msg_type)) return true;
  data.on_data(now);
  if (!orig_time || !orig_at_) return true;
  data.on_exchange_time(*orig_at_, now);
  events_.on_image_time(*orig_at_);
  return true;
}

bool MessageRouter::on_channel_heartbeat(Bytes message, TimeNs now) {
  ChannelHeartbeat heartbeat;
  if (decode_channel_heartbeat(message, heartbeat) != feed::DecodeError::none) return false;
  if (ticks_ != nullptr) {
    ticks_->on_last(heartbeat.channel_no, heartbeat.appl_last_seq_num,
                    heartbeat.end_of_channel != 0, now);
  }
  return true;
}

void MessageRouter::on_time(TimeNs now) {
  if (ticks_ != nullptr) ticks_->on_time(now);
}

void MessageRouter::on_state(FeedState state, bool by_security, TimeNs now) {
  for (const std::uint32_t channel : {feed::kMainChannel, feed::kWholeFeed}) {
    by_security ? events_.feed_state_by_security(channel, state, now)
                : events_.feed_state(channel, state, now);
  }
  if (ticks_ == nullptr) return;
  ticks_->on_realtime(state != FeedState::down && state != FeedState::connecting, now);
}

}  // namespace indexcast::szse
