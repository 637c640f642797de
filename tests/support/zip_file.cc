#include "tests/support/zip_file.h"

#include <zlib.h>

#include <cstdint>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string_view>

namespace indexcast::test {
namespace {

// Records of the format (APPNOTE 4.3): signatures, sizes without their names, places of fields.
constexpr std::string_view kLocalSignature{"PK\x03\x04", 4};
constexpr std::string_view kCentralSignature{"PK\x01\x02", 4};
constexpr std::string_view kEndSignature{"PK\x05\x06", 4};
constexpr std::size_t kLocalSize = 30;
constexpr std::size_t kCentralSize = 46;
constexpr std::size_t kEndSize = 22;
constexpr unsigned kStored = 0;
constexpr unsigned kDeflated = 8;

[[noreturn]] void fail(const char* what) { throw std::runtime_error(what); }

std::uint32_t little_endian(std::string_view bytes, std::size_t at, std::size_t size) {
  if (at > bytes.size() || size > bytes.size() - at) fail("zip: record outside the file");
  std::uint32_t value = 0;
  for (std::size_t i = size; i-- > 0;) {
    value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  }
  return value;
}

std::size_t record_at(std::string_view zip, std::size_t at, std::string_view signature,
                      std::size_t size) {
  if (at > zip.size() || size > zip.size() - at || zip.substr(at, 4) != signature) {
    fail("zip: no record where one should be");
  }
  return at;
}

// Entry of the directory at the end, which knows the sizes whatever the local header left open.
std::size_t first_central(std::string_view zip) {
  const std::size_t end = zip.rfind(kEndSignature);
  if (end == std::string_view::npos) fail("zip: no directory");
  record_at(zip, end, kEndSignature, kEndSize);
  return record_at(zip, little_endian(zip, end + 16, 4), kCentralSignature, kCentralSize);
}

std::string_view packed_bytes(std::string_view zip, std::size_t central) {
  const std::size_t local =
      record_at(zip, little_endian(zip, central + 42, 4), kLocalSignature, kLocalSize);
  const std::size_t begin =
      local + kLocalSize + little_endian(zip, local + 26, 2) + little_endian(zip, local + 28, 2);
  const std::size_t size = little_endian(zip, central + 20, 4);
  if (begin > zip.size() || size > zip.size() - begin) fail("zip: file outside the archive");
  return zip.substr(begin, size);
}

std::string inflate_raw(std::string_view packed, std::size_t size) {
  std::string plain(size, '\0');
  z_stream stream{};
  // Negative window bits: a deflate stream without the header of zlib.
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) fail("zip: no inflater");
  std::string input(packed);
  stream.next_in = reinterpret_cast<Bytef*>(input.data());
  stream.avail_in = static_cast<uInt>(input.size());
  stream.next_out = reinterpret_cast<Bytef*>(plain.data());
  stream.avail_out = static_cast<uInt>(plain.size());
  const int result = inflate(&stream, Z_FINISH);
  const bool whole = result == Z_STREAM_END && stream.total_out == size;
  inflateEnd(&stream);
  if (!whole) fail("zip: damaged stream");
  return plain;
}

}  // namespace

std::string first_file_of_zip(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string zip{std::istreambuf_iterator<char>(file), {}};
  const std::size_t central = first_central(zip);
  const std::uint32_t method = little_endian(zip, central + 10, 2);
  const std::string_view packed = packed_bytes(zip, central);
  if (method != kStored && method != kDeflated) fail("zip: unknown method");
  std::string plain = method == kStored ? std::string(packed)
                                        : inflate_raw(packed, little_endian(zip, central + 24, 4));
  const auto* bytes = reinterpret_cast<const Bytef*>(plain.data());
  if (crc32(0, bytes, static_cast<uInt>(plain.size())) != little_endian(zip, central + 16, 4)) {
    fail("zip: wrong CRC-32");
  }
  return plain;
}

}  // namespace indexcast::test
