#include "feedhandlers/szse/mddp_handler.h"

#include <algorithm>

namespace indexcast::szse {

using feed::Bytes;
using feed::DecodeError;
using feed::FeedCounter;

MddpHandler::MddpHandler(const Settings& settings, const feed::SymbolTable& symbols,
                         feed::EventSink& sink)
    : settings_(settings.multicast),
      router_(settings, symbols, sink, counters_),
      assembler_(settings.multicast.fragment_wait_ns),
      data_(settings.stale_after_ns) {
  const std::size_t streams = std::max<std::size_t>(settings_.max_streams, 1);
  streams_.reserve(streams);
  for (std::size_t i = 0; i < streams; ++i) {
    streams_.emplace_back(settings_.reorder_wait_ns, counters_);
  }
}

void MddpHandler::on_datagram(std::uint32_t, feed::Line, Bytes payload, TimeNs now) {
  counters_.add(FeedCounter::packets);
  counters_.add(FeedCounter::bytes, payload.size());
  MddpPacket packet;
  if (decode_mddp(payload, packet) != DecodeError::none) {
    counters_.add(FeedCounter::malformed);
    return update(now);
  }
  if (!heard_any_) data_.start(now);
  heard_any_ = true;
  heard_ = now;
  update(now);
  if (!packet.header.fragmented()) return on_whole(packet, now);
  switch (assembler_.add(packet, now)) {
    case MddpAssembler::Result::complete:
      return on_whole(packet, now);
    case MddpAssembler::Result::malformed:
      return counters_.add(FeedCounter::malformed);
    case MddpAssembler::Result::kept:
    case MddpAssembler::Result::duplicate:
      return;
  }
}

void MddpHandler::on_whole(const MddpPacket& packet, TimeNs now) {
  const MddpHeader& header = packet.header;
  if (header.channel == 0 || header.msg_count == 0 || header.msg_count == mddp::kStreamEnd) {
    return on_mark(header, now);
  }
  // Management data is the source's own business.
  if ((header.flag & mddp::kFlagTypeMask) != mddp::kFlagApplication) {
    return counters_.add(FeedCounter::filtered, header.msg_count);
  }
  Stream* stream = stream_of(header, now);
  if (stream == nullptr) return counters_.add(FeedCounter::filtered, header.msg_count);
  // Ticks are put in order and counted by their own numbers.
  if (stream->numbered && router_.ticks() != nullptr) return deliver(header, packet.body, 0, now);
  Receiver receiver{*this, *stream, now};
  stream->packets.on_packet(header, packet.body, now, receiver);
}

// Heartbeats of the source and of a stream, and a stream's end.
void MddpHandler::on_mark(const MddpHeader& header, TimeNs now) {
  counters_.add(FeedCounter::heartbeats);
  if (header.channel == 0) return;
  const bool end = header.msg_count == mddp::kStreamEnd;
  if (header.has(mddp::kFlagResendBySeqNum)) {
    if (router_.ticks() != nullptr) {
      router_.ticks()->on_last(header.channel, header.seq_num, end, now);
    }
    return;
  }
  Stream* stream = stream_of(header, now);
  if (stream == nullptr || end) return;
  Receiver receiver{*this, *stream, now};
  stream->packets.on_last(header.seq_num, receiver);
}

// A new sender takes an unused place, or that of the stream silent longest.
MddpHandler::Stream* MddpHandler::stream_of(const MddpHeader& header, TimeNs now) {
  Stream* place = &streams_.front();
  for (Stream& stream : streams_) {
    if (stream.used && stream.channel == header.channel && stream.sender == header.sender_id) {
      stream.heard = now;
      return &stream;
    }
    if (!stream.used || (place->used && stream.heard < place->heard)) place = &stream;
  }
  if (place->used && now - place->heard < settings_.silence_ns) return nullptr;
  place->used = true;
  place->channel = header.channel;
  place->sender = header.sender_id;
  place->numbered = header.has(mddp::kFlagResendBySeqNum);
  place->heard = now;
  place->packets.restart();
  return place;
}

void MddpHandler::deliver(const MddpHeader& header, Bytes body, std::uint16_t skip, TimeNs now) {
  const auto plain = plain_body(header, body);
  std::uint16_t number = 0;
  const auto visit = [&](Bytes message) {
    if (number++ >= skip) deliver_message(message, now);
  };
  if (!plain || for_each_message(header, *plain, visit) != DecodeError::none) {
    counters_.add(FeedCounter::malformed, static_cast<std::uint64_t>(header.msg_count - skip));
  }
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
  router_.note_data(message, now, data_);
  if (state_ == FeedState::stale) update(now);
  if (const auto outcome = router_.on_message(message, now)) counters_.add(*outcome);
}

void MddpHandler::note_loss(const Stream& stream, TimeNs now) {
  if (stream.numbered) return;
  lost_at_ = now;
  router_.begin_round();
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

void MddpHandler::update(TimeNs now) {
  if (lost_at_ && (now - *lost_at_ >= kSettleNs || router_.round_complete())) lost_at_.reset();
  FeedState next = FeedState::connecting;
  if (heard_any_) {
    const bool stale =
        data_.stale(now, router_.market_trades()) || now - heard_ >= settings_.silence_ns;
    next = stale ? FeedState::stale : lost_at_ ? FeedState::gap : FeedState::live;
  }
  if (next == state_) return;
  state_ = next;
  router_.on_state(next, now);
}

}  // namespace indexcast::szse
