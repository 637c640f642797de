// The packets of SZSE's multicast distribution, MDDP Ver1.01 (notes 1.7): bytes to fields and back.
// Big-endian. Pure functions, but for the memory that zlib keeps.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "feedhandlers/szse/wire.h"
#include "feedhandlers/transport/bytes.h"
#include "feedhandlers/transport/decode_error.h"

namespace indexcast::szse {

namespace mddp {
inline constexpr std::size_t kProtocol = 0;
inline constexpr std::size_t kVersion = 1;
inline constexpr std::size_t kHeaderSizeWords = 2;  // in words of four bytes
inline constexpr std::size_t kSenderId = 3;
inline constexpr std::size_t kMarketId = 4;
inline constexpr std::size_t kChannel = 6;
inline constexpr std::size_t kSeqNum = 8;
inline constexpr std::size_t kMsgCount = 16;
inline constexpr std::size_t kFlag = 18;
inline constexpr std::size_t kFixedHeader = 20;
inline constexpr std::size_t kTrailer = 4;  // Adler-32 of header and body

inline constexpr std::uint8_t kProtocolValue = 0xff;
inline constexpr std::uint8_t kVersionValue = 1;
inline constexpr std::uint16_t kMarketValue = 1;

inline constexpr std::uint16_t kFlagPossDup = 1U << 15;
inline constexpr std::uint16_t kFlagTypeMask = 3U << 13;  // 00 management, 01 application
inline constexpr std::uint16_t kFlagApplication = 1U << 13;
inline constexpr std::uint16_t kFlagResendBySeqNum = 1U << 12;
inline constexpr std::uint16_t kFlagCompressionMask = 3U << 10;
inline constexpr std::uint16_t kFlagZlib = 1U << 10;
inline constexpr std::uint16_t kFlagEncryptionMask = 3U << 8;
inline constexpr std::uint16_t kFlagLengths = 1U << 7;
inline constexpr std::uint16_t kFlagFragment = 1U << 6;
inline constexpr std::uint16_t kFlagEncodeChecksum = 1U << 5;
inline constexpr std::uint16_t kFlagMoreFlags = 1U << 0;

inline constexpr std::uint16_t kStreamEnd = 0xffff;  // MsgCount

// Lengths of messages stand before them where flag bit 7 says so.
inline constexpr std::size_t kLengthSize = 4;
}  // namespace mddp

// Position of the fragment fields of a packet. Tables and samples of MDDP contradict each other
// (3.1 against 5.8); both forms are read.
enum class FragmentForm : std::uint8_t {
  none,
  table,   // bit 6 announces the fields, and HeaderSize counts them
  sample,  // HeaderSize 5 does not count them; bit 5 marks a fragment, 0/0 a whole packet
};

struct MddpHeader {
  std::uint8_t sender_id = 0;
  std::uint16_t channel = 0;  // 0: of the source itself
  std::int64_t seq_num = 0;   // of the first message
  std::uint16_t msg_count = 0;
  std::uint16_t flag = mddp::kFlagApplication;
  std::uint16_t total_fragments = 1;
  std::uint16_t fragment_no = 1;  // from 1
  FragmentForm fragment_form = FragmentForm::none;
  std::optional<std::uint32_t> encode_checksum{};  // Adler-32 of the body before it was encoded

  bool has(std::uint16_t bit) const { return (flag & bit) != 0; }
  bool compressed() const { return (flag & mddp::kFlagCompressionMask) != 0; }
  // The body cannot be read: no document says how to obtain the token (STD A.8, A.10).
  bool encrypted() const { return (flag & mddp::kFlagEncryptionMask) != 0; }
  // Heartbeats of the source and of a stream, and the end of a stream. Their Flag is 0 (STD 6), so
  // they do not say whether their stream is numbered by its application.
  bool is_mark() const { return channel == 0 || msg_count == 0 || msg_count == mddp::kStreamEnd; }
  bool fragmented() const { return total_fragments > 1; }
  friend bool operator==(const MddpHeader&, const MddpHeader&) = default;
};

struct MddpPacket {
  MddpHeader header;
  feed::Bytes body;  // as sent: perhaps a fragment, perhaps compressed
};

std::uint32_t adler32_of(feed::Bytes bytes);

// Tick channels (notes 1.6): their SeqNum is the ApplSeqNum of the first message.
constexpr bool is_tick_channel(std::uint16_t channel) {
  return channel / 1000 == 2 || channel / 1000 == 4;
}

// Checks header, flags and checksum. bad_field: another protocol or version, or a compression that
// the notes do not name. An encrypted packet is read as far as its header.
feed::DecodeError decode_mddp(feed::Bytes packet, MddpPacket& out);

// Appends one packet. Optional header fields follow the flags of `header`.
void encode_mddp(const MddpHeader& header, feed::Bytes body, std::vector<std::byte>& out);

// Appends `messages` (each header and body, without a checksum) as the body of one packet, with
// their lengths before them when `lengths`.
void encode_mddp_body(std::span<const feed::Bytes> messages, bool lengths,
                      std::vector<std::byte>& out);

// Compresses as a sender would, with zlib.
std::vector<std::byte> deflate_body(feed::Bytes body);

// Inflates bodies into memory of its own, allocated at construction. One thread.
class Inflater {
 public:
  // Longer than any body we know of: what a hostile packet may make of itself ends here.
  static constexpr std::size_t kMaxBody = 256 * 1024;

  Inflater();
  ~Inflater();
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  // The body, valid until the next call; empty when it is no zlib stream, is cut short, has
  // something behind it or is longer than kMaxBody.
  std::optional<feed::Bytes> inflate(feed::Bytes compressed);

 private:
  struct Stream;
  std::unique_ptr<Stream> stream_;
  std::vector<std::byte> body_;
};

// Calls visit(feed::Bytes message) for each of `header.msg_count` messages of a whole body. Checks
// first that they fill it exactly: none is visited when they do not.
template <class Visit>
feed::DecodeError for_each_message(const MddpHeader& header, feed::Bytes body, Visit&& visit);

// Where the messages of a body begin, and whether they fill it.
feed::DecodeError check_messages(const MddpHeader& header, feed::Bytes body, std::size_t& first);

template <class Visit>
feed::DecodeError for_each_message(const MddpHeader& header, feed::Bytes body, Visit&& visit) {
  std::size_t at = 0;
  const auto error = check_messages(header, body, at);
  if (error != feed::DecodeError::none) return error;
  for (std::uint16_t left = header.msg_count; left != 0; --left) {
    const std::byte* message = body.data() + at;
    const std::size_t size =
        kHeaderSize + feed::load_be<std::uint32_t>(message + header::kBodyLength);
    visit(body.subspan(at, size));
    at += size;
  }
  return feed::DecodeError::none;
}

}  // namespace indexcast::szse
