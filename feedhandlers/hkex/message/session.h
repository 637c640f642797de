// The business of channels: messages 100, 105 and 203, and the retransmission service over TCP.
#pragma once

#include <cstdint>

#include "feedhandlers/hkex/message/text.h"

namespace indexcast::hkex {

// 100
struct SequenceReset {
  std::uint32_t new_seq_no = 1;
  friend bool operator==(const SequenceReset&, const SequenceReset&) = default;
};

// 105
struct DisasterRecoverySignal {
  std::uint32_t dr_status = 0;  // 1 in progress, 2 completed
  friend bool operator==(const DisasterRecoverySignal&, const DisasterRecoverySignal&) = default;
};

// 203
struct RefreshComplete {
  std::uint32_t last_seq_num = 0;  // of the real-time channel, to which the round is current
  friend bool operator==(const RefreshComplete&, const RefreshComplete&) = default;
};

// 101
struct Logon {
  PaddedText<12> username;
  friend bool operator==(const Logon&, const Logon&) = default;
};

// 102
struct LogonResponse {
  std::uint8_t session_status = 0;  // 0 active, 5 invalid name or address, 100 already connected
  friend bool operator==(const LogonResponse&, const LogonResponse&) = default;
};

// 201, both ends included
struct RetransmissionRequest {
  std::uint16_t channel_id = 0;
  std::uint32_t begin_seq_num = 0;
  std::uint32_t end_seq_num = 0;
  friend bool operator==(const RetransmissionRequest&, const RetransmissionRequest&) = default;
};

// 202
struct RetransmissionResponse {
  std::uint16_t channel_id = 0;
  std::uint8_t retrans_status =
      0;  // 0 accepted, 1 channel, 2 not available, 100 range, 101 requests of the day
  std::uint32_t begin_seq_num = 0;
  std::uint32_t end_seq_num = 0;
  friend bool operator==(const RetransmissionResponse&, const RetransmissionResponse&) = default;
};

}  // namespace indexcast::hkex
