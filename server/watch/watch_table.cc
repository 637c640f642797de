#include "server/watch/watch_table.h"

#include <fmt/format.h>

#include <algorithm>

#include "calc/decimal.h"
#include "server/publish/words.h"

namespace indexcast::server {
namespace {

constexpr int kPercentPlaces = 4;
constexpr std::uint32_t kMostPlaces = 18;
constexpr const char* kRow = "{:<8} {:>14} {:>12} {:>10} {:<18} {:>9} {:>6} {:>8} {:>10}  {}\n";

}  // namespace

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

int places_of(const v1::Level& level) {
  return static_cast<int>(std::min(level.decimals(), kMostPlaces));
}

void WatchTable::enter_epoch(std::uint64_t epoch) {
  if (epoch == epoch_) return;
  epoch_ = epoch;
  rows_.clear();
  levels_ = 0;
  latency_ = std::make_unique<LatencyHistogram>();
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
  latency_->record(row.latency_ns);
  ++levels_;
  if (row.level.level() != 0 && level.level() != row.level.level()) {
    row.moved = level.level() > row.level.level() ? 1 : -1;
    row.moved_at = received;
  }
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

std::string WatchTable::line(const std::string& code) const {
  const auto found = rows_.find(code);
  if (found == rows_.end()) return {};
  const Row& row = found->second;
  const v1::Level& level = row.level;
  const int places = places_of(level);
  const std::string quality = level.quotable() ? "quotable" : flag_words(level.flags());
  return fmt::format(
      fmt::runtime(kRow), code, format_decimal(level.level(), places),
      signed_text(level.change(), places), signed_text(level.change_percent(), kPercentPlaces),
      word_of(kIndexStatusWords, level.status()), level.index_sequence(), row.lost, row.skipped,
      fmt::format("{:.1f}", static_cast<double>(row.latency_ns) / 1e3), quality);
}

}  // namespace indexcast::server
