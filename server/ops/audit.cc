#include "server/ops/audit.h"

#include <absl/strings/str_cat.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

namespace indexcast::server {
namespace {

// Reasons and names are for the server's owner and group to read.
constexpr mode_t kMode = 0640;

bool write_all(int file, const std::string& text) {
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t wrote = ::write(file, text.data() + done, text.size() - done);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return false;
    done += static_cast<std::size_t>(wrote);
  }
  return true;
}

// What has no disk under it, such as a pipe, says that there is nothing to wait for.
bool is_safe(int file) { return ::fdatasync(file) == 0 || errno == EINVAL || errno == EROFS; }

}  // namespace

Audit::Audit(const std::string& path) : path_(path) {
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  if (!folder.empty()) std::filesystem::create_directories(folder);
  file_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, kMode);
  if (file_ < 0) throw std::system_error(errno, std::generic_category(), path);
}

Audit::~Audit() {
  if (file_ >= 0) ::close(file_);
}

std::string Audit::path_in(const std::string& directory, std::uint64_t epoch) {
  return fmt::format("{}/audit-{:020d}.jsonl", directory, epoch);
}

absl::Status Audit::write(const nlohmann::ordered_json& line) {
  const std::string text =
      line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  if (file_ < 0) {
    spdlog::info("audit {}", text);
    return absl::OkStatus();
  }
  struct stat before {};
  if (::fstat(file_, &before) != 0) return refused("stat");
  if (write_all(file_, absl::StrCat(torn_ ? "\n" : "", text, "\n")) && is_safe(file_)) {
    torn_ = false;
    return absl::OkStatus();
  }
  const absl::Status status = refused("write");
  torn_ = ::ftruncate(file_, before.st_size) != 0;
  return status;
}

absl::Status Audit::refused(const char* what) {
  return absl::ResourceExhaustedError(absl::StrCat(path_, ": ", what, ": ", std::strerror(errno)));
}

}  // namespace indexcast::server
