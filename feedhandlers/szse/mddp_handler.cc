#include "feedhandlers/szse/mddp_handler.h"

#include <algorithm>
#include <cstring>

namespace indexcast::szse {

using feed::Bytes;

MddpAssembler::Result MddpAssembler::add(MddpPacket& packet, TimeNs now) {
  const MddpHeader& header = packet.header;
  if (header.total_fragments > kMaxFragments || packet.body.size() > kFragmentBytes) {
    return Result::malformed;
  }
  Open& open = find_or_open(header, now);
  if (open.done) return Result::duplicate;
  if (open.header.total_fragments != header.total_fragments ||
      open.header.msg_count != header.msg_count) {
    return Result::malformed;
  }
  const std::size_t index = header.fragment_no - 1U;
  if (open.present[index]) return Result::duplicate;
  open.present[index] = true;
  open.sizes[index] = static_cast<std::uint16_t>(packet.body.size());
  if (!packet.body.empty()) {
    std::memcpy(bytes_of(open) + index * kFragmentBytes, packet.body.data(), packet.body.size());
  }
  if (open.present.count() != header.total_fragments) return Result::kept;
  open.done = true;
  packet.header = open.header;
  packet.body = join(open);
  return Result::complete;
}

MddpAssembler::Open& MddpAssembler::find_or_open(const MddpHeader& header, TimeNs now) {
  Open* place = &open_.front();
  for (Open& open : open_) {
    if (open.used && same_packet(open.header, header)) return open;
    if (!open.used || (place->used && open.since < place->since)) place = &open;
  }
  displaced_ += place->used && !place->done ? 1 : 0;
  *place = Open{};
  place->used = true;
  place->header = header;
  place->since = now;
  return *place;
}

// The pieces move together in their own storage.
Bytes MddpAssembler::join(const Open& open) {
  std::byte* const first = bytes_of(open);
  std::size_t size = 0;
  for (std::size_t i = 0; i < open.header.total_fragments; ++i) {
    std::memmove(first + size, first + i * kFragmentBytes, open.sizes[i]);
    size += open.sizes[i];
  }
  return {first, size};
}

std::size_t MddpAssembler::expire(TimeNs now) {
  std::size_t dropped = displaced_;
  displaced_ = 0;
  for (Open& open : open_) {
    if (!open.used || now - open.since < wait_ns_) continue;
    open.used = false;
    dropped += open.done ? 0 : 1;
  }
  return dropped;
}

using feed::Bytes;
using feed::DecodeError;
using feed::FeedCounter;

MddpHandler::MddpHandler(const Settings& settings, const feed::SymbolTable& symbols,
                         feed::EventSink& sink)
    : settings_(settings.multicast),
      router_(settings, symbols, sink, counters_),
      assembler_(settings.multicast.fragment_wait_ns),
      data_(settings.stale_after_ns, settings.lag) {
  const std::size_t streams = std::max<std::size_t>(settings_.max_streams, 1);
  state_.lose(FeedState::recovering);  // before the first packet anything may have been missed
  streams_.reserve(streams);
  for (std::size_t i = 0; i < streams; ++i) {
    streams_.emplace_back(settings_.reorder_wait_ns, counters_);
  }
}

void MddpHandler::on_datagram(std::uint32_t, feed::Line line, Bytes payload, TimeNs now) {
  counters_.add(FeedCounter::packets);
  counters_.add(FeedCounter::bytes, payload.size());
  MddpPacket packet;
  if (decode_mddp(payload, packet) != DecodeError::none) {
    counters_.add(FeedCounter::malformed);
    return update(now);
  }
  if (!received_any_) data_.start(now);
  received_any_ = true;
  received_at_ = now;
  update(now);
  count_form(packet.header);
  if (!packet.header.fragmented()) return on_whole(packet, line, now);
  switch (assembler_.add(packet, now)) {
    case MddpAssembler::Result::complete:
      return on_whole(packet, line, now);
    case MddpAssembler::Result::malformed:
      return counters_.add(FeedCounter::malformed);
    case MddpAssembler::Result::kept:
    case MddpAssembler::Result::duplicate:
      return;
  }
}

// Counts the form of the fragment fields, and encrypted packets.
void MddpHandler::count_form(const MddpHeader& header) {
  if (header.fragment_form == FragmentForm::table) {
    counters_.add(FeedCounter::fragments_table_form);
  } else if (header.fragment_form == FragmentForm::sample) {
    counters_.add(FeedCounter::fragments_sample_form);
  }
  if (!header.encrypted() || header.is_mark()) return;
  if (counters_.get(FeedCounter::encrypted_packets) == 0) {
    feed::SessionNotice notice;
    notice.kind = feed::SessionNotice::Kind::encrypted;
    notice.number = header.channel;
    notices_.post(notice);
  }
  counters_.add(FeedCounter::encrypted_packets);
}

void MddpHandler::on_whole(const MddpPacket& packet, feed::Line line, TimeNs now) {
  const MddpHeader& header = packet.header;
  if (header.is_mark()) return on_mark(header, line, now);
  // Management data is the source's own business.
  if ((header.flag & mddp::kFlagTypeMask) != mddp::kFlagApplication) {
    return counters_.add(FeedCounter::filtered, header.msg_count);
  }
  Stream* stream = stream_of(header, now);
  if (stream == nullptr) return counters_.add(FeedCounter::filtered, header.msg_count);
  stream->numbered = header.has(mddp::kFlagResendBySeqNum) || is_tick_channel(header.channel);
  if (stream->numbered && router_.ticks() != nullptr) return on_ticks(header, packet.body, now);
  Receiver receiver{*this, *stream, now};
  stream->packets.on_packet(header, packet.body, line, now, receiver);
}

// Ticks are ordered and counted by their own numbers. Unreadable ones are a gap there, which the
// resend session fills.
void MddpHandler::on_ticks(const MddpHeader& header, Bytes body, TimeNs now) {
  if (!header.encrypted() && deliver(header, body, 0, now)) return;
  std::int64_t last = 0;
  if (header.seq_num < 1 || __builtin_add_overflow(header.seq_num, header.msg_count - 1, &last)) {
    return;
  }
  router_.ticks()->on_last(header.channel, header.seq_num - 1, false, now);
  router_.ticks()->on_last(header.channel, last, false, now);
}

// Heartbeats of the source and of a stream, and a stream's end.
void MddpHandler::on_mark(const MddpHeader& header, feed::Line line, TimeNs now) {
  counters_.add(FeedCounter::heartbeats);
  if (header.channel == 0) return;
  Stream* const stream = find_stream(header);
  const bool numbered = stream != nullptr ? stream->numbered : is_tick_channel(header.channel);
  if (stream != nullptr) stream->received_at = now;
  if (numbered && router_.ticks() != nullptr) {
    const bool end = header.msg_count == mddp::kStreamEnd;
    return router_.ticks()->on_last(header.channel, header.seq_num, end, now);
  }
  if (stream == nullptr) return;
  Receiver receiver{*this, *stream, now};
  stream->packets.on_last(header.seq_num, line, now, receiver);
}

MddpHandler::Stream* MddpHandler::find_stream(const MddpHeader& header) {
  for (Stream& stream : streams_) {
    if (stream.used && stream.channel == header.channel && stream.sender == header.sender_id) {
      return &stream;
    }
  }
  return nullptr;
}

// Returns the place for a new sender: an unused one, else that of the sender of its channel that
// was silent longest, which it replaces, else that of any stream whose sender is down.
MddpHandler::Stream* MddpHandler::place_for(const MddpHeader& header, TimeNs now) {
  Stream* place = nullptr;
  const auto rank = [&](const Stream& stream) {
    if (!stream.used) return 2;
    return stream.channel == header.channel ? 1 : 0;
  };
  for (Stream& stream : streams_) {
    if (place == nullptr || rank(stream) > rank(*place) ||
        (rank(stream) == rank(*place) && stream.received_at < place->received_at)) {
      place = &stream;
    }
  }
  const bool down = now - place->received_at >= settings_.silence_ns;
  return rank(*place) > 0 || down ? place : nullptr;
}

// SenderId changes when a sender restarts (MDDP 4.1): messages of the previous sender may be
// missing.
MddpHandler::Stream* MddpHandler::stream_of(const MddpHeader& header, TimeNs now) {
  Stream* stream = find_stream(header);
  if (stream == nullptr) {
    const bool channel_known = std::ranges::any_of(streams_, [&](const Stream& other) {
      return other.used && other.channel == header.channel;
    });
    stream = place_for(header, now);
    if (stream == nullptr) return nullptr;
    stream->used = true;
    stream->channel = header.channel;
    stream->sender = header.sender_id;
    stream->numbered = header.has(mddp::kFlagResendBySeqNum) || is_tick_channel(header.channel);
    stream->packets.restart();
    if (channel_known) note_loss(*stream, now);
  }
  stream->received_at = now;
  return stream;
}

bool MddpHandler::deliver(const MddpHeader& header, Bytes body, std::uint16_t skip, TimeNs now) {
  const auto plain = plain_body(header, body);
  std::uint16_t number = 0;
  const auto visit = [&](Bytes message) {
    if (number++ >= skip) deliver_message(message, now);
  };
  if (plain && for_each_message(header, *plain, visit) == DecodeError::none) return true;
  counters_.add(FeedCounter::malformed, static_cast<std::uint64_t>(header.msg_count - skip));
  return false;
}

std::optional<Bytes> MddpHandler::plain_body(const MddpHeader& header, Bytes body) {
  const auto plain = header.compressed() ? inflater_.inflate(body) : std::optional<Bytes>(body);
  if (plain && header.encode_checksum && adler32_of(*plain) != *header.encode_checksum) {
    return std::nullopt;
  }
  return plain;
}

void MddpHandler::deliver_message(Bytes message, TimeNs now) {
  if (decode_header(message).msg_type == kMsgChannelHeartbeat) {
    const bool decoded = router_.on_channel_heartbeat(message, now);
    return counters_.add(decoded ? FeedCounter::heartbeats : FeedCounter::malformed);
  }
  if (!router_.note_data(message, now, data_)) {
    counters_.add(FeedCounter::stamps_ahead);
    return counters_.add(FeedCounter::rejected);
  }
  if (data_.take_step_back()) {
    state_.lose(FeedState::recovering);
    update(now);
  }
  if (state_.state() != FeedState::live) update(now);
  if (const auto outcome = router_.on_message(message, now)) counters_.add(*outcome);
  // The message may have ended trading, after which silence is not stale, or completed the round.
  if (state_.state() != FeedState::live) update(now);
}

void MddpHandler::note_loss(const Stream& stream, TimeNs now) {
  if (stream.numbered) return;
  state_.lose(FeedState::gap);
  update(now);
}

void MddpHandler::on_paused(TimeNs now) {
  data_.on_paused();
  update(now);
}

void MddpHandler::on_drained(TimeNs now) {
  data_.on_drained();
  update(now);
}

void MddpHandler::on_time(TimeNs now) {
  for (Stream& stream : streams_) {
    if (!stream.used) continue;
    Receiver receiver{*this, stream, now};
    stream.packets.on_time(now, receiver);
  }
  // A packet that never became whole is a hole in its stream's numbers; its pieces are malformed.
  counters_.add(FeedCounter::malformed, assembler_.expire(now));
  router_.on_time(now);
  update(now);
}

TimeNs MddpHandler::due(TimeNs now) const {
  const bool waits = assembler_.waits() || router_.waits() ||
                     std::ranges::any_of(streams_, [](const Stream& stream) {
                       return stream.used && stream.packets.waits();
                     });
  return now + (waits ? feed::kShortPollNs : feed::kQuietPollNs);
}

void MddpHandler::update(TimeNs now) {
  using feed::Staleness;
  Staleness staleness = data_.staleness(now, router_.market_trades());
  if (now - received_at_ >= settings_.silence_ns) staleness = Staleness::silence;
  state_.pause(data_.in_doubt());
  if (const auto time = data_.take_time(now)) router_.on_channel_time(*time, now);
  state_.update(received_any_ ? FeedState::live : FeedState::connecting, staleness, router_, now);
}

}  // namespace indexcast::szse
