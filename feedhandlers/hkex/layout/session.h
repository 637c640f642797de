// Tables of the business of channels: messages 100, 105, 203, 101, 102, 201 and 202.
#pragma once

#include "feedhandlers/hkex/layout/row.h"
#include "feedhandlers/hkex/message/session.h"
#include "feedhandlers/hkex/wire/session.h"

namespace indexcast::hkex::layout {

namespace w = wire;

template <>
struct Layout<SequenceReset> {
  using M = SequenceReset;
  static constexpr std::uint16_t kType = w::sequence_reset::kType;
  static constexpr std::string_view kName = "Sequence Reset";
  static constexpr auto kSections = fixed(
      w::sequence_reset::kSize, number("NewSeqNo", w::sequence_reset::NewSeqNo, &M::new_seq_no));
};

template <>
struct Layout<DisasterRecoverySignal> {
  using M = DisasterRecoverySignal;
  static constexpr std::uint16_t kType = w::disaster_recovery_signal::kType;
  static constexpr std::string_view kName = "Disaster Recovery Signal";
  static constexpr auto kSections =
      fixed(w::disaster_recovery_signal::kSize,
            number("DRStatus", w::disaster_recovery_signal::DRStatus, &M::dr_status));
};

template <>
struct Layout<RefreshComplete> {
  using M = RefreshComplete;
  static constexpr std::uint16_t kType = w::refresh_complete::kType;
  static constexpr std::string_view kName = "Refresh Complete";
  static constexpr auto kSections =
      fixed(w::refresh_complete::kSize,
            number("LastSeqNum", w::refresh_complete::LastSeqNum, &M::last_seq_num));
};

template <>
struct Layout<Logon> {
  using M = Logon;
  static constexpr std::uint16_t kType = w::logon::kType;
  static constexpr std::string_view kName = "Logon";
  static constexpr auto kSections =
      fixed(w::logon::kSize, text("Username", w::logon::Username, &M::username));
};

template <>
struct Layout<LogonResponse> {
  using M = LogonResponse;
  static constexpr std::uint16_t kType = w::logon_response::kType;
  static constexpr std::string_view kName = "Logon Response";
  static constexpr auto kSections =
      fixed(w::logon_response::kSize,
            number("SessionStatus", w::logon_response::SessionStatus, &M::session_status),
            unused(w::logon_response::Unused));
};

template <>
struct Layout<RetransmissionRequest> {
  using M = RetransmissionRequest;
  static constexpr std::uint16_t kType = w::retransmission_request::kType;
  static constexpr std::string_view kName = "Retransmission Request";
  static constexpr auto kSections =
      fixed(w::retransmission_request::kSize,
            number("ChannelID", w::retransmission_request::ChannelID, &M::channel_id),
            unused(w::retransmission_request::Unused),
            number("BeginSeqNum", w::retransmission_request::BeginSeqNum, &M::begin_seq_num),
            number("EndSeqNum", w::retransmission_request::EndSeqNum, &M::end_seq_num));
};

template <>
struct Layout<RetransmissionResponse> {
  using M = RetransmissionResponse;
  static constexpr std::uint16_t kType = w::retransmission_response::kType;
  static constexpr std::string_view kName = "Retransmission Response";
  static constexpr auto kSections =
      fixed(w::retransmission_response::kSize,
            number("ChannelID", w::retransmission_response::ChannelID, &M::channel_id),
            number("RetransStatus", w::retransmission_response::RetransStatus, &M::retrans_status),
            unused(w::retransmission_response::Unused),
            number("BeginSeqNum", w::retransmission_response::BeginSeqNum, &M::begin_seq_num),
            number("EndSeqNum", w::retransmission_response::EndSeqNum, &M::end_seq_num));
};

}  // namespace indexcast::hkex::layout
