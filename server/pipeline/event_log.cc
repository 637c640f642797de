#include "server/pipeline/event_log.h"

#include <spdlog/spdlog.h>

#include "feedhandlers/common/venue.h"
#include "server/publish/words.h"

namespace indexcast::server {
namespace {

std::string_view venue_name(std::uint32_t id) {
  return id < feed::kVenueCount ? feed::kVenueNames[id] : "fx";
}

void log_record(const Record& record) {
  if (record.kind() == RecordKind::feed_changed) {
    const auto change = record.as<FeedChanged>();
    const std::string_view state = word_of(kFeedStateWords, change.header.detail);
    if (change.channel == 0) {
      spdlog::info("feed {} is {}", venue_name(change.header.id), state);
    } else {
      spdlog::info("feed {} channel {} is {}", venue_name(change.header.id), change.channel, state);
    }
  } else if (record.kind() == RecordKind::market_changed) {
    const auto change = record.as<MarketChanged>();
    spdlog::info("market {} is {}", venue_name(change.header.id),
                 word_of(kMarketPhaseWords, change.header.detail));
  }
}

}  // namespace

std::size_t EventLog::do_work(TimeNs) {
  std::size_t read = 0;
  Record record;
  for (; read < kBatch; ++read) {
    const auto result = reader_.poll(record);
    if (result == BroadcastRing::ReadResult::empty) break;
    if (result == BroadcastRing::ReadResult::lapped) {
      spdlog::warn("the log was overtaken and left out {} records", reader_.resume());
    } else {
      log_record(record);
    }
  }
  return read;
}

}  // namespace indexcast::server
