#include "feedhandlers/szse/mddp_packet.h"

#include <zlib.h>

#include <algorithm>

#include "feedhandlers/transport/big_endian_writer.h"

namespace indexcast::szse {

using feed::Bytes;
using feed::DecodeError;
using feed::load_be;

namespace {

constexpr std::size_t kWord = 4;

// zlib takes what it reads as not const.
Bytef* zlib_bytes(Bytes bytes) {
  return const_cast<Bytef*>(reinterpret_cast<const Bytef*>(bytes.data()));
}

std::size_t optional_size(std::uint16_t flag) {
  return ((flag & mddp::kFlagFragment) != 0 ? kWord : 0) +
         ((flag & mddp::kFlagEncodeChecksum) != 0 ? kWord : 0);
}

bool compression_is_known(const MddpHeader& header) {
  const auto compression = header.flag & mddp::kFlagCompressionMask;
  return compression == 0 || compression == mddp::kFlagZlib;
}

// TotalFragments and FragmentNo; false: they contradict each other. 0/0 and 1/1 are a whole packet.
bool read_fragment_fields(Bytes rest, FragmentForm form, MddpHeader& out) {
  if (rest.size() < kWord) return false;
  const auto total = load_be<std::uint16_t>(rest.data());
  const auto number = load_be<std::uint16_t>(rest.data() + 2);
  if ((total != 0 || number != 0) && (number < 1 || number > total)) return false;
  out.fragment_form = form;
  out.total_fragments = std::max<std::uint16_t>(total, 1);
  out.fragment_no = std::max<std::uint16_t>(number, 1);
  return true;
}

// HeaderSize 5 though the fragment fields follow it: the form of the samples (MDDP 5.8, STD A.7).
// With bit 5 an EncodeChecksum would not fit. Without it four bytes of zero are the fields of a
// whole packet, because no body begins with zeros.
bool has_sample_form(const MddpHeader& header, std::size_t header_size, Bytes rest) {
  if (header.has(mddp::kFlagFragment) || header_size != mddp::kFixedHeader) return false;
  if (header.is_mark() || rest.size() < kWord) return false;
  return header.has(mddp::kFlagEncodeChecksum) || load_be<std::uint32_t>(rest.data()) == 0;
}

// Reads the fields behind the fixed header, in the order of their flags; returns their size, or
// nothing when they are damaged. A further flag word may follow and changes nothing that is read
// here.
std::optional<std::size_t> read_optional(std::size_t header_size, Bytes rest, MddpHeader& out) {
  if (has_sample_form(out, header_size, rest)) {
    if (!read_fragment_fields(rest, FragmentForm::sample, out)) return std::nullopt;
    return kWord;
  }
  std::size_t size = 0;
  if (out.has(mddp::kFlagFragment)) {
    if (!read_fragment_fields(rest, FragmentForm::table, out)) return std::nullopt;
    size = kWord;
  }
  if (out.has(mddp::kFlagEncodeChecksum)) {
    if (rest.size() < size + kWord) return std::nullopt;
    out.encode_checksum = load_be<std::uint32_t>(rest.data() + size);
    size += kWord;
  }
  return size;
}

}  // namespace

std::uint32_t adler32_of(Bytes bytes) {
  const uLong begin = adler32(0, nullptr, 0);
  return static_cast<std::uint32_t>(
      adler32_z(begin, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

DecodeError decode_mddp(Bytes packet, MddpPacket& out) {
  if (packet.size() < mddp::kFixedHeader + mddp::kTrailer) return DecodeError::truncated;
  const std::byte* at = packet.data();
  if (load_be<std::uint8_t>(at + mddp::kProtocol) != mddp::kProtocolValue ||
      load_be<std::uint8_t>(at + mddp::kVersion) != mddp::kVersionValue ||
      load_be<std::uint16_t>(at + mddp::kMarketId) != mddp::kMarketValue) {
    return DecodeError::bad_field;
  }
  const std::size_t header_size =
      std::size_t{load_be<std::uint8_t>(at + mddp::kHeaderSizeWords)} * kWord;
  const std::size_t end = packet.size() - mddp::kTrailer;
  if (header_size < mddp::kFixedHeader || header_size > end) return DecodeError::bad_length;
  if (adler32_of(packet.first(end)) != load_be<std::uint32_t>(at + end)) {
    return DecodeError::bad_checksum;
  }
  MddpHeader& header = out.header;
  header = {.sender_id = load_be<std::uint8_t>(at + mddp::kSenderId),
            .channel = load_be<std::uint16_t>(at + mddp::kChannel),
            .seq_num = load_be<std::int64_t>(at + mddp::kSeqNum),
            .msg_count = load_be<std::uint16_t>(at + mddp::kMsgCount),
            .flag = load_be<std::uint16_t>(at + mddp::kFlag),
            .total_fragments = 1,
            .fragment_no = 1,
            .fragment_form = FragmentForm::none,
            .encode_checksum = std::nullopt};
  const auto rest = packet.subspan(mddp::kFixedHeader, end - mddp::kFixedHeader);
  const auto optional = read_optional(header_size, rest, header);
  if (!compression_is_known(header) || !optional) return DecodeError::bad_field;
  // Behind HeaderSize or behind the announced fields, whichever is later.
  const std::size_t body = std::max(header_size, mddp::kFixedHeader + *optional);
  out.body = packet.subspan(body, end - body);
  return DecodeError::none;
}

void encode_mddp(const MddpHeader& header, Bytes body, std::vector<std::byte>& out) {
  const std::size_t start = out.size();
  const std::size_t header_size = mddp::kFixedHeader + optional_size(header.flag);
  feed::BigEndianWriter writer(out);
  writer.number(mddp::kProtocolValue)
      .number(mddp::kVersionValue)
      .number(static_cast<std::uint8_t>(header_size / kWord))
      .number(header.sender_id)
      .number(mddp::kMarketValue)
      .number(header.channel)
      .number(header.seq_num)
      .number(header.msg_count)
      .number(header.flag);
  if (header.has(mddp::kFlagFragment)) {
    writer.number(header.total_fragments).number(header.fragment_no);
  }
  if (header.has(mddp::kFlagEncodeChecksum)) writer.number(header.encode_checksum.value_or(0));
  out.insert(out.end(), body.begin(), body.end());
  writer.number(adler32_of(Bytes(out).subspan(start)));
}

void encode_mddp_body(std::span<const Bytes> messages, bool lengths, std::vector<std::byte>& out) {
  if (lengths) {
    feed::BigEndianWriter writer(out);
    for (const Bytes message : messages) writer.number(static_cast<std::uint32_t>(message.size()));
  }
  for (const Bytes message : messages) out.insert(out.end(), message.begin(), message.end());
}

std::vector<std::byte> deflate_body(Bytes body) {
  uLongf size = compressBound(body.size());
  std::vector<std::byte> out(size);
  compress(reinterpret_cast<Bytef*>(out.data()), &size, zlib_bytes(body), body.size());
  out.resize(size);
  return out;
}

struct Inflater::Stream {
  z_stream zlib{};
};

Inflater::Inflater() : stream_(std::make_unique<Stream>()), body_(kMaxBody) {
  if (inflateInit(&stream_->zlib) != Z_OK) throw std::bad_alloc();
}

Inflater::~Inflater() { inflateEnd(&stream_->zlib); }

std::optional<Bytes> Inflater::inflate(Bytes compressed) {
  z_stream& zlib = stream_->zlib;
  if (inflateReset(&zlib) != Z_OK) return std::nullopt;
  zlib.next_in = zlib_bytes(compressed);
  zlib.avail_in = static_cast<uInt>(compressed.size());
  zlib.next_out = reinterpret_cast<Bytef*>(body_.data());
  zlib.avail_out = static_cast<uInt>(body_.size());
  if (::inflate(&zlib, Z_FINISH) != Z_STREAM_END || zlib.avail_in != 0) return std::nullopt;
  return Bytes(body_).first(body_.size() - zlib.avail_out);
}

DecodeError check_messages(const MddpHeader& header, Bytes body, std::size_t& first) {
  const std::size_t lengths =
      header.has(mddp::kFlagLengths) ? std::size_t{header.msg_count} * mddp::kLengthSize : 0;
  if (lengths > body.size()) return DecodeError::bad_count;
  first = lengths;
  std::size_t at = lengths;
  for (std::size_t i = 0; i < header.msg_count; ++i) {
    if (body.size() - at < kHeaderSize) return DecodeError::bad_count;
    const std::size_t size =
        kHeaderSize + std::size_t{load_be<std::uint32_t>(body.data() + at + header::kBodyLength)};
    if (size > body.size() - at) return DecodeError::bad_length;
    if (lengths != 0 && load_be<std::uint32_t>(body.data() + i * mddp::kLengthSize) != size) {
      return DecodeError::bad_length;
    }
    at += size;
  }
  return at == body.size() ? DecodeError::none : DecodeError::bad_length;
}

}  // namespace indexcast::szse
