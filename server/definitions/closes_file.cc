#include "server/definitions/closes_file.h"

#include "feedhandlers/market/venue.h"
#include "server/definitions/csv_file.h"

namespace indexcast::server {
namespace {

enum CloseColumn : std::size_t { kSymbol, kClose, kTick };
constexpr CsvColumn kColumns[] = {{"symbol"}, {"close"}, {"tick", false}};

constexpr TickSize kFen{10'000};
constexpr TickSize kThousandth{1'000};

}  // namespace

std::vector<OfficialClose> read_closes(const std::string& path, FaultList& faults) {
  std::vector<OfficialClose> closes;
  for (const CsvRow& row : read_csv(path, kColumns, faults)) {
    OfficialClose close;
    close.line = row.line();
    close.symbol = row.symbol(kSymbol);
    close.price = {row.positive(kClose, Price::kDecimals)};
    if (row.has(kTick)) close.tick = {row.positive(kTick, TickSize::kDecimals)};
    closes.push_back(std::move(close));
  }
  return closes;
}

std::array<TickRule, kMaxMarkets> venue_ticks() {
  std::array<TickRule, kMaxMarkets> ticks;
  ticks[feed::market_of(feed::Venue::sse)] = {
      kFen, true, {{"5", kThousandth}, {"900", kThousandth}}};
  ticks[feed::market_of(feed::Venue::szse)] = {
      kFen, true, {{"15", kThousandth}, {"16", kThousandth}, {"18", kThousandth}}};
  ticks[feed::market_of(feed::Venue::hkex)] = {kThousandth, false};
  return ticks;
}

}  // namespace indexcast::server
