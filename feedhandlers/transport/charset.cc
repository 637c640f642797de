#include "feedhandlers/transport/charset.h"

#include <iconv.h>

#include <array>
#include <cerrno>

#include "feedhandlers/transport/bytes.h"

namespace indexcast::feed {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

// GB18030 contains GBK and names every code that GBK leaves open.
const char* name_of(Charset charset) { return charset == Charset::gbk ? "GB18030" : "UTF-8"; }

class Converter {
 public:
  explicit Converter(Charset charset) : handle_(iconv_open("UTF-8", name_of(charset))) {}
  ~Converter() {
    if (valid()) iconv_close(handle_);
  }
  Converter(const Converter&) = delete;
  Converter& operator=(const Converter&) = delete;

  bool valid() const { return handle_ != reinterpret_cast<iconv_t>(-1); }

  // Appends what converts of `text`; returns what is left, which begins with no character.
  std::string_view convert(std::string_view text, std::string& out) {
    while (!text.empty()) {
      std::array<char, 256> room;
      char* from = const_cast<char*>(text.data());  // iconv does not write to its input
      char* to = room.data();
      std::size_t from_left = text.size();
      std::size_t to_left = room.size();
      const std::size_t result = iconv(handle_, &from, &from_left, &to, &to_left);
      out.append(room.data(), room.size() - to_left);
      text.remove_prefix(text.size() - from_left);
      if (result == static_cast<std::size_t>(-1) && errno != E2BIG) break;
    }
    return text;
  }

 private:
  iconv_t handle_;
};

}  // namespace

std::string to_utf8(std::string_view bytes, Charset charset) {
  Converter converter(charset);
  std::string out;
  std::string_view rest = trim_padding(bytes);
  if (!converter.valid()) return out;
  while (!rest.empty()) {
    rest = converter.convert(rest, out);
    if (rest.empty()) break;
    out += kReplacement;
    rest.remove_prefix(1);
  }
  return out;
}

}  // namespace indexcast::feed
