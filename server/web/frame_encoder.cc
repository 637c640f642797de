#include "server/web/frame_encoder.h"

#include <zlib.h>

#include <stdexcept>

#include "server/web/server_message_json.h"

namespace indexcast::server {
namespace {

// RFC 6455, 5.2.
constexpr unsigned char kFinal = 0x80;
constexpr unsigned char kCompressed = 0x40;  // RSV1, RFC 7692
constexpr unsigned char kText = 0x1;
constexpr unsigned char kBinary = 0x2;
constexpr std::size_t kShortest = 126;
constexpr std::size_t kMiddle = 65536;

void append_big_endian(std::string& out, std::uint64_t value, int bytes) {
  for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8)
    out.push_back(static_cast<char>(value >> shift & 0xff));
}

void append_header(std::string& out, Encoding encoding, std::size_t size) {
  out.push_back(static_cast<char>(kFinal | (is_deflated(encoding) ? kCompressed : 0) |
                                  (is_binary(encoding) ? kBinary : kText)));
  if (size < kShortest) {
    out.push_back(static_cast<char>(size));
  } else if (size < kMiddle) {
    out.push_back(static_cast<char>(kShortest));
    append_big_endian(out, size, 2);
  } else {
    out.push_back(static_cast<char>(kShortest + 1));
    append_big_endian(out, size, 8);
  }
}

}  // namespace

// Each message by itself, so that one result serves all clients.
class FrameEncoder::Deflater {
 public:
  Deflater() {
    // A window beyond a message's own length would find nothing; 4 is the level from which zlib
    // gains little more on a kilobyte.
    if (::deflateInit2(&stream_, 4, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK)
      throw std::runtime_error("zlib: no memory");
  }
  ~Deflater() { ::deflateEnd(&stream_); }
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  std::string_view deflate(std::string_view plain) {
    ::deflateReset(&stream_);
    out_.resize(::deflateBound(&stream_, plain.size()) + kTail);
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(plain.data()));
    stream_.avail_in = static_cast<uInt>(plain.size());
    stream_.next_out = reinterpret_cast<Bytef*>(out_.data());
    stream_.avail_out = static_cast<uInt>(out_.size());
    ::deflate(&stream_, Z_SYNC_FLUSH);
    // RFC 7692, 7.2.1: the empty block that a flush ends with is left out.
    return std::string_view(out_).substr(0, out_.size() - stream_.avail_out - 4);
  }

 private:
  static constexpr std::size_t kTail = 16;  // for the flush's own block

  z_stream stream_{};
  std::string out_;
};

FrameEncoder::FrameEncoder() = default;
FrameEncoder::~FrameEncoder() = default;

std::string_view FrameEncoder::payload(const v1::ServerMessage& message, Encoding encoding) {
  if (is_binary(encoding)) {
    message.SerializeToString(&bytes_);
    return bytes_;
  }
  text_.clear();
  append_server_message_json(text_, message);
  return text_of(text_);
}

Frame FrameEncoder::encode(const v1::ServerMessage& message, Encoding encoding) {
  std::string_view bytes = payload(message, encoding);
  if (is_deflated(encoding)) {
    if (!deflater_) deflater_ = std::make_unique<Deflater>();
    bytes = deflater_->deflate(bytes);
  }
  auto frame = std::make_shared<std::string>();
  frame->reserve(bytes.size() + 10);
  append_header(*frame, encoding, bytes.size());
  frame->append(bytes);
  return frame;
}

}  // namespace indexcast::server
