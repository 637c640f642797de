// SZSE Binary: bytes to fields. Pure functions; views point into the message and live as long as it
// does. Nothing allocates, throws or reads outside the bytes it is given.
#pragma once

#include <cstdint>
#include <optional>

#include "feedhandlers/szse/message.h"
#include "feedhandlers/szse/wire.h"
#include "feedhandlers/transport/bytes.h"
#include "feedhandlers/transport/decode_error.h"

namespace indexcast::szse {

// Where the first message of `stream` ends. Incomplete: `length` is the whole message's when its
// header is there, else 0. Malformed: the first bytes cannot be a header (MsgType outside the
// exchange's ranges, or BodyLength beyond the bounds of wire.h), and `length` bytes, at least 1,
// are to be skipped to where the next header may begin.
feed::FrameScan scan_frame(feed::Bytes stream);

// Of a whole frame as scan_frame cut it, trailer included.
bool checksum_ok(feed::Bytes frame);

// The functions below take a message: header and body. What follows the body does not matter, so
// that a frame of the stream and a message of a multicast packet, which has no trailer of its own
// (1.7), go the same way. BodyLength bounds every one of them, and what it holds beyond the fields
// known here belongs to a later version (1.3).

Header decode_header(feed::Bytes message);
// The body; empty when the message is shorter than its header says.
std::optional<feed::Bytes> body_of(feed::Bytes message);
// The code of a snapshot before anything else of it is looked at; empty when the message is too
// short for one or it is no number.
std::optional<std::uint32_t> security_code(feed::Bytes message);

feed::DecodeError decode_logon(feed::Bytes message, Logon& out);
feed::DecodeError decode_logout(feed::Bytes message, Logout& out);
feed::DecodeError decode_business_reject(feed::Bytes message, BusinessReject& out);
feed::DecodeError decode_channel_heartbeat(feed::Bytes message, ChannelHeartbeat& out);
feed::DecodeError decode_resend(feed::Bytes message, Resend& out);
feed::DecodeError decode_channel_statistics(feed::Bytes message, ChannelStatistics& out);
feed::DecodeError decode_security_status(feed::Bytes message, SecurityStatusMessage& out);
feed::DecodeError decode_market_status(feed::Bytes message, MarketStatus& out);
feed::DecodeError decode_order(feed::Bytes message, Order& out);
feed::DecodeError decode_trade(feed::Bytes message, TradeMessage& out);

}  // namespace indexcast::szse
