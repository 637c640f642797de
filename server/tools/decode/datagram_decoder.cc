#include "server/tools/decode/datagram_decoder.h"

#include <string>

#include "feedhandlers/hkex/decoder.h"
#include "feedhandlers/hkex/describe.h"
#include "feedhandlers/hkex/wire.h"
#include "feedhandlers/szse/describe.h"

namespace indexcast::server {

namespace mddp = szse::mddp;
using feed::DecodeError;

namespace {

void decode_message(const hkex::MessageView& message, StreamPlace place, const Direction& direction,
                    DecodeOutput& output) {
  const feed::DecodeError error = hkex::check_message(message.bytes).error;
  if (error != feed::DecodeError::none) {
    output.malformed(name_of(error), message.bytes.size(), place, direction);
    return;
  }
  const MessageHead head{std::to_string(message.type), hkex::type_name(message.type),
                         hkex::has_table(message.type), message.sequence, true};
  output.message(head, message.bytes.size(), place, direction,
                 [&](feed::FieldSink& sink) { hkex::describe(message.bytes, sink); });
}

namespace wire = hkex::wire;

// Checks the size and for a send time of this century (zero otherwise, decoder.h). Other protocols
// do not have both by chance.
bool plausible(feed::Bytes payload) {
  hkex::PacketHeader header;
  static_cast<void>(hkex::check_packet(payload, header));
  return payload.size() >= wire::packet::kHeaderSize &&
         header.packet_size >= wire::packet::kHeaderSize &&
         header.packet_size <= wire::packet::kSizeMax && header.send_time.ns != 0;
}

// Relies on the checksum, which covers the whole packet.
bool is_mddp(feed::Bytes payload) {
  szse::MddpPacket packet;
  return szse::decode_mddp(payload, packet) == DecodeError::none;
}

Direction direction_of(const feed::PacketView& view) {
  return {to_string(view.source), to_string(view.destination)};
}

}  // namespace

void decode_hkex_packet(feed::Bytes packet, StreamPlace place, const Direction& direction,
                        DecodeOutput& output) {
  hkex::PacketHeader header;
  const feed::DecodeError error = hkex::check_packet(packet, header);
  if (error != feed::DecodeError::none) {
    output.malformed(name_of(error), packet.size(), place, direction);
    return;
  }
  if (header.message_count == 0) {
    output.message({"0", "Heartbeat", true, header.sequence, true}, packet.size(), place, direction,
                   [](feed::FieldSink&) {});
    return;
  }
  output.add_decoded_bytes(hkex::wire::packet::kHeaderSize);
  hkex::for_each_message(packet, header, [&](const hkex::MessageView& message) {
    StreamPlace at = place;
    at.offset += static_cast<std::uint64_t>(message.bytes.data() - packet.data());
    decode_message(message, at, direction, output);
  });
}

bool holds_known_messages(feed::Bytes packet) {
  hkex::PacketHeader header;
  if (hkex::check_packet(packet, header) != feed::DecodeError::none) return false;
  bool known = header.message_count > 0;
  hkex::for_each_message(packet, header, [&](const hkex::MessageView& message) {
    known = known && !hkex::type_name(message.type).empty() &&
            hkex::check_message(message.bytes).error == feed::DecodeError::none;
  });
  return known;
}

void DatagramDecoder::add(const feed::CapturedPacket& packet) {
  const feed::PacketView& view = packet.view;
  if (!destinations_.holds(view, plausible)) {
    output_.count_skipped("foreign", view.payload.size());
    return;
  }
  decode_hkex_packet(view.payload, {packet.number, 0, packet.capture},
                     {to_string(view.source), to_string(view.destination)}, output_);
}

void MddpDecoder::add(const feed::CapturedPacket& packet) {
  const feed::PacketView& view = packet.view;
  if (!destinations_.holds(view, is_mddp)) {
    return output_.count_skipped("foreign", view.payload.size());
  }
  const StreamPlace place{packet.number, 0, packet.capture};
  szse::MddpPacket decoded;
  const DecodeError error = szse::decode_mddp(view.payload, decoded);
  if (error != DecodeError::none) {
    return output_.malformed(name_of(error), view.payload.size(), place, direction_of(view));
  }
  if (decoded.header.fragmented()) return on_fragment(decoded, packet);
  const auto body_at = static_cast<std::size_t>(decoded.body.data() - view.payload.data());
  on_whole({decoded.header, decoded.body, view.payload.size(), body_at, place, direction_of(view)});
}

void MddpDecoder::on_fragment(const szse::MddpPacket& piece, const feed::CapturedPacket& packet) {
  const feed::PacketView& view = packet.view;
  const szse::MddpHeader& header = piece.header;
  const Key key{view.destination.host, view.destination.port, header.channel, header.sender_id,
                header.seq_num};
  const auto [found, first] = pieces_.try_emplace(key);
  Pieces& pieces = found->second;
  const StreamPlace place{packet.number, 0, packet.capture};
  if (first) {
    pieces.header = header;
    pieces.place = place;
    pieces.direction = direction_of(view);
  } else if (header.total_fragments != pieces.header.total_fragments) {
    return output_.malformed(name_of(DecodeError::bad_length), view.payload.size(), place,
                             direction_of(view));
  }
  const bool fresh =
      pieces.bodies.try_emplace(header.fragment_no, piece.body.begin(), piece.body.end()).second;
  if (!fresh) return output_.count_skipped("repeated", view.payload.size());
  pieces.captured += view.payload.size();
  if (pieces.bodies.size() != header.total_fragments) return;
  std::vector<std::byte> body;
  for (const auto& [number, part] : pieces.bodies)
    body.insert(body.end(), part.begin(), part.end());
  on_whole({pieces.header, body, pieces.captured, 0, pieces.place, pieces.direction});
  pieces_.erase(found);
}

void MddpDecoder::on_whole(const Whole& whole) {
  const szse::MddpHeader& header = whole.header;
  if (header.is_mark()) return on_mark(whole);
  if ((header.flag & mddp::kFlagTypeMask) != mddp::kFlagApplication) {
    return output_.skipped("management", whole.captured, whole.place, whole.direction);
  }
  if (header.encrypted()) {
    return output_.skipped("encrypted", whole.captured, whole.place, whole.direction);
  }
  const auto plain =
      header.compressed() ? inflater_.inflate(whole.body) : std::optional<feed::Bytes>(whole.body);
  const auto refuse = [&](DecodeError reason) {
    output_.malformed(name_of(reason), whole.captured, whole.place, whole.direction);
  };
  if (!plain) return refuse(DecodeError::bad_field);
  if (header.encode_checksum && szse::adler32_of(*plain) != *header.encode_checksum) {
    return refuse(DecodeError::bad_checksum);
  }
  std::size_t first = 0;
  const DecodeError error = szse::check_messages(header, *plain, first);
  if (error != DecodeError::none) return refuse(error);
  on_messages(whole, *plain, !header.compressed() && !header.fragmented());
}

// Shows heartbeats of the source and of a stream, and the end of a stream.
void MddpDecoder::on_mark(const Whole& whole) {
  const szse::MddpHeader& header = whole.header;
  const bool end = header.channel != 0 && header.msg_count == mddp::kStreamEnd;
  const MessageHead head{"MDDP", end ? "EndOfStream" : "Heartbeat", true,
                         static_cast<std::uint64_t>(header.seq_num), true};
  output_.message(head, whole.captured, whole.place, whole.direction, [&](feed::FieldSink& sink) {
    sink.natural("SenderID", header.sender_id);
    sink.natural("ChannelNo", header.channel);
  });
}

void MddpDecoder::on_messages(const Whole& whole, feed::Bytes plain, bool as_sent) {
  std::size_t around = whole.captured;
  auto sequence = static_cast<std::uint64_t>(whole.header.seq_num);
  const auto decode_one = [&](feed::Bytes message) {
    StreamPlace place = whole.place;
    if (as_sent) {
      place.offset += whole.body_at + static_cast<std::size_t>(message.data() - plain.data());
      around -= message.size();
    }
    const std::size_t size = as_sent ? message.size() : 0;
    const std::uint32_t type = szse::decode_header(message).msg_type;
    const DecodeError error = szse::validate_message(message);
    const MessageHead head{std::to_string(type),
                           szse::type_name(type),
                           szse::has_table(type),
                           sequence++,
                           true,
                           error};
    if (error != DecodeError::none) {
      return output_.malformed(name_of(error), size, place, whole.direction);
    }
    output_.message(head, size, place, whole.direction,
                    [&](feed::FieldSink& sink) { szse::describe(message, sink); });
  };
  // on_whole() has checked that the messages fill the body.
  static_cast<void>(szse::for_each_message(whole.header, plain, decode_one));
  output_.add_decoded_bytes(around);
}

void MddpDecoder::finish() {
  for (const auto& [key, pieces] : pieces_) {
    output_.skipped("incomplete", pieces.captured, pieces.place, pieces.direction);
  }
  pieces_.clear();
}

}  // namespace indexcast::server
