// Shenzhen's voice: 300111, 390090 and 390095 (protocol notes of SZSE, 1.5, 2.3, 3).
#include <fmt/format.h>

#include <array>
#include <string>
#include <vector>

#include "feedhandlers/simulator/clock_text.h"
#include "feedhandlers/simulator/publisher.h"
#include "feedhandlers/szse/encoder.h"

namespace indexcast::sim {
namespace {

// Classes of channels, 1.6: stocks' snapshots and stocks' ticks.
constexpr std::uint16_t kSnapshotChannel = 1011;
constexpr std::uint16_t kTickChannel = 2011;
constexpr std::int64_t kStatisticsEverySeconds = 15;
constexpr std::int64_t kChannelHeartbeatEverySeconds = 3;
constexpr std::int64_t kQtyUnit = 100;  // 1e-2 shares
// x1 and x2: last against previous close, and against the last before (3.1).
constexpr std::uint16_t kEntryChange = szse::entry_type('x', '1');
constexpr std::uint16_t kEntryStep = szse::entry_type('x', '2');

// TradingPhaseCode, 3.2 and 3.3.
std::string_view phase_code(const Security& security) {
  if (security.suspended()) return security.phase() == Phase::closed ? "E1" : "T1";
  if (security.halted()) return "H0";
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
  explicit SzsePublisher(Outlet& outlet) : outlet_(outlet) {}

  void start(const Market& market, Micros now) override { statistics(market, now); }
  void reference(const Market& market, Micros now) override {
    for (const Security& security : market.securities) security_changed(market, security, now);
  }
  // No message announces the market's phase: it shows in each security's.
  void session_changed(const Market&, Micros) override {}
  void security_changed(const Market& market, const Security& security, Micros now) override;
  void status_changed(const Security&, Micros) override {}
  void second(const Market& market, Micros now) override {
    const std::int64_t second = now / kMicrosPerSecond;
    if (second % kStatisticsEverySeconds == 0) statistics(market, now);
    if (second % kChannelHeartbeatEverySeconds == 0) channel_heartbeat(now);
  }
  void flush(Micros) override {}

 private:
  void statistics(const Market& market, Micros now);
  void channel_heartbeat(Micros now);
  void list_entries(const Security& security);
  void add(std::uint16_t type, std::int64_t price, std::int64_t size = 0, std::size_t level = 0) {
    entries_.push_back({type, price, size * kQtyUnit, static_cast<std::uint16_t>(level), 0, {}});
  }
  void emit(std::uint32_t type, std::uint32_t channel, std::uint32_t security, Micros now) {
    outlet_.count(feed::Venue::szse, type);
    outlet_.emit(feed::Venue::szse, channel, security, bytes_, now);
  }

  Outlet& outlet_;
  std::vector<szse::EntryValue> entries_;
  std::vector<std::byte> bytes_;
};

void SzsePublisher::statistics(const Market& market, Micros now) {
  if (outlet_.muted()) return;
  const std::array<szse::StreamStatistics, 1> streams{
      {{szse::kStreamSpot, static_cast<std::uint32_t>(market.securities.size()),
        market.session.phase == Phase::closed ? "E" : "T"}}};
  bytes_.clear();
  szse::encode_channel_statistics(timestamp_digits(outlet_.instant(now)), kSnapshotChannel, streams,
                                  bytes_);
  emit(szse::kMsgChannelStatistics, kSnapshotChannel, 0, now);
}

// The simulator has no ticks: their channel says that nothing was sent on it.
void SzsePublisher::channel_heartbeat(Micros now) {
  if (outlet_.muted()) return;
  bytes_.clear();
  szse::encode_channel_heartbeat({kTickChannel, 0, 0}, bytes_);
  emit(szse::kMsgChannelHeartbeat, kTickChannel, 0, now);
}

void SzsePublisher::security_changed(const Market&, const Security& security, Micros now) {
  if (outlet_.muted()) return;
  const Security::Listing& listing = security.listing();
  const Totals& totals = security.totals();
  const std::string code = fmt::format("{:06}", listing.code);
  szse::SnapshotFields fields;
  fields.orig_time = timestamp_digits(outlet_.instant(now));
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
  bytes_.clear();
  szse::encode_snapshot(fields, entries_, bytes_);
  emit(szse::kMsgSnapshot, kSnapshotChannel, listing.code, now);
}

// Levels without size are left out; prices of trades are absent before the first one (3.1).
void SzsePublisher::list_entries(const Security& security) {
  const Totals& totals = security.totals();
  entries_.clear();
  for (std::size_t i = 0; i < kBookDepth; ++i) {
    const BookLevel& bid = security.book().bids[i];
    if (bid.size > 0) add(szse::kEntryBid, bid.price, bid.size, i + 1);
    const BookLevel& ask = security.book().asks[i];
    if (ask.size > 0) add(szse::kEntryAsk, ask.price, ask.size, i + 1);
  }
  add(szse::kEntryUpperLimit, security.rules().upper());
  add(szse::kEntryLowerLimit, security.rules().lower());
  if (totals.last == 0) return;
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

std::unique_ptr<Publisher> make_szse_publisher(Outlet& outlet) {
  return std::make_unique<SzsePublisher>(outlet);
}

}  // namespace indexcast::sim
