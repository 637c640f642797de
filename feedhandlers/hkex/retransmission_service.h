// The seam between channels that miss packets and whoever can get them again.
#pragma once

#include <cstdint>

#include "calc/time.h"
#include "feedhandlers/hkex/decoder.h"
#include "feedhandlers/sequencing/line_arbiter.h"

namespace indexcast::hkex {

using RequestId = std::uint32_t;
inline constexpr RequestId kNoRequest = 0;

// How a request ended (RetransStatus of message 202, notes 1.5).
enum class RetransmissionOutcome : std::uint8_t {
  complete,       // everything that was asked for was delivered
  refused,        // unknown channel, messages not available, range too long
  quota_reached,  // no more requests today
  failed,         // on every server
};

// Used by the feed's thread.
class RetransmissionService {
 public:
  virtual ~RetransmissionService() = default;
  // Asks for `range` of a channel. kNoRequest: not possible now. Answers come to the sink later,
  // never during the call.
  virtual RequestId request(std::uint32_t channel, feed::NumberRange range, TimeNs now) = 0;
  // The answer is of no use any more; nothing of it reaches the sink.
  virtual void cancel(RequestId id) = 0;
};

class RetransmissionSink {
 public:
  virtual ~RetransmissionSink() = default;
  // A packet that passed check_packet, with its original numbers.
  virtual void on_retransmitted(std::uint32_t channel, const PacketHeader& header, Bytes packet,
                                TimeNs now) = 0;
  virtual void on_request_done(std::uint32_t channel, RequestId id, RetransmissionOutcome outcome,
                               TimeNs now) = 0;
};

}  // namespace indexcast::hkex
