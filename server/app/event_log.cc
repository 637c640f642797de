#include "server/app/event_log.h"

#include <spdlog/spdlog.h>

#include "feedhandlers/market/venue.h"

namespace indexcast::server {

std::size_t EventLog::log_notices() const {
  std::size_t taken = 0;
  feed::SessionNotice notice;
  for (const auto& feed : *feeds_) {
    const bool over = log_.day_is_over(feed::market_of(feed->venue()));
    for (; feed->take_notice(notice); ++taken) {
      const auto level = over                       ? spdlog::level::debug
                         : feed::is_warning(notice) ? spdlog::level::warn
                                                    : spdlog::level::info;
      spdlog::log(level, "{}", feed::describe(feed->venue(), notice));
    }
  }
  return taken;
}

std::size_t EventLog::do_work(TimeNs) {
  std::size_t read = log_notices();
  Record record;
  for (; read < kBatch; ++read) {
    const auto result = reader_.poll(record);
    if (result == BroadcastRing::ReadResult::empty) break;
    if (result == BroadcastRing::ReadResult::lapped) {
      spdlog::warn("the log was overtaken and left out {} records", reader_.resume());
    } else {
      log_.write(record);
    }
  }
  return read;
}

}  // namespace indexcast::server
