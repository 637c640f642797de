// Layout of the business of channels: messages 100, 105 and 203, and 101, 102, 201 and 202 of the
// retransmission service, which come over TCP in packets of the same form.
#pragma once

#include "feedhandlers/hkex/wire/field.h"

namespace indexcast::hkex::wire {

// Section 1.4.
namespace sequence_reset {
inline constexpr std::uint16_t kType = 100;
inline constexpr Field<std::uint32_t> NewSeqNo{4};
inline constexpr std::size_t kSize = 8;
static_assert(packed(4, NewSeqNo) == kSize);
}  // namespace sequence_reset

// Section 1.6.
namespace disaster_recovery_signal {
inline constexpr std::uint16_t kType = 105;
inline constexpr Field<std::uint32_t> DRStatus{4};
inline constexpr std::size_t kSize = 8;
static_assert(packed(4, DRStatus) == kSize);
}  // namespace disaster_recovery_signal

// Section 1.6.
namespace refresh_complete {
inline constexpr std::uint16_t kType = 203;
inline constexpr Field<std::uint32_t> LastSeqNum{4};
inline constexpr std::size_t kSize = 8;
static_assert(packed(4, LastSeqNum) == kSize);
}  // namespace refresh_complete

// Section 1.5.
namespace logon {
inline constexpr std::uint16_t kType = 101;
inline constexpr Text Username{4, 12};
inline constexpr std::size_t kSize = 16;
static_assert(packed(4, Username) == kSize);
}  // namespace logon

// Section 1.5.
namespace logon_response {
inline constexpr std::uint16_t kType = 102;
inline constexpr Field<std::uint8_t> SessionStatus{4};
inline constexpr Filler Unused{5, 3};
inline constexpr std::size_t kSize = 8;
static_assert(packed(4, SessionStatus, Unused) == kSize);
}  // namespace logon_response

// Section 1.5.
namespace retransmission_request {
inline constexpr std::uint16_t kType = 201;
inline constexpr Field<std::uint16_t> ChannelID{4};
inline constexpr Filler Unused{6, 2};
inline constexpr Field<std::uint32_t> BeginSeqNum{8};
inline constexpr Field<std::uint32_t> EndSeqNum{12};
inline constexpr std::size_t kSize = 16;
static_assert(packed(4, ChannelID, Unused, BeginSeqNum, EndSeqNum) == kSize);
}  // namespace retransmission_request

// Section 1.5.
namespace retransmission_response {
inline constexpr std::uint16_t kType = 202;
inline constexpr Field<std::uint16_t> ChannelID{4};
inline constexpr Field<std::uint8_t> RetransStatus{6};
inline constexpr Filler Unused{7, 1};
inline constexpr Field<std::uint32_t> BeginSeqNum{8};
inline constexpr Field<std::uint32_t> EndSeqNum{12};
inline constexpr std::size_t kSize = 16;
static_assert(packed(4, ChannelID, RetransStatus, Unused, BeginSeqNum, EndSeqNum) == kSize);
}  // namespace retransmission_response

}  // namespace indexcast::hkex::wire
