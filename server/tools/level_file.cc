#include "server/tools/level_file.h"

#include <cerrno>
#include <system_error>

#include "server/view/enum_names.h"

namespace indexcast::server {
namespace {

constexpr std::string_view kCsvHeader =
    "code,index_sequence,input_sequence,status,flags,quotable,level,open,high,low,close,turnover,"
    "cause,cause_symbol,"
    "exchange_time,receive_time\n";

void append_csv(JsonBuffer& out, const v1::Level& level) {
  const auto decimals = static_cast<int>(level.decimals());
  fmt::format_to(std::back_inserter(out), "{},{},{},{},{},{}", level.code(), level.index_sequence(),
                 level.input_sequence(), name_of(kIndexStatusNames, level.status()), level.flags(),
                 level.quotable() ? 1 : 0);
  for (const std::int64_t value :
       {level.level(), level.open(), level.high(), level.low(), level.close()}) {
    out.push_back(',');
    append_decimal(out, value, decimals);
  }
  out.push_back(',');
  append_decimal(out, level.turnover(), 4);
  fmt::format_to(std::back_inserter(out), ",{},{},{},{}", name_of(kCauseNames, level.cause()),
                 level.cause_symbol(), level.exchange_time(), level.receive_time());
}

[[noreturn]] void fail(const std::string& path) {
  throw std::system_error(errno, std::generic_category(), path);
}

}  // namespace

LevelFile::LevelFile(const std::string& path, LevelFormat format, const Universe& universe,
                     std::uint64_t epoch)
    : path_(path), format_(format), encoder_(universe, epoch) {
  if (path_.empty()) return;
  file_.reset(std::fopen(path_.c_str(), "wb"));
  if (!file_) fail(path_);
  if (format_ == LevelFormat::csv)
    std::fwrite(kCsvHeader.data(), 1, kCsvHeader.size(), file_.get());
}

void LevelFile::write(LevelUpdate& update) {
  ++records_;
  ++levels_;
  if (file_) write_line(update);
}

void LevelFile::write_line(const LevelUpdate& update) {
  line_.clear();
  const v1::Level& level = encoder_.message(update, records_, TimeNs{});
  if (format_ == LevelFormat::csv) {
    append_csv(line_, level);
  } else {
    append_level_json(line_, level, "");
  }
  line_.push_back('\n');
  std::fwrite(line_.data(), 1, line_.size(), file_.get());
}

void LevelFile::finish() {
  if (file_ && (std::fflush(file_.get()) != 0 || std::ferror(file_.get()) != 0)) fail(path_);
}

}  // namespace indexcast::server
