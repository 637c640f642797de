// Shanghai's voice: M101 and M102 (protocol notes of SSE, 2.3, 2.4, 5.1).
#include <fmt/format.h>

#include <string>
#include <vector>

#include "feedhandlers/simulator/clock_text.h"
#include "feedhandlers/simulator/publisher.h"
#include "feedhandlers/sse/encoder.h"

namespace indexcast::sim {
namespace {

constexpr std::uint32_t kMarketStatus = 101;
constexpr std::uint32_t kSnapshot = 102;
constexpr std::int64_t kStatusEverySeconds = 3;
constexpr std::size_t kDepth = 5;

// Scales: prices 1e-6 to 1e-5, turnover 1e-4 to 1e-2.
std::uint64_t wire_price(std::int64_t price) { return static_cast<std::uint64_t>(price / 10); }
std::uint64_t wire_value(std::int64_t value) { return static_cast<std::uint64_t>(value / 100); }

// TradingPhaseCode, 5.1: state, tradable, listed, accepting orders. What stands between the opening
// auction and 09:30 is not in the notes; C without acceptance is the simulator's choice.
std::string_view phase_code(const Security& security) {
  if (security.suspended()) return "P01";
  if (security.halted()) return "M110";
  switch (security.phase()) {
    case Phase::before_open:
      return "S01";
    case Phase::opening_auction:
      return "C111";
    case Phase::opened:
      return "C110";
    case Phase::continuous:
    case Phase::lunch:
      return "T111";
    case Phase::closing_auction:
      return "U111";
    case Phase::closed:
      return "E110";
  }
  return "";
}

// TradingSessionID of SecurityType 1, 2.3.
std::string_view session_id(Phase phase) {
  switch (phase) {
    case Phase::before_open:
      return "S000";
    case Phase::opening_auction:
      return "T000";
    case Phase::opened:
    case Phase::continuous:
    case Phase::lunch:
    case Phase::closing_auction:
      return "T100";
    case Phase::closed:
      return "E111";
  }
  return "";
}

class SsePublisher final : public Publisher {
 public:
  explicit SsePublisher(Outlet& outlet) : outlet_(outlet) {}

  void start(const Market& market, Micros now) override { status(market, now); }
  void reference(const Market& market, Micros now) override {
    for (const Security& security : market.securities) security_changed(market, security, now);
  }
  void session_changed(const Market& market, Micros now) override { status(market, now); }
  void security_changed(const Market& market, const Security& security, Micros now) override;
  void status_changed(const Security&, Micros) override {}
  void second(const Market& market, Micros now) override {
    if (now / kMicrosPerSecond % kStatusEverySeconds == 0) status(market, now);
  }
  void flush(Micros) override {}

 private:
  void status(const Market& market, Micros now);
  void list_entries(const Security& security);
  void add(std::uint16_t type, std::int64_t price, std::int64_t size = 0,
           std::size_t position = 0) {
    entries_.push_back({type, wire_price(price), static_cast<std::uint64_t>(size),
                        static_cast<std::uint8_t>(position)});
  }
  sse::Stamp stamp(Micros now) const {
    return {static_cast<std::uint64_t>(timestamp_digits(outlet_.instant(now))), 0};
  }
  void emit(std::uint32_t type, std::uint32_t security, Micros now) {
    outlet_.count(feed::Venue::sse, type);
    outlet_.emit(feed::Venue::sse, 0, security, bytes_, now);
  }

  Outlet& outlet_;
  std::vector<sse::Entry> entries_;
  std::vector<std::byte> bytes_;
};

void SsePublisher::status(const Market& market, Micros now) {
  if (outlet_.muted()) return;
  bytes_.clear();
  sse::encode_market_status(
      stamp(now),
      {sse::kSecurityTypeStock, sse::kTradSesModeProduction, session_id(market.session.phase),
       static_cast<std::uint32_t>(market.securities.size())},
      bytes_);
  emit(kMarketStatus, 0, now);
}

void SsePublisher::security_changed(const Market&, const Security& security, Micros now) {
  if (outlet_.muted()) return;
  const Security::Listing& listing = security.listing();
  const Totals& totals = security.totals();
  const std::string code = fmt::format("{:06}", listing.code);
  sse::SnapshotFields fields;
  fields.security_type = sse::kSecurityTypeStock;
  fields.trad_ses_mode = sse::kTradSesModeProduction;
  fields.trade_date = outlet_.trade_date();
  fields.last_update_time = static_cast<std::uint32_t>(clock_digits(now / kMicrosPerMs));
  fields.md_stream_id = sse::kStreamShares;
  fields.security_id = code;
  fields.symbol = listing.name;
  fields.pre_close_px = wire_price(listing.previous_close);
  fields.total_volume_traded = static_cast<std::uint64_t>(totals.volume);
  fields.num_trades = static_cast<std::uint64_t>(totals.trades);
  fields.total_value_traded = wire_value(totals.turnover);
  fields.trading_phase_code = phase_code(security);
  list_entries(security);
  bytes_.clear();
  sse::encode_snapshot(stamp(now), fields, entries_, bytes_);
  emit(kSnapshot, listing.code, now);
}

// 2, 4, 7, 8, five bids and five asks as in a real record (2.6); before the first trade the prices
// are 0, "no value". Entry 5 joins when there is a close.
void SsePublisher::list_entries(const Security& security) {
  const Totals& totals = security.totals();
  entries_.clear();
  add(sse::kEntryLast, totals.last);
  add(sse::kEntryOpen, totals.open);
  add(sse::kEntryHigh, totals.high);
  add(sse::kEntryLow, totals.low);
  if (security.close() > 0) add(sse::kEntryClose, security.close());
  for (std::size_t i = 0; i < kDepth; ++i) {
    const BookLevel& bid = security.book().bids[i];
    add(sse::kEntryBid, bid.price, bid.size, i);
  }
  for (std::size_t i = 0; i < kDepth; ++i) {
    const BookLevel& ask = security.book().asks[i];
    add(sse::kEntryAsk, ask.price, ask.size, i);
  }
}

}  // namespace

std::unique_ptr<Publisher> make_sse_publisher(Outlet& outlet) {
  return std::make_unique<SsePublisher>(outlet);
}

}  // namespace indexcast::sim
