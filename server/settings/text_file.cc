#include "server/settings/text_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace indexcast::server {
namespace {

// Closes what it opened.
class Descriptor {
 public:
  explicit Descriptor(const std::string& path) : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

}  // namespace

// The size is only where to begin: a pipe has none, and a file may grow while it is read.
std::optional<std::string> read_text_file(const std::string& path) {
  constexpr std::size_t kStep = 16 * 1024;
  const Descriptor file(path);
  struct stat about {};
  if (file.get() < 0 || ::fstat(file.get(), &about) != 0) return std::nullopt;
  std::string text(static_cast<std::size_t>(about.st_size) + 1, '\0');
  std::size_t size = 0;
  for (;;) {
    if (size == text.size()) text.resize(size + kStep);
    const ssize_t got = ::read(file.get(), text.data() + size, text.size() - size);
    if (got < 0) return std::nullopt;
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  text.resize(size);
  return text;
}

}  // namespace indexcast::server
