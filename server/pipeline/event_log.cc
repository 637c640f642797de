#include "server/pipeline/event_log.h"

#include <spdlog/spdlog.h>

#include "feedhandlers/common/venue.h"
#include "server/publish/words.h"

namespace indexcast::server {
namespace {

std::string_view venue_name(std::uint32_t id) {
  return id < feed::kVenueCount ? feed::kVenueNames[id] : "fx";
}

// What an operator must look at is a warning, and says why the market is where it is.
void log_market(const MarketChanged& change) {
  const std::string_view venue = venue_name(change.header.id);
  const std::string_view phase = word_of(kMarketPhaseWords, change.header.detail);
  switch (static_cast<PhaseCause>(change.header.detail2)) {
    case PhaseCause::input:
    case PhaseCause::closes_complete:
      spdlog::info("market {} is {}", venue, phase);
      break;
    case PhaseCause::close_deadline:
      spdlog::warn("market {} is {}: closing prices are missing at the deadline, carried forward",
                   venue, phase);
      break;
    case PhaseCause::never_closed:
      spdlog::warn("market {} is {}: its close never came, prices are carried forward", venue,
                   phase);
      break;
    case PhaseCause::never_opened:
      spdlog::warn("market {} is {}: its day ended and it never opened", venue, phase);
      break;
    case PhaseCause::against_calendar:
      spdlog::warn("market {} is {}, and the calendar says that it is shut: its word counts", venue,
                   phase);
      break;
  }
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
    log_market(record.as<MarketChanged>());
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
