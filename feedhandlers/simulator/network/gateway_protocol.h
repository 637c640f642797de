// Protocol of a mainland gateway, as its session needs it. One object per connection, because
// Shanghai numbers its messages per session.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "calc/time.h"
#include "feedhandlers/simulator/day/settings.h"
#include "feedhandlers/simulator/network/gateway_faults.h"
#include "feedhandlers/transport/bytes.h"
#include "feedhandlers/transport/decode_error.h"

namespace indexcast::sim {

// Keeps the ticks that a Shenzhen gateway can send again. One thread.
class TickStore {
 public:
  // Ticks kept per channel: some minutes of a busy channel, 40 MB at most.
  static constexpr std::size_t kPerChannel = 200'000;

  explicit TickStore(std::size_t per_channel = kPerChannel) : per_channel_(per_channel) {}

  // Adds the next tick of a channel. The numbers of a channel are consecutive; the first may be
  // any.
  void add(std::uint32_t channel, std::int64_t sequence, feed::Bytes message) {
    Channel& kept = channels_[channel];
    if (kept.messages.empty()) kept.first = sequence;
    kept.messages.emplace_back(message.begin(), message.end());
    if (kept.messages.size() <= per_channel_) return;
    kept.messages.pop_front();
    ++kept.first;
  }

  // Returns the message; null when the store does not hold it.
  const std::vector<std::byte>* find(std::uint32_t channel, std::int64_t sequence) const {
    const auto kept = channels_.find(channel);
    if (kept == channels_.end() || sequence < kept->second.first) return nullptr;
    const auto place = static_cast<std::size_t>(sequence - kept->second.first);
    return place < kept->second.messages.size() ? &kept->second.messages[place] : nullptr;
  }

  // Returns the last number held; 0 when there is none.
  std::int64_t last(std::uint32_t channel) const {
    const auto kept = channels_.find(channel);
    if (kept == channels_.end()) return 0;
    return kept->second.first + static_cast<std::int64_t>(kept->second.messages.size()) - 1;
  }

 private:
  struct Channel {
    std::int64_t first = 1;
    std::deque<std::vector<std::byte>> messages;
  };

  std::size_t per_channel_;
  std::map<std::uint32_t, Channel> channels_;
};

// A client's message as its session sees it.
struct ClientMessage {
  enum class Kind : std::uint8_t {
    logon,
    stranger,  // a logon with unknown names: the connection is closed without an answer
    logout,
    heartbeat,
    request,
    other,
  };
  Kind kind = Kind::other;
  std::int64_t heartbeat_s = 0;  // a logon's interval
  std::string refusal;           // why the logon is not accepted; empty: it is
};

// Reads and writes the messages of one client's session. One object per connection, because
// Shanghai numbers its messages per session.
class GatewayProtocol {
 public:
  virtual ~GatewayProtocol() = default;
  virtual feed::FrameScan scan(feed::Bytes stream) const = 0;
  // `frame` is whole, as scan cut it; its checksum is verified here (a bad one is `other`).
  virtual ClientMessage read(feed::Bytes frame) = 0;
  // Each appends one message to `out`.
  virtual void accept_logon(TimeNs now, std::vector<std::byte>& out) = 0;
  // `code`: SessionStatus; empty: what the protocol says in this situation.
  virtual void log_out(const std::string& text, std::optional<std::int64_t> code, TimeNs now,
                       std::vector<std::byte>& out) = 0;
  // SessionStatus of the answer to a client's logout.
  virtual std::int64_t answer_status() const { return 0; }
  virtual void heartbeat(TimeNs now, std::vector<std::byte>& out) = 0;
  // A message of the day, with what this session adds to it.
  virtual void market_data(feed::Bytes message, std::vector<std::byte>& out) = 0;
  // Leaves out so many message numbers; nothing where the protocol has none.
  virtual void skip_numbers(std::uint64_t) {}
  // Answers a `request`.
  virtual void answer(feed::Bytes /*frame*/, std::vector<std::byte>& /*out*/) {}
};

// Returns a snapshot dated `day` with prices 3 % lower, so that a receiver that wrongly accepts it
// is noticed. Empty when `message` is not a snapshot.
std::vector<std::byte> sse_image_of_day(feed::Bytes message, Date day);
std::vector<std::byte> szse_image_of_day(feed::Bytes message, Date day);

// A gateway accepts the names and the password that the client's settings have for its own address,
// and no others. Version and other settings are common to all gateways.
std::unique_ptr<GatewayProtocol> make_sse_gateway(const sse::Settings& settings,
                                                  const sse::Gateway& gateway);
std::unique_ptr<GatewayProtocol> make_szse_gateway(const szse::Settings& settings,
                                                   const szse::Gateway& gateway);
// Shenzhen's resend port. `store` and `faults` (may be null) outlive the protocol.
std::unique_ptr<GatewayProtocol> make_szse_resend(const szse::Settings& settings,
                                                  const szse::Gateway& gateway,
                                                  const TickStore& store, GatewayFaults* faults);

}  // namespace indexcast::sim
