// Layout of the packet header and of the header of every message.
#pragma once

#include "feedhandlers/hkex/wire/field.h"

namespace indexcast::hkex::wire {

// Section 1.1. PktSize reaches 1472 (Ethernet's 1500 less IP and UDP).
namespace packet {
inline constexpr Field<std::uint16_t> PktSize{0};
inline constexpr Field<std::uint8_t> MsgCount{2};  // 0 = heartbeat
inline constexpr Filler Unused{3, 1};              // not zero in captures: never validated
inline constexpr Field<std::uint32_t> SeqNum{4};   // of the first message
inline constexpr Field<std::uint64_t> SendTime{8};
inline constexpr std::size_t kHeaderSize = 16;
inline constexpr std::size_t kSizeMax = 1500;
inline constexpr std::size_t kSizeSent = 1472;
static_assert(packed(0, PktSize, MsgCount, Unused, SeqNum, SendTime) == kHeaderSize);
}  // namespace packet

// Section 1.2.
namespace message {
inline constexpr Field<std::uint16_t> MsgSize{0};  // these four bytes included
inline constexpr Field<std::uint16_t> MsgType{2};
inline constexpr std::size_t kHeaderSize = 4;
static_assert(packed(0, MsgSize, MsgType) == kHeaderSize);
}  // namespace message

}  // namespace indexcast::hkex::wire
