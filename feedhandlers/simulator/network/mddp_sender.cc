#include "feedhandlers/simulator/network/mddp_sender.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <utility>

#include "feedhandlers/transport/big_endian_writer.h"

namespace indexcast::sim {
namespace {

// Flag bits, 1.7.
constexpr std::uint16_t kApplication = 1U << 13;
constexpr std::uint16_t kResendBySeqNum = 1U << 12;
constexpr std::uint16_t kZlib = 1U << 10;
constexpr std::uint16_t kEncrypted = 1U << 8;
constexpr std::uint16_t kLengths = 1U << 7;
constexpr std::uint16_t kFragmented = 1U << 6;
constexpr std::uint16_t kEncodeChecksum = 1U << 5;
// In the samples of 5.8 this bit marks a fragment.
constexpr std::uint16_t kSampleFragment = 1U << 5;
// Flag of a mark, which is a management packet (4).
constexpr std::uint16_t kMark = 0;
constexpr std::byte kToken{0x5a};

constexpr std::uint16_t kStreamEnd = 0xffff;  // MsgCount
// 390095 and where its EndOfChannel stands behind the header of 8 bytes (1.5).
constexpr std::uint32_t kChannelHeartbeat = 390'095;
constexpr std::size_t kEndOfChannel = 8 + 10;

constexpr std::uint8_t kProtocol = 0xff;
constexpr std::uint8_t kVersion = 1;
constexpr std::uint16_t kMarket = 1;
constexpr std::size_t kFixedHeader = 20;
constexpr std::size_t kWord = 4;
// The messages' own checksum does not travel.
constexpr std::size_t kMessageTrailer = 4;

std::uint32_t adler(const std::byte* data, std::size_t size) {
  return static_cast<std::uint32_t>(adler32(
      adler32(0, nullptr, 0), reinterpret_cast<const Bytef*>(data), static_cast<uInt>(size)));
}

std::vector<std::byte> compressed(const std::vector<std::byte>& body) {
  uLongf size = compressBound(static_cast<uLong>(body.size()));
  std::vector<std::byte> out(size);
  if (compress(reinterpret_cast<Bytef*>(out.data()), &size,
               reinterpret_cast<const Bytef*>(body.data()),
               static_cast<uLong>(body.size())) != Z_OK) {
    return {};
  }
  out.resize(size);
  return out;
}

}  // namespace

void MddpPackets::push(const ExchangeMessage& message) {
  if (feed::load_be<std::uint32_t>(message.bytes.data()) == kChannelHeartbeat) {
    return on_channel_heartbeat(message);
  }
  if (!waiting_.empty() &&
      (waiting_.front().channel != message.channel ||
       waiting_.front().exchange_time != message.exchange_time || waiting_.size() == kMaxMessages ||
       waiting_bytes_ + message.bytes.size() > kMaxBody)) {
    frame();
  }
  waiting_.push_back(message);
  waiting_bytes_ += message.bytes.size();
}

void MddpPackets::on_channel_heartbeat(const ExchangeMessage& message) {
  frame();
  Channel& channel = channels_[message.channel];
  channel.ticks = true;
  const auto end = feed::load_be<std::uint16_t>(message.bytes.data() + kEndOfChannel);
  if (end == 0 || channel.ended) return;
  channel.ended = true;
  packet(message.channel, channel.next - 1, kStreamEnd, kMark, {}, {});
}

void MddpPackets::flush(TimeNs now) {
  frame();
  if (now - last_heartbeat_ < kHeartbeatNs) return;
  last_heartbeat_ = now;
  heartbeats();
}

void MddpPackets::restart(bool next_sender_id) {
  frame();
  if (next_sender_id) ++sender_id_;
  for (auto& [number, channel] : channels_) {
    if (!channel.ticks) channel.next = 1;
  }
}

std::vector<MddpDatagram> MddpPackets::take() { return std::exchange(framed_, {}); }

// A tick's number is its ApplSeqNum, any other message's is our own count.
void MddpPackets::frame() {
  if (waiting_.empty()) return;
  Channel& channel = channels_[waiting_.front().channel];
  std::vector<std::byte> body;
  feed::BigEndianWriter writer(body);
  const bool several = waiting_.size() > 1;
  for (std::size_t i = 0; several && i < waiting_.size(); ++i) {
    writer.number(static_cast<std::uint32_t>(waiting_[i].bytes.size() - kMessageTrailer));
  }
  for (const ExchangeMessage& message : waiting_) {
    body.insert(body.end(), message.bytes.begin(), message.bytes.end() - kMessageTrailer);
  }
  channel.ticks = channel.ticks || waiting_.front().tick > 0;
  if (waiting_.front().tick > 0) channel.next = waiting_.front().tick;
  std::uint16_t flags = kApplication;
  if (channel.ticks) flags |= kResendBySeqNum;
  if (several) flags |= kLengths;
  const auto count = static_cast<std::uint16_t>(waiting_.size());
  frame_body(waiting_.front().channel, channel.next, count, flags, std::move(body));
  channel.next += count;
  waiting_.clear();
  waiting_bytes_ = 0;
}

// Compresses, encrypts, then cuts the body; the receiver does the reverse. The samples have no
// EncodeChecksum, because its bit marks a fragment there.
void MddpPackets::frame_body(std::uint32_t channel, std::int64_t sequence, std::uint16_t count,
                             std::uint16_t flags, std::vector<std::byte> body) {
  const Form form = choose_form_(channel);
  std::vector<std::byte> checksum;
  if (body.size() >= kCompressible && compressible_++ % kCompressEvery == 0) {
    if (std::vector<std::byte> small = compressed(body); !small.empty()) {
      flags |= kZlib;
      if (!form.sample) {
        flags |= kEncodeChecksum;
        feed::BigEndianWriter(checksum).number(adler(body.data(), body.size()));
      }
      body = std::move(small);
    }
  }
  if (form.encrypted) {
    flags |= kEncrypted;
    for (std::byte& byte : body) byte ^= kToken;
  }
  const std::size_t fragments = (body.size() + kFragment - 1) / kFragment;
  if (fragments > 1) flags |= form.sample ? kSampleFragment : kFragmented;
  for (std::size_t i = 0; i < fragments; ++i) {
    std::vector<std::byte> extension;
    if (fragments > 1) {
      feed::BigEndianWriter(extension)
          .number(static_cast<std::uint16_t>(fragments))
          .number(static_cast<std::uint16_t>(i + 1));
    } else if (form.sample) {
      feed::BigEndianWriter(extension).number(std::uint32_t{0});
    }
    extension.insert(extension.end(), checksum.begin(), checksum.end());
    const std::size_t begin = i * kFragment;
    packet(channel, sequence, count, flags, extension,
           feed::Bytes(body).subspan(begin, std::min(kFragment, body.size() - begin)),
           !form.sample);
  }
}

void MddpPackets::packet(std::uint32_t channel, std::int64_t sequence, std::uint16_t count,
                         std::uint16_t flags, const std::vector<std::byte>& extension,
                         feed::Bytes body, bool counted) {
  const std::size_t header = kFixedHeader + (counted ? extension.size() : 0);
  std::vector<std::byte> bytes;
  feed::BigEndianWriter(bytes)
      .number(kProtocol)
      .number(kVersion)
      .number(static_cast<std::uint8_t>(header / kWord))
      .number(sender_id_)
      .number(kMarket)
      .number(static_cast<std::uint16_t>(channel))
      .number(sequence)
      .number(count)
      .number(flags);
  bytes.insert(bytes.end(), extension.begin(), extension.end());
  bytes.insert(bytes.end(), body.begin(), body.end());
  feed::BigEndianWriter(bytes).number(adler(bytes.data(), bytes.size()));
  framed_.push_back({channel, std::move(bytes)});
}

void MddpPackets::heartbeats() {
  packet(0, 0, 0, kMark, {}, {});
  for (const auto& [number, channel] : channels_) {
    if (!channel.ticks || channel.ended) continue;
    packet(number, channel.next - 1, 0, kMark, {}, {});
  }
}

MddpSender::MddpSender(const szse::MulticastSettings& settings, FaultBook& faults, Send send)
    : settings_(settings), faults_(faults), send_datagram_(std::move(send)) {
  packets_.choose_form([this](std::uint32_t channel) {
    const Opportunity here{feed::Venue::szse, channel, now_ms_, 0};
    return MddpPackets::Form{
        .encrypted = faults_.strike(FaultKind::mddp_encrypted, here) != nullptr,
        .sample = faults_.strike(FaultKind::mddp_sample_form, here) != nullptr};
  });
  for (const Fault& fault : faults.plan()) {
    if (fault.kind == FaultKind::mddp_restart) restarts_.push_back({&fault, instants_of(fault)});
  }
}

void MddpSender::restart_when_due(std::int64_t now_ms) {
  for (Restart& restart : restarts_) {
    while (!restart.instants.empty() && restart.instants.front() <= now_ms) {
      restart.instants.erase(restart.instants.begin());
      packets_.restart(restart.fault->amount != 0);
      faults_.happened(*restart.fault);
    }
  }
}

void MddpSender::on_exchange_time(TimeNs now) {
  now_ms_ = china_time_of_day_ms(now);
  restart_when_due(now_ms_);
  packets_.flush(now);
  for (const MddpDatagram& packet : packets_.take()) send(packet, now);
}

// ChannelNos are spread over the configured groups; the source's own heartbeat goes to all.
void MddpSender::send(const MddpDatagram& packet, TimeNs now) {
  ++counts_.packets;
  if (packet.channel == 0) {
    for (const szse::MulticastChannel& channel : settings_.channels) send_on(channel, packet, now);
  } else {
    send_on(settings_.channels[packet.channel % settings_.channels.size()], packet, now);
  }
}

void MddpSender::send_on(const szse::MulticastChannel& channel, const MddpDatagram& packet,
                         TimeNs now) {
  const Opportunity here{feed::Venue::szse, packet.channel, china_time_of_day_ms(now), 0};
  const Fault* const loss = faults_.strike(FaultKind::loss, here);
  const std::array<const feed::Endpoint*, kLineCount> lines{&channel.line_a, &channel.line_b};
  for (std::size_t line = 0; line < lines.size(); ++line) {
    if (lines[line]->host.empty()) continue;
    if (loss != nullptr && includes(loss->line, line)) {
      ++counts_.lost;
    } else {
      const bool sent = send_datagram_(now, line, *lines[line], packet.bytes);
      ++(sent ? counts_.sent : counts_.send_errors);
    }
  }
}

}  // namespace indexcast::sim
