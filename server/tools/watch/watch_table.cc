#include "server/tools/watch/watch_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "calc/decimal.h"
#include "server/view/enum_names.h"

namespace indexcast::server {
namespace {

constexpr int kPercentPlaces = 4;
constexpr std::uint32_t kMostPlaces = 18;
constexpr int kImpactPlaces = 2;  // 0.01 bp
constexpr const char* kRow = "{:<8} {:>14} {:>12} {:>10} {:<18} {:>9} {:>6} {:>8} {:>10}  {}\n";

bool has(const v1::Level& level, LevelFlag flag) { return (level.flags() & flag) != 0; }

bool knows(const WatchTable::Row& row, v1::DecisionSubject subject) {
  return std::ranges::any_of(
      row.pending, [&](const v1::PendingPrice& each) { return each.subject() == subject; });
}

std::string price_text(std::int64_t raw) { return format_trimmed(raw, Price::kDecimals); }

std::string impact_text(std::uint32_t impact) {
  return fmt::format("{} bp{}", format_decimal(impact, kImpactPlaces),
                     impact >= kImpactMax ? " or more" : "");
}

std::string pending_line(const v1::PendingPrice& record) {
  const bool guard = record.subject() == v1::DECISION_SUBJECT_LEVEL_GUARD;
  const std::string price = price_text(record.price());
  const std::string reference = price_text(record.reference());
  const std::string impact = impact_text(record.impact());
  if (guard)
    return fmt::format("{} level guard: price {}, before {}, impact {}", record.symbol(), price,
                       reference, impact);
  return fmt::format("{} {} waits ({}), compared with {}, impact {}", record.symbol(), price,
                     name_of(kDecisionReasonNames, record.reason()), reference, impact);
}

}  // namespace

std::string quality_text(const v1::Level& level) {
  std::string out = level.quotable() ? "quotable" : "";
  for (std::size_t bit = 0; bit < kLevelFlagNames.size(); ++bit) {
    if ((level.flags() >> bit & 1u) == 0) continue;
    // Stays all day after a late start, and says nothing of the level.
    if (level.quotable() && 1u << bit == kStatisticsPartial) continue;
    if (!out.empty()) out += ',';
    out += kLevelFlagNames[bit];
  }
  return out.empty() ? "-" : out;
}

std::vector<std::string> pending_lines(const WatchTable::Row& row) {
  std::vector<std::string> lines;
  const auto add = [&](LevelFlag flag, v1::DecisionSubject subject, std::string_view unknown) {
    if (!has(row.level, flag)) return;
    for (const v1::PendingPrice& each : row.pending) {
      if (each.subject() == subject) lines.push_back(pending_line(each));
    }
    if (!knows(row, subject)) lines.emplace_back(unknown);
  };
  add(kPricePending, v1::DECISION_SUBJECT_PRICE, "price_pending: member not known");
  add(kLevelGuard, v1::DECISION_SUBJECT_LEVEL_GUARD, "level_guard: member not known");
  if (row.level.pending_impact() > 0)
    lines.push_back("pending impact " + impact_text(row.level.pending_impact()));
  return lines;
}

std::string time_of_day(std::int64_t wall_ns) {
  const std::int64_t seconds = (wall_ns + kChinaOffsetNs) % kNsPerDay / kNsPerSecond;
  return fmt::format("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

std::string as_of(std::int64_t wall_ns) {
  return wall_ns == 0 ? "not known" : "as of " + time_of_day(wall_ns);
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
  known_.clear();
  collected_.clear();
  exchange_time_ = 0;
  levels_ = 0;
  latency_ = std::make_unique<LatencyHistogram>();
}

// The first that is seen of an index starts its account: what came before was not subscribed.
void WatchTable::cover(Row& row, std::uint64_t from, std::uint64_t to) {
  if (row.covered != 0 && from > row.covered + 1) row.lost += from - row.covered - 1;
  row.covered = std::max(row.covered, to);
}

void WatchTable::outdate(Row& row) const {
  if (row.newest) row.until = last_heard_;
  row.newest = false;
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
  row.newest = true;
  forget_ended(row);
  exchange_time_ = std::max(exchange_time_, level.exchange_time());
}

void WatchTable::take(const v1::Skipped& skipped) {
  enter_epoch(skipped.epoch());
  if (skipped.from() > skipped.to()) return;
  Row& row = rows_[skipped.code()];
  if (row.covered != 0) row.skipped += skipped.to() - skipped.from() + 1;
  cover(row, skipped.from(), skipped.to());
  outdate(row);
}

void WatchTable::take(const v1::Heartbeat& heartbeat, TimeNs received) {
  enter_epoch(heartbeat.epoch());
  // Levels may have been missed during a silence, until a table or a level shows otherwise.
  if (heard_.ns != 0 && !is_alive(received)) {
    for (auto& [code, row] : rows_) outdate(row);
  }
  note_heartbeat_time(heartbeat.publish_time(), received);
  draining_ = heartbeat.draining();
  ready_ = !heartbeat.has_ready() || heartbeat.ready();
  collect_codes(heartbeat);
  for (const v1::IndexSequence& index : heartbeat.indices()) {
    const auto found = rows_.find(index.code());
    if (found == rows_.end() || found->second.level.code().empty()) continue;
    Row& row = found->second;
    // Detects a loss at the end of a burst, which no later level has shown.
    cover(row, index.index_sequence() + 1, index.index_sequence());
    const bool newest = row.level.index_sequence() >= index.index_sequence();
    newest ? static_cast<void>(row.newest = true) : outdate(row);
  }
}

// A record may arrive before a level that is older: only a level as new as the record ends it.
void WatchTable::forget_ended(Row& row) {
  std::erase_if(row.pending, [&](const v1::PendingPrice& each) {
    const LevelFlag flag =
        each.subject() == v1::DECISION_SUBJECT_LEVEL_GUARD ? kLevelGuard : kPricePending;
    return !has(row.level, flag) && row.level.input_sequence() >= each.input_sequence();
  });
}

void WatchTable::take(const v1::PendingPrice& record) {
  enter_epoch(record.epoch());
  std::vector<v1::PendingPrice>& pending = rows_[record.code()].pending;
  std::erase_if(pending, [&](const v1::PendingPrice& each) {
    return each.symbol() == record.symbol() && each.subject() == record.subject();
  });
  if (record.decision() == v1::DECISION_PENDING) pending.push_back(record);
}

void WatchTable::take_pending(const std::string& code,
                              const google::protobuf::RepeatedPtrField<v1::PendingPrice>& list) {
  const auto found = rows_.find(code);
  if (found == rows_.end()) return;
  found->second.pending.assign(list.begin(), list.end());
  forget_ended(found->second);
}

std::string WatchTable::unexplained() const {
  for (const auto& [code, row] : rows_) {
    const bool price = has(row.level, kPricePending) && !knows(row, v1::DECISION_SUBJECT_PRICE);
    const bool guard = has(row.level, kLevelGuard) && !knows(row, v1::DECISION_SUBJECT_LEVEL_GUARD);
    if (row.newest && (price || guard)) return code;
  }
  return {};
}

// The timestamp counts, not the arrival: a heartbeat may have waited in a buffer while this machine
// slept or the network was down.
void WatchTable::note_heartbeat_time(std::int64_t published_ns, TimeNs received) {
  delay_ns_ = std::min(delay_ns_, received.ns - published_ns);
  heard_ = {published_ns + delay_ns_};
  if (is_alive(received)) last_heard_ = heard_;
}

// Pages of one table follow each other in order.
void WatchTable::collect_codes(const v1::Heartbeat& heartbeat) {
  if (heartbeat.pages() == 0) return;
  if (heartbeat.page() == 0) {
    collected_.clear();
    pages_ = 0;
  }
  if (heartbeat.page() != pages_) return;
  for (const v1::IndexSequence& index : heartbeat.indices()) collected_.insert(index.code());
  if (++pages_ != heartbeat.pages()) return;
  known_ = collected_;
  for (const std::string& code : known_) {
    if (codes_.empty() || std::ranges::find(codes_, code) != codes_.end()) rows_.try_emplace(code);
  }
}

void WatchTable::disconnect() {
  for (auto& [code, row] : rows_) outdate(row);
  heard_ = {};
  delay_ns_ = std::numeric_limits<std::int64_t>::max();
}

bool WatchTable::is_alive(TimeNs now) const { return heard_.ns != 0 && now - heard_ <= kSilenceNs; }

ServerState WatchTable::state(TimeNs now, TimeNs began) const {
  if (!is_alive(now))
    return last_heard_.ns == 0 && now - began <= kSilenceNs ? ServerState::waiting
                                                            : ServerState::silent;
  if (draining_) return ServerState::draining;
  if (!ready_) return ServerState::not_ready;
  int closed = 0;
  int levels = 0;
  for (const auto& [code, row] : rows_) {
    levels += row.level.code().empty() ? 0 : 1;
    closed += row.level.status() == v1::INDEX_STATUS_CLOSED ? 1 : 0;
  }
  return closed > 0 && closed == levels ? ServerState::closed : ServerState::live;
}

std::string WatchTable::until_text(const Row& row) const {
  return as_of((row.newest ? last_heard_ : row.until).ns);
}

std::vector<std::string> WatchTable::unknown() const {
  std::vector<std::string> out;
  if (known_.empty()) return out;
  std::ranges::copy_if(codes_, std::back_inserter(out),
                       [this](const std::string& code) { return !known_.contains(code); });
  return out;
}

std::uint64_t WatchTable::lost(const std::string& code) const {
  const auto row = rows_.find(code);
  return row == rows_.end() ? 0 : row->second.lost;
}

std::uint64_t WatchTable::skipped(const std::string& code) const {
  const auto row = rows_.find(code);
  return row == rows_.end() ? 0 : row->second.skipped;
}

std::string WatchTable::line(const std::string& code, bool current) const {
  const auto found = rows_.find(code);
  if (found == rows_.end() || found->second.level.code().empty()) return {};
  const Row& row = found->second;
  const v1::Level& level = row.level;
  const int places = places_of(level);
  return fmt::format(
      fmt::runtime(kRow), code, format_decimal(level.level(), places),
      signed_text(level.change(), places), signed_text(level.change_percent(), kPercentPlaces),
      current ? name_of(kIndexStatusNames, level.status()) : "not known", level.index_sequence(),
      row.lost, row.skipped, fmt::format("{:.1f}", static_cast<double>(row.latency_ns) / 1e3),
      !current ? until_text(row)
      : level.pending_impact() > 0
          ? fmt::format("{} (impact {})", quality_text(level), impact_text(level.pending_impact()))
          : quality_text(level));
}

}  // namespace indexcast::server
