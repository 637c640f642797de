#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zmq.h>

#include <CLI/CLI.hpp>
#include <array>
#include <cerrno>
#include <cstring>
#include <iostream>
#include <ostream>

#include "server/settings/exit_code.h"
#include "server/tools/commands.h"

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

// Writes a new secret key to the file `path`, which must not exist and nobody else may read, and
// its public key to `out`. Returns an exit code; faults go to `err`.
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

}  // namespace

void add_keygen(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("keygen", "a CURVE key: the secret into FILE");
  const auto path = std::make_shared<std::string>();
  command->add_option("FILE", *path, "new; readable by you alone")->required();
  command->callback([=, &exit_code] { exit_code = run_keygen(*path, std::cout, std::cerr); });
}

}  // namespace indexcast::server
