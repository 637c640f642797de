#include "feedhandlers/hkex/channel.h"

#include "feedhandlers/hkex/find_message.h"

namespace indexcast::hkex {
namespace {

using feed::FeedCounter;
using feed::LinePacket;

// Sequence number of a day's first message.
constexpr std::uint32_t kFirstSequence = 1;

bool has_refresh(const ChannelSettings& channel) {
  return !channel.refresh_a.host.empty() || !channel.refresh_b.host.empty();
}

feed::ArbiterSettings arbiter_settings(const ChannelSettings& channel, const Settings& settings) {
  const bool recovers = has_refresh(channel) || !settings.retransmission.servers.empty();
  feed::ArbiterSettings out;
  out.capacity = settings.reorder_capacity;
  out.wait_ns = settings.reorder_wait_ns;
  out.recovery_capacity = recovers ? settings.recovery_capacity : 0;
  out.refreshes = has_refresh(channel);
  out.restart_confirmation = settings.restart_confirmation;
  return out;
}

}  // namespace

Channel::Channel(const ChannelSettings& channel, const Settings& settings,
                 feed::FeedCounters& counters, ChannelOwner& owner)
    : id_(channel.id),
      settings_(settings),
      counters_(counters),
      owner_(owner),
      signal_only_(channel.id == settings.disaster_recovery_channel),
      arbiter_(arbiter_settings(channel, settings), counters),
      data_(settings.stale_after_ns, settings.lag) {
  RefreshObserver& observer = *this;
  if (has_refresh(channel)) refresh_ = std::make_unique<RefreshChannel>(settings, observer);
}

void Channel::on_packet(feed::Line line, const PacketHeader& header, Bytes payload, TimeNs now) {
  if (!received_any_) {
    first_received_at_ = now;
    data_.start(now);
  }
  received_any_ = true;
  arrived_at_ = now;
  if (header.message_count != 0) data_.on_data(now);
  data_.on_exchange_time(header.send_time, now);
  update_state(now);
  if (disaster_ && !signal_only_) {
    return counters_.add(FeedCounter::filtered, header.message_count);
  }
  if (header.message_count == 0) {
    if (const auto next = feed::next_after_heartbeat(header.sequence)) {
      on_sequenced({*next, 0, line, header.send_time, {}, false}, now);
    }
  } else if (const auto reset = find_message<SequenceReset>(payload, header)) {
    on_reset(line, header, reset->new_seq_no, now);
  } else {
    on_sequenced({header.sequence, header.message_count, line, header.send_time, payload, false},
                 now);
  }
  update(now);
}

void Channel::on_sequenced(const LinePacket& packet, TimeNs now) {
  const std::uint64_t restarts = arbiter_.restarts();
  arbiter_.on_packet(packet, now, delivery(now));
  if (refresh_ && arbiter_.restarts() != restarts) refresh_->spoil();
}

void Channel::on_retransmitted(const PacketHeader& header, Bytes payload, TimeNs now) {
  if (disaster_ && !signal_only_) {
    return counters_.add(FeedCounter::filtered, header.message_count);
  }
  progress_at_ = now;
  on_sequenced(
      {header.sequence, header.message_count, feed::Line::a, header.send_time, payload, true}, now);
  update(now);
}

void Channel::on_refresh_packet(feed::Line line, const PacketHeader& header, Bytes payload,
                                TimeNs now) {
  counters_.add(FeedCounter::refresh_messages, header.message_count);
  if (refresh_) refresh_->on_packet(line, header, payload, now);
}

void Channel::on_reset(feed::Line line, const PacketHeader& header, std::uint32_t new_sequence,
                       TimeNs now) {
  // Beside a reset nothing has a usable sequence number.
  counters_.add(FeedCounter::rejected, header.message_count - 1u);
  const bool is_new = arbiter_.on_reset(line, header.send_time, new_sequence, now, delivery(now));
  counters_.add(is_new ? FeedCounter::applied : FeedCounter::duplicate);
  if (!is_new) return;
  counters_.add(FeedCounter::sequence_resets);
  stop_asking();
  recovery_ = Recovery::none;
  gaps_known_ = arbiter_.gaps();
  in_gap_ = lost_more_ = false;
  sent_ = header.send_time;
  if (refresh_) {
    refresh_->spoil();
    if (china_time_of_day_ms(sent_) >= settings_.start_of_day_until_ms) {
      arbiter_.hold_back();
      recovery_ = Recovery::refresh;
    }
  }
  delivered_ = true;
  owner_.on_base(*this, Base::nothing, now);
  state_ = current_state(now);
  owner_.on_state(*this, false, sent_, now);
}

void Channel::deliver(const LinePacket& packet, std::uint32_t skip, TimeNs now) {
  if (sent_ - packet.sent >= feed::StalenessMonitor::kLagNs && !packet.recovered)
    in_gap_ = lost_more_ = true;
  update_state(now);  // a gap is announced before the packet that follows it
  sent_ = packet.sent;
  if (!delivered_ && packet.sequence == kFirstSequence) owner_.on_base(*this, Base::nothing, now);
  delivered_ = true;
  owner_.on_ordered(*this, packet, skip, now);
}

void Channel::on_time(TimeNs now) {
  arbiter_.on_time(now, delivery(now));
  if (refresh_) refresh_->on_time(now);
  update(now);
}

void Channel::update(TimeNs now) {
  recover(now);
  update_state(now);
  if (!depended_on_) return;
  if (const auto time = data_.take_time(now)) owner_.on_channel_time(*this, *time, now);
}

// Starts, continues or ends a recovery, after each change of the arbiter.
void Channel::recover(TimeNs now) {
  if (disaster_) return;
  switch (recovery_) {
    case Recovery::none:
      break;
    case Recovery::retransmission:
      if (arbiter_.holding()) return fall_back(now);
      if (arbiter_.held() > 0 && arbiter_.expected() < asked_.end) {
        if (now - progress_at_ < settings_.retransmission.give_up_ns) return;
        counters_.add(FeedCounter::retransmission_refused);
        return fall_back(now);
      }
      stop_asking();
      recovery_ = Recovery::none;
      break;
    case Recovery::refresh:
      // The other line may still bring what is missing.
      if (needs_snapshot(now) || arbiter_.overdue(now)) return;
      recovery_ = Recovery::none;
      break;
  }
  if (needs_snapshot(now) || arbiter_.overdue(now)) begin_recovery(now);
}

// Without an open channel the short wait lets the other line open it at number 1.
bool Channel::needs_snapshot(TimeNs now) const {
  if (!refresh_ || !received_any_) return false;
  return arbiter_.holding() ||
         (!arbiter_.started() && now - first_received_at_ >= settings_.reorder_wait_ns);
}

void Channel::begin_recovery(TimeNs now) {
  asked_ = arbiter_.held() > 0 ? arbiter_.missing() : feed::NumberRange{};
  const bool hole = arbiter_.started() && !arbiter_.holding();
  if (!hole || !ask(now)) fall_back(now);
}

bool Channel::ask(TimeNs now) {
  if (service_ == nullptr) return false;
  if (arbiter_.highest() - asked_.begin > settings_.retransmission.messages_available) return false;
  request_ = service_->request(id_, asked_, now);
  if (request_ == kNoRequest) return false;
  recovery_ = Recovery::retransmission;
  progress_at_ = now;
  return true;
}

void Channel::stop_asking() {
  if (request_ != kNoRequest) service_->cancel(request_);
  request_ = kNoRequest;
}

void Channel::on_request_done(RequestId id, RetransmissionOutcome outcome, TimeNs now) {
  if (id != request_ || recovery_ != Recovery::retransmission) return;
  request_ = kNoRequest;
  const bool advanced = arbiter_.expected() > asked_.begin;
  if (outcome == RetransmissionOutcome::complete && advanced) {
    recovery_ = Recovery::none;  // what is still missing is asked for again
  } else {
    fall_back(now);
  }
  update(now);
}

// Retransmission failed or is not available.
void Channel::fall_back(TimeNs now) {
  stop_asking();
  if (refresh_) {
    // A channel that never opened must not open by itself any more.
    if (!arbiter_.started()) arbiter_.hold_back();
    recovery_ = Recovery::refresh;
  } else {
    recovery_ = Recovery::none;
    give_up(now);
  }
}

void Channel::give_up(TimeNs now) {
  const bool opens = !arbiter_.started();
  do {
    arbiter_.abandon(delivery(now));
  } while (!opens && arbiter_.held() > 0 && arbiter_.expected() < asked_.end);
}

void Channel::on_round(const RefreshChannel& refresh, std::uint32_t last, TimeNs sent, TimeNs now) {
  if (disaster_ || recovery_ != Recovery::refresh || !arbiter_.can_continue_after(last)) return;
  counters_.add(FeedCounter::refreshes);
  delivered_ = true;
  owner_.on_base(*this, Base::nothing, now);
  refresh.for_each([&](const MessageView& message, TimeNs message_sent) {
    owner_.on_snapshot_message(*this, {message.type, last, message.bytes}, message_sent, now);
  });
  arbiter_.continue_after(last, sent, delivery(now));
  recovery_ = Recovery::none;
  gaps_known_ = arbiter_.gaps();
  in_gap_ = lost_more_ = false;
  update(now);
}

void Channel::set_disaster(bool disaster, TimeNs sent, TimeNs now) {
  disaster_ = disaster;
  if (!signal_only_) {
    stop_asking();
    arbiter_.forget(sent, now);
    gaps_known_ = arbiter_.gaps();
    in_gap_ = lost_more_ = false;
    delivered_ = true;  // the next numbers are not those of the day's begin
    recovery_ = !disaster && refresh_ ? Recovery::refresh : Recovery::none;
    if (refresh_) refresh_->spoil();
    owner_.on_base(*this, Base::unknown, now);
  }
  update_state(now);
}

void Channel::update_state(TimeNs now) {
  if (arbiter_.gaps() != gaps_known_) {
    gaps_known_ = arbiter_.gaps();
    in_gap_ = lost_more_ = true;
    owner_.on_base(*this, Base::unknown, now);
  }
  if (in_gap_ && !lost_more_ && owner_.none_unheard(*this)) in_gap_ = false;
  const FeedState next = current_state(now);
  const bool by_security = next == FeedState::gap;
  if (next == state_ && !(by_security && lost_more_)) return;
  state_ = next;
  if (by_security) lost_more_ = false;
  owner_.on_state(*this, by_security, sent_, now);
}

void Channel::pause(bool paused, TimeNs now) {
  paused ? data_.on_paused() : data_.on_drained();
  update_state(now);
}

FeedState Channel::current_state(TimeNs now) {
  if (!received_any_) return FeedState::connecting;
  if (disaster_) return FeedState::stale;
  if (data_.in_doubt()) return FeedState::recovering;
  if (!signal_only_ && now - arrived_at_ >= settings_.silence_ns) return FeedState::stale;
  if (data_.stale(now, depended_on_ && owner_.data_is_due())) return FeedState::stale;
  if (recovery_ != Recovery::none || awaited_ > 0 || (refresh_ && !arbiter_.started())) {
    return FeedState::recovering;
  }
  return in_gap_ ? FeedState::gap : FeedState::live;
}

}  // namespace indexcast::hkex
