#include "server/tools/keygen.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zmq.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <ostream>

#include "server/settings/exit_code.h"

namespace indexcast::server {
namespace {

constexpr std::size_t kKeyText = 41;  // Z85, with its end

// Nobody else may read it, from its first byte on; one that is there is never overwritten.
bool write_secret(const std::string& path, const std::string& text) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (file < 0) return false;
  const bool written = ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  return ::close(file) == 0 && written;
}

}  // namespace

int run_keygen(const std::string& path, std::ostream& out, std::ostream& err) {
  std::array<char, kKeyText> public_key{};
  std::array<char, kKeyText> secret_key{};
  if (zmq_curve_keypair(public_key.data(), secret_key.data()) != 0) {
    err << "keygen: this libzmq has no CURVE\n";
    return kExitFailure;
  }
  const std::string text = std::string("# The secret of the public key ") + public_key.data() +
                           "\n" + secret_key.data() + "\n";
  if (!write_secret(path, text)) {
    err << path << ":0:file: " << std::strerror(errno) << "\n";
    return kExitFailure;
  }
  out << public_key.data() << "\n";
  return kExitOk;
}

}  // namespace indexcast::server
