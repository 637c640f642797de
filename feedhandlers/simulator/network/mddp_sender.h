// Sends Shenzhen's day on multicast lines A and B, without what each line is to lose.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <utility>
#include <vector>

#include "feedhandlers/simulator/day/exchange_message.h"
#include "feedhandlers/simulator/day/settings.h"
#include "feedhandlers/simulator/faults/fault_book.h"
#include "feedhandlers/simulator/network/day_transport.h"
#include "feedhandlers/transport/bytes.h"
#include "feedhandlers/transport/endpoint.h"

namespace indexcast::sim {

struct MddpDatagram {
  std::uint32_t channel = 0;  // ChannelNo; 0: of the source itself, for every line
  std::vector<std::byte> bytes;
};

// Packs messages into MDDP packets, Ver1.01 (SZSE notes 1.7), as one source. Written from the notes
// and independently of the receiver, so that each checks the other. No I/O. One thread.
class MddpPackets {
 public:
  // A fragment's share of a body: with header and trailer well below an Ethernet frame's 1472.
  static constexpr std::size_t kFragment = 1'400;
  // Bodies of this size and more are compressed now and then.
  static constexpr std::size_t kCompressible = 400;
  static constexpr std::uint32_t kCompressEvery = 8;
  static constexpr std::int64_t kHeartbeatNs = 5'000'000'000;
  // Messages of one instant and channel go together, at most so many and so many bytes.
  static constexpr std::size_t kMaxMessages = 16;
  static constexpr std::size_t kMaxBody = 8'000;

  // How a body is sent.
  struct Form {
    bool encrypted = false;  // under a token that no receiver has
    bool sample = false;     // fragment fields as in the samples of MDDP 5.8, not as in its tables
  };
  // The form of the next body of a channel.
  using ChooseForm = std::function<Form(std::uint32_t channel)>;

  explicit MddpPackets(std::uint8_t sender_id = 1) : sender_id_(sender_id) {}
  void choose_form(ChooseForm choose) { choose_form_ = std::move(choose); }

  // A message of the day. What waited from an earlier instant, or for another channel, is framed.
  // Heartbeats of tick channels (390095) do not travel: they have no number, and the streams' own
  // say the same; the last one becomes the end of its stream.
  void push(const ExchangeMessage& message);
  // Frames queued messages, and heartbeats when they are due: every five seconds for the source,
  // and for tick channels too, because only their messages can be requested again. Heartbeats and
  // ends have Flag 0 (MDDP 4).
  void flush(TimeNs now);
  // Restarts the sender: numbers of snapshot channels start at 1. With `next_sender_id` it uses the
  // next SenderId, as a sender does when it can (MDDP 4.1).
  void restart(bool next_sender_id);
  // The packets framed so far; forgets them.
  std::vector<MddpDatagram> take();

 private:
  struct Channel {
    std::int64_t next = 1;  // the number of the next message
    bool ticks = false;
    bool ended = false;
  };

  void frame();
  void frame_body(std::uint32_t channel, std::int64_t sequence, std::uint16_t count,
                  std::uint16_t flags, std::vector<std::byte> body);
  // `extension`: the optional fields; `counted`: HeaderSize counts them.
  void packet(std::uint32_t channel, std::int64_t sequence, std::uint16_t count,
              std::uint16_t flags, const std::vector<std::byte>& extension, feed::Bytes body,
              bool counted = true);
  void heartbeats();
  void on_channel_heartbeat(const ExchangeMessage& message);

  std::uint8_t sender_id_;
  ChooseForm choose_form_ = [](std::uint32_t) { return Form{}; };
  std::map<std::uint32_t, Channel> channels_;
  std::vector<ExchangeMessage> waiting_;  // of one channel
  std::size_t waiting_bytes_ = 0;
  TimeNs last_heartbeat_{};
  std::uint32_t compressible_ = 0;
  std::vector<MddpDatagram> framed_;
};

// Sends Shenzhen's day on multicast lines A and B. Leaves out the packets that the fault plan
// drops.
class MddpSender {
 public:
  // Sends one datagram of `line` to `group` at exchange time `time`; false when it could not.
  using Send = std::function<bool(TimeNs time, std::size_t line, const feed::Endpoint& group,
                                  feed::Bytes bytes)>;

  // `settings` and `faults` outlive the sender.
  MddpSender(const szse::MulticastSettings& settings, FaultBook& faults, Send send);

  void publish(const ExchangeMessage& message) { packets_.push(message); }
  // Sends what waits once its instant is over.
  void on_exchange_time(TimeNs now);
  const MddpCounts& counts() const { return counts_; }

 private:
  void send(const MddpDatagram& packet, TimeNs now);
  void send_on(const szse::MulticastChannel& channel, const MddpDatagram& packet, TimeNs now);

  // A restart of the fault plan, with its remaining instants.
  struct Restart {
    const Fault* fault;
    std::vector<std::int64_t> instants;
  };

  void restart_when_due(std::int64_t now_ms);

  const szse::MulticastSettings& settings_;
  FaultBook& faults_;
  MddpPackets packets_;
  Send send_datagram_;
  MddpCounts counts_;
  std::int64_t now_ms_ = 0;  // time of day
  std::vector<Restart> restarts_;
};

}  // namespace indexcast::sim
