// Shenzhen's publisher: 300111, and with it what its other channels say (protocol notes of SZSE, 2,
// 3).
#include <fmt/format.h>

#include <string>
#include <vector>

#include "feedhandlers/simulator/day/publisher.h"
#include "feedhandlers/simulator/venues/szse_message_output.h"
#include "feedhandlers/simulator/venues/szse_side_streams.h"
#include "feedhandlers/simulator/venues/szse_ticks.h"

namespace indexcast::sim {
namespace {

// The class of stocks' snapshots, 1.6.
constexpr std::uint16_t kSnapshotChannel = 1011;
constexpr std::int64_t kChannelHeartbeatEverySeconds = 3;
constexpr std::int64_t kQtyUnit = 100;  // 1e-2 shares
// x1 and x2: last against previous close, and against the last before (3.1).
constexpr std::uint16_t kEntryChange = szse::entry_type('x', '1');
constexpr std::uint16_t kEntryStep = szse::entry_type('x', '2');
// "No limit" (3.1): all nines above, one tick below for prices that cannot be negative.
constexpr std::int64_t kNoUpperLimit = 999'999'999'999'900;
constexpr std::int64_t kNoLowerLimit = 10'000;

// TradingPhaseCode, 3.2 and 3.3.
std::string_view phase_code(const SimulatedSecurity& security) {
  if (security.suspended()) return security.phase() == Phase::closed ? "E1" : "T1";
  if (security.halted()) return "H0";
  if (security.interruption() != Interruption::none) return "V0";
  switch (security.phase()) {
    case Phase::before_open:
      return "S0";
    case Phase::opening_auction:
      return "O0";
    case Phase::opened:
    case Phase::lunch:
      return "B0";
    case Phase::continuous:
      return "T0";
    case Phase::closing_auction:
      return "C0";
    case Phase::closed:
      return "E0";
  }
  return "";
}

class SzsePublisher final : public Publisher {
 public:
  SzsePublisher(MessageOutput& output, std::uint64_t seed, bool ticks)
      : out_(output), side_(out_, seed, output.trade_date()), ticks_(out_, ticks) {}

  void start(const Market& market, Micros now) override { side_.statistics(market, now); }
  void reference(const Market& market, Micros now) override {
    for (const SimulatedSecurity& security : market.securities)
      security_changed(market, security, now);
  }
  // No message announces the market's phase: it shows in each security's.
  void session_changed(const Market&, Micros) override {}
  void security_changed(const Market& market, const SimulatedSecurity& security,
                        Micros now) override;
  void ticked(const SimulatedSecurity& security, Micros now) override {
    ticks_.ticked(security, now);
  }
  void status_changed(const SimulatedSecurity&, Micros) override {}
  void second(const Market& market, Micros now) override {
    side_.second(market, now);
    if (now / kMicrosPerSecond % kChannelHeartbeatEverySeconds != 0) return;
    const SessionStep& session = market.session;
    ticks_.heartbeats(session.phase == Phase::closed && now > session.begin + 2 * kMicrosPerSecond,
                      now);
  }
  void flush(Micros) override {}

 private:
  void list_entries(const SimulatedSecurity& security);
  void add(std::uint16_t type, std::int64_t price, std::int64_t size = 0, std::size_t level = 0) {
    entries_.push_back({type, price, size * kQtyUnit, static_cast<std::uint16_t>(level), 0, {}});
  }

  SzseMessageOutput out_;
  SzseSideStreams side_;
  SzseTicks ticks_;
  std::vector<szse::EntryValue> entries_;
};

void SzsePublisher::security_changed(const Market&, const SimulatedSecurity& security, Micros now) {
  if (out_.muted()) return;
  const SimulatedSecurity::Listing& listing = security.listing();
  const Totals& totals = security.totals();
  const std::string code = fmt::format("{:06}", listing.code);
  szse::SnapshotCommon fields;
  fields.orig_time = out_.stamp(now);
  fields.channel_no = kSnapshotChannel;
  fields.md_stream_id = szse::kStreamSpot;
  fields.security_id = code;
  fields.security_id_source = szse::kSourceSzse;
  fields.trading_phase_code = phase_code(security);
  fields.prev_close_px = listing.previous_close / 100;
  fields.num_trades = totals.trades;
  fields.total_volume_trade = totals.volume * kQtyUnit;
  fields.total_value_trade = totals.turnover;
  list_entries(security);
  out_.image(
      szse::kMsgSnapshot, kSnapshotChannel, listing.code, szse::kStreamSpot, now,
      [&](std::vector<std::byte>& bytes) { szse::encode_snapshot(fields, entries_, bytes); });
}

// Levels without size are left out; prices of trades are absent before the first one (3.1).
void SzsePublisher::list_entries(const SimulatedSecurity& security) {
  const Totals& totals = security.totals();
  entries_.clear();
  for (std::size_t i = 0; i < kBookDepth; ++i) {
    const BookLevel& bid = security.book().bids[i];
    if (bid.size > 0) add(szse::kEntryBid, bid.price, bid.size, i + 1);
    const BookLevel& ask = security.book().asks[i];
    if (ask.size > 0) add(szse::kEntryAsk, ask.price, ask.size, i + 1);
  }
  const PriceRules& rules = security.rules();
  add(szse::kEntryUpperLimit, rules.limited() ? rules.upper() : kNoUpperLimit);
  add(szse::kEntryLowerLimit, rules.limited() ? rules.lower() : kNoLowerLimit);
  if (totals.trades == 0) return;
  const std::int64_t close = security.listing().previous_close;
  const std::int64_t before = totals.previous_last > 0 ? totals.previous_last : close;
  add(szse::kEntryLast, totals.last);
  add(szse::kEntryOpen, totals.open);
  add(szse::kEntryHigh, totals.high);
  add(szse::kEntryLow, totals.low);
  add(kEntryChange, totals.last - close);
  add(kEntryStep, totals.last - before);
}

}  // namespace

std::unique_ptr<Publisher> make_szse_publisher(MessageOutput& output, std::uint64_t seed,
                                               bool ticks) {
  return std::make_unique<SzsePublisher>(output, seed, ticks);
}

}  // namespace indexcast::sim
