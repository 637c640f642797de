// What `decode` must know of a venue's messages.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "feedhandlers/common/bytes.h"
#include "feedhandlers/common/decode_error.h"
#include "feedhandlers/common/field_sink.h"
#include "feedhandlers/common/venue.h"
#include "server/cli/frame_cutter.h"

namespace indexcast::server {

// The head of one message, before its fields.
struct MessageHead {
  std::string type;  // as the exchange writes it: M102, 300111, 60
  std::string_view name;
  std::uint64_t sequence = 0;
  bool has_sequence = false;  // SZSE Binary numbers nothing but ticks
  // Not none: the message does not decode, though its frame is whole.
  feed::DecodeError error = feed::DecodeError::none;

  // A type that the specification does not know, or that nothing describes: skipped.
  bool known() const { return !name.empty(); }
};

// A stream protocol (SSE, SZSE): framing, and messages out of whole frames.
struct StreamProtocol {
  Framing framing;
  MessageHead (*head)(feed::Bytes frame) = nullptr;
  void (*describe)(feed::Bytes frame, feed::FieldSink& sink) = nullptr;
};

// `venue` is sse or szse.
const StreamProtocol& stream_protocol(feed::Venue venue);

}  // namespace indexcast::server
