#include "server/cli/watch_table.h"

#include <fmt/format.h>

#include <algorithm>

#include "calc/decimal.h"
#include "server/publish/words.h"

namespace indexcast::server {
namespace {

constexpr int kPercentPlaces = 4;
constexpr std::uint32_t kMostPlaces = 18;
constexpr std::int64_t kSilenceNs = 5 * kNsPerSecond;  // heartbeats come every second
constexpr const char* kRow = "{:<8} {:>14} {:>12} {:>10} {:<18} {:>9} {:>6} {:>8} {:>10}  {}\n";

std::string flag_words(std::uint32_t flags) {
  std::string out;
  for (std::size_t bit = 0; bit < kLevelFlagWords.size(); ++bit) {
    if ((flags >> bit & 1u) == 0) continue;
    if (!out.empty()) out += ',';
    out += kLevelFlagWords[bit];
  }
  return out;
}

std::string signed_text(std::int64_t raw, int places) {
  return (raw > 0 ? "+" : "") + format_decimal(raw, places);
}

}  // namespace

void WatchTable::enter_epoch(std::uint64_t epoch) {
  if (epoch == epoch_) return;
  epoch_ = epoch;
  rows_.clear();
}

// The first that is seen of an index starts its account: what came before was not subscribed.
void WatchTable::cover(Row& row, std::uint64_t from, std::uint64_t to) {
  if (row.covered != 0 && from > row.covered + 1) row.lost += from - row.covered - 1;
  row.covered = std::max(row.covered, to);
}

void WatchTable::take(const v1::Level& level, TimeNs received) {
  enter_epoch(level.epoch());
  Row& row = rows_[level.code()];
  cover(row, level.index_sequence(), level.index_sequence());
  row.latency_ns = received.ns - level.publish_time();
  row.level = level;
  heard_ = received;
}

void WatchTable::take(const v1::Skipped& skipped) {
  enter_epoch(skipped.epoch());
  if (skipped.from() > skipped.to()) return;
  Row& row = rows_[skipped.code()];
  if (row.covered != 0) row.skipped += skipped.to() - skipped.from() + 1;
  cover(row, skipped.from(), skipped.to());
}

// A heartbeat shows a loss at the end of a burst, which no later level has shown yet.
void WatchTable::take(const v1::Heartbeat& heartbeat, TimeNs received) {
  enter_epoch(heartbeat.epoch());
  heard_ = received;
  for (const v1::IndexSequence& index : heartbeat.indices()) {
    const auto row = rows_.find(index.code());
    if (row == rows_.end()) continue;
    cover(row->second, index.index_sequence() + 1, index.index_sequence());
  }
}

std::uint64_t WatchTable::lost(const std::string& code) const {
  const auto row = rows_.find(code);
  return row == rows_.end() ? 0 : row->second.lost;
}

std::uint64_t WatchTable::skipped(const std::string& code) const {
  const auto row = rows_.find(code);
  return row == rows_.end() ? 0 : row->second.skipped;
}

std::string WatchTable::text_of_row(const std::string& code, const Row& row) {
  const v1::Level& level = row.level;
  const int places = static_cast<int>(std::min(level.decimals(), kMostPlaces));
  const std::string quality = level.quotable() ? "quotable" : flag_words(level.flags());
  return fmt::format(
      fmt::runtime(kRow), code, format_decimal(level.level(), places),
      signed_text(level.change(), places), signed_text(level.change_percent(), kPercentPlaces),
      word_of(kIndexStatusWords, level.status()), level.index_sequence(), row.lost, row.skipped,
      fmt::format("{:.1f}", static_cast<double>(row.latency_ns) / 1e3), quality);
}

std::string WatchTable::line(const std::string& code) const {
  const auto row = rows_.find(code);
  return row == rows_.end() ? std::string() : text_of_row(code, row->second);
}

std::string WatchTable::table(TimeNs now) const {
  std::string out = fmt::format(fmt::runtime(kRow), "index", "level", "change", "%", "status",
                                "sequence", "lost", "skipped", "us", "quality");
  for (const auto& [code, row] : rows_) out += text_of_row(code, row);
  if (heard_.ns == 0) {
    out += "waiting for the server\n";
  } else if (now - heard_ > kSilenceNs) {
    out += fmt::format("no word from the server for {} s\n", (now - heard_) / kNsPerSecond);
  }
  return out;
}

}  // namespace indexcast::server
